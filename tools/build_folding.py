"""Build ``compiler/siemc/folding.json``, the pinned case table, from Unicode's character data.

Run it on the Python whose ``unicodedata`` the table is to be pinned to; ``--check`` compares
only, and passes over a Python of another Unicode version. A pair is an upper-case letter and the
lower-case letter that maps back to it; what maps one way only (Kelvin sign, long s, final sigma,
sharp s, dotted capital I, micro sign, title-case digraphs) is left out.
"""

import argparse
import json
import sys
import unicodedata
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "compiler" / "siemc" / "folding.json"


def pairs() -> list[tuple[int, int]]:
    """Every (upper, lower): two letters that are each other's only image under case mapping."""
    letters = map(chr, range(sys.maxunicode + 1))
    return [
        (ord(char), ord(char.lower()))
        for char in letters
        if len(char.lower()) == 1 and char.lower() != char and char.lower().upper() == char
    ]


def runs(table: list[tuple[int, int]]) -> list[list[int]]:
    """The table as ``[first upper, last upper, step, lower minus upper]``."""
    result: list[list[int]] = []
    for upper, lower in table:
        last = result[-1] if result else None
        if last and last[3] == lower - upper and _extends(last, upper):
            last[1:3] = [upper, upper - last[1]]
        else:
            result.append([upper, upper, 1, lower - upper])
    return result


def _extends(run: list[int], upper: int) -> bool:
    step = upper - run[1]
    return step in (1, 2) and (run[0] == run[1] or run[2] == step)


def odd_lower(table: list[tuple[int, int]]) -> list[list[int]]:
    """Code points outside the table that Java's ``Character.toLowerCase`` changes, and to what.

    That is the simple mapping of ``UnicodeData.txt``; Python's ``lower`` differs from it in one
    place, the dotted capital I, whose full mapping has two characters.
    """
    known = {upper for upper, _ in table}
    changed = [[0x130, 0x69]]
    for point in range(sys.maxunicode + 1):
        lower = chr(point).lower()
        if point not in known and len(lower) == 1 and lower != chr(point):
            changed.append([point, ord(lower)])
    return sorted(changed)


def build() -> str:
    """The text of ``folding.json``."""
    table = pairs()
    rows = ",\n    ".join(json.dumps(run) for run in runs(table))
    odd = ",\n    ".join(json.dumps(row) for row in odd_lower(table))
    version = json.dumps(unicodedata.unidata_version)
    about = json.dumps("Made by tools/build_folding.py; see siemc/folding.py.")
    return (
        f'{{\n  "about": {about},\n  "unicode": {version},\n'
        f'  "runs": [\n    {rows}\n  ],\n  "odd_lower": [\n    {odd}\n  ]\n}}\n'
    )


def main() -> int:
    """Write or check the table; the exit code is 1 if it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    if not options.check:
        TARGET.write_text(build(), encoding="utf-8")
        return 0
    present = TARGET.read_text(encoding="utf-8")
    if json.loads(present)["unicode"] != unicodedata.unidata_version:
        print(f"not compared: this Python has Unicode {unicodedata.unidata_version}")
        return 0
    return 0 if present == build() else 1


if __name__ == "__main__":
    sys.exit(main())
