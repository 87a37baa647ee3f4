"""The pipelines in sigma-cli: what ``sigma convert -p`` prints has the scope and every value."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

BACKENDS = Path(__file__).resolve().parents[2] / "backends" / "siemc_backends"
RULES = BACKENDS.parents[1] / "rules"
SIGMA = shutil.which("sigma")
TELEGRAM = next(
    (p for p in sorted(RULES.rglob("*.yml")) if "telegram" in p.name),
    None,
)

pytestmark = [
    pytest.mark.skipif(SIGMA is None, reason="sigma-cli is not installed"),
    pytest.mark.skipif(TELEGRAM is None, reason="the Telegram rule is not in rules/"),
]


def _convert(target: str, *pipelines: str) -> str:
    options = [option for name in pipelines for option in ("-p", str(BACKENDS / name))]
    assert SIGMA is not None
    command = [SIGMA, "convert", "-t", target, *options, str(TELEGRAM)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(
    ("target", "pipeline", "parts"),
    [
        (
            "splunk",
            "splunk/pipelines/splunk_sysmon.yml",
            [
                "EventCode=3",
                'source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"',
                'DestinationHostname="*api.telegram.org*"',
                r'Image="*\\brave.exe"',
                r'Image="*\\whale.exe"',
            ],
        ),
        (
            "lucene",
            "elastic/pipelines/ecs_sysmon.yml",
            [
                "event.code:3",
                r"winlog.channel:Microsoft\-Windows\-Sysmon\/Operational",
                "destination.domain:*api.telegram.org*",
                r"process.executable:*\\brave.exe",
                r"process.executable:*\\whale.exe",
            ],
        ),
    ],
)
def test_telegram_rule_converts(target: str, pipeline: str, parts: list[str]) -> None:
    query = _convert(target, pipeline)
    assert [part for part in parts if part not in query] == []
    assert query.count("\n") == 0


@pytest.mark.slow
def test_pipelines_of_other_sources_change_nothing() -> None:
    others = [str(p.relative_to(BACKENDS)) for p in (BACKENDS / "elastic/pipelines").glob("ecs_*")]
    own = "elastic/pipelines/ecs_sysmon.yml"
    strangers = sorted(name for name in others if Path(name).name in _UNRELATED)
    assert len(strangers) == len(_UNRELATED)
    assert _convert("lucene", own, *strangers) == _convert("lucene", own)


_UNRELATED = {"ecs_security.yml", "ecs_windows.yml", "ecs_powershell.yml", "ecs_windefend.yml"}
