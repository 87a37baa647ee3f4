"""What the tests of publishing share: rules, and builds of them in memory."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from siemc.compiler import Compiler, Options
from siemc.config import Settings
from siemc.load import load
from siemc.publish.build import Built, Request, build
from siemc.publish.conffile import Stanza, read_conf
from siemc.publish.deployment import Deployments
from siemc.publish.publisher import NEEDED

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"
ID = "11111111-1111-4111-8111-111111111111"
SCHEMAS = {"spl": "splunk-sysmon", **dict.fromkeys(("kql", "lucene", "dsl"), "agent-windows")}


def rule(number: int = 1, **parts: Any) -> str:
    """A rule as JSON, which is YAML; ``parts`` take the place of its own."""
    made = {
        "title": f"Rule {number}",
        "id": f"{number:08d}-1111-4111-8111-111111111111",
        "status": "test",
        "description": "Detects a program.",
        "level": "high",
        "tags": ["attack.execution", "attack.t1059.001"],
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {
            "selection": {"Image|endswith": "\\evil.exe"},
            "filter_main_own": {"CommandLine|contains": "--own"},
            "filter_main_name": {"OriginalFileName": "own.exe"},
            "condition": "selection and not 1 of filter_main_*",
        },
        **parts,
    }
    return json.dumps({key: value for key, value in made.items() if value is not None})


def built(
    folder: Path,
    rules: Mapping[str, str] | Iterable[str],
    schemas: Mapping[str, str] | None = None,
    live: Mapping[str, Mapping[str, Any]] | None = None,
    plain: Iterable[str] = NEEDED,
    **settings: Any,
) -> Built:
    """A build of these texts, which are written to ``folder``; settings as in ``siemc.toml``."""
    texts = rules if isinstance(rules, Mapping) else dict(zip("abcdefghij", rules, strict=False))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / (name if name.endswith(".yml") else f"{name}.yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return built_of(folder, schemas, live, plain, **settings)


def built_of(
    path: Path,
    schemas: Mapping[str, str] | None = None,
    live: Mapping[str, Mapping[str, Any]] | None = None,
    plain: Iterable[str] = NEEDED,
    **settings: Any,
) -> Built:
    """A build of a rule's file, or of a folder of them."""
    deployments = Deployments(Settings(**settings))
    nearest = bool(settings.get("deploy"))
    compiler = _compiler(tuple(sorted((schemas or SCHEMAS).items())), nearest)
    asked = Request(load([path]), [str(path)], compiler, deployments, tuple(plain), live or {})
    return build(asked, lambda: None)


@cache
def _compiler(schemas: tuple[tuple[str, str], ...], nearest: bool) -> Compiler:
    """To read the pipelines takes longer than to compile a rule."""
    return Compiler(Options(targets=NEEDED, schemas=dict(schemas), nearest=nearest))


def artifact(found: Built, ending: str) -> bytes:
    """The one artifact whose path ends so."""
    (data,) = [each.data for each in found.artifacts if each.path.endswith(ending)]
    return data


def app(found: Built) -> dict[str, str]:
    """The files of the Splunk app, by their path below its folder."""
    with tarfile.open(fileobj=io.BytesIO(artifact(found, ".tgz")), mode="r:gz") as archive:
        files = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
        return {
            name.partition("/")[2]: file.read().decode()
            for name, file in files.items()
            if file is not None
        }


def conf(found: Built, name: str) -> dict[str, Stanza]:
    """The stanzas of one of the app's configuration files; nothing else may stand in it."""
    stanzas, strays = read_conf(app(found)[f"default/{name}.conf"])
    assert not strays
    assert len({each.name for each in stanzas}) == len(stanzas)
    return {each.name: each for each in stanzas}


def search_of(found: Built, number: int = 0) -> dict[str, str]:
    """The settings of a saved search, by its place in the file."""
    stanza = list(conf(found, "savedsearches").values())[number]
    assert len({each.key for each in stanza.settings}) == len(stanza.settings)
    return {each.key: each.value for each in stanza.settings}


def rules_of(found: Built) -> list[dict[str, Any]]:
    """The detection rules of a build."""
    files = (each.data for each in found.artifacts if each.kind == "detection-rules")
    return [json.loads(line) for data in files for line in data.decode().split("\n") if line]
