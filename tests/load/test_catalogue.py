"""The catalogue of codes: complete, in order, and nothing in it that no one says."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

import siemc
from siemc.diagnostics import catalogue

SEVERITIES = {"error", "warning", "note", "assumption"}
CODES = [code for code in catalogue() if re.fullmatch("SC0[0-9][0-9]", code)]


def test_codes_are_sorted_and_each_is_explained() -> None:
    assert list(catalogue()) == sorted(catalogue())
    for code, entry in catalogue().items():
        assert re.fullmatch(r"S[AC]\d+", code)
        assert entry["severity"] in SEVERITIES
        assert (entry["severity"] == "assumption") == code.startswith("SA")
        assert entry["title"]
        assert entry["what"]
        assert set(entry) <= {"severity", "title", "what", "fix", "example"}


def test_no_code_is_there_twice() -> None:
    text = (files("siemc") / "data" / "catalogue.json").read_text(encoding="utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    assert len(pairs) == len({code for code, _ in pairs})


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_loading_is_said_somewhere(code: str) -> None:
    folder = Path(siemc.__path__[0])
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]
    assert any(f'"{code}"' in source for source in sources)
