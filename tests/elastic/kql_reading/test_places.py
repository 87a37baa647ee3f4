"""Each leaf says from which characters of the text it was read."""

from __future__ import annotations

import pytest

from siemc.formula import atoms

from .build import formula


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: x", ["a: x"]),
        ("a:x and  not b : y ", ["a:x", "b : y"]),
        ('a: (x or "y z" or w*)', ["x", '"y z"', "w*"]),
        ('(a: "x")', ['a: "x"']),
        ("lone", ["lone"]),
        ("a: b c  or c: z", ["a: b c", "c: z"]),
        ('f > 5 and f <= "9"', ["f > 5", 'f <= "9"']),
        ("a: *", ["a: *"]),
        ("a: \\\\x and b: y", ["a: \\\\x", "b: y"]),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    found = []
    for atom in atoms(formula(text)):
        [origin] = atom.origins
        start, end = origin.path
        assert isinstance(start, int)
        assert isinstance(end, int)
        found.append(text[start:end])
    assert found == expected
