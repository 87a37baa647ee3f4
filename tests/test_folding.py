"""The case table: pairs, and nothing but pairs."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.folding import (
    cases,
    fold,
    has_case,
    is_beyond_ascii,
    lower_map,
    odd_lower,
    upper_map,
)

ROOT = Path(__file__).resolve().parents[1]

# Characters that Unicode maps one way only; none has a second case here.
ODD = {
    "Kelvin sign": "\u212a",
    "Angstrom sign": "\u212b",
    "Ohm sign": "\u2126",
    "long s": "\u017f",
    "sharp s": "\u00df",
    "capital sharp s": "\u1e9e",
    "dotted capital I": "\u0130",
    "dotless small i": "\u0131",
    "final sigma": "\u03c2",
    "micro sign": "\u00b5",
    "title-case Dz": "\u01f2",
    "title-case alpha with prosgegrammeni": "\u1f88",
}


@pytest.mark.parametrize(
    ("char", "both"),
    [
        ("a", ("a", "A")),
        ("A", ("a", "A")),
        ("k", ("k", "K")),
        ("1", ("1",)),
        ("_", ("_",)),
        ("É", ("é", "É")),
        ("é", ("é", "É")),
        ("ÿ", ("ÿ", "Ÿ")),
        ("Ж", ("ж", "Ж")),
        ("\u03c3", ("\u03c3", "\u03a3")),
        ("語", ("語",)),
        ("𐐀", ("𐐨", "𐐀")),
    ],
)
def test_a_letter_has_its_two_cases_lower_first(char: str, both: tuple[str, ...]) -> None:
    assert cases(char) == both


@pytest.mark.parametrize("char", ODD.values(), ids=ODD)
def test_what_maps_one_way_only_has_no_case(char: str) -> None:
    assert cases(char) == (char,)
    assert fold(char) == char
    assert not has_case(char)


def test_the_table_is_one_to_one() -> None:
    lower, upper = lower_map(), upper_map()
    assert len(lower) == len(upper)
    assert not set(lower) & set(upper)


def test_every_ascii_letter_is_in_the_table_and_no_other_ascii() -> None:
    ascii_part = {chr(up): chr(low) for up, low in lower_map().items() if up < 0x80}
    assert ascii_part == dict(
        zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", strict=True)
    )


def test_what_a_normalizer_lowers_besides_is_named() -> None:
    odd = {chr(point): chr(lower) for point, lower in odd_lower().items()}
    assert odd["\u212a"] == "k"
    assert odd["\u0130"] == "i"
    assert odd["\u2126"] == "ω"
    assert not set(odd_lower()) & set(lower_map())


@given(st.text())
def test_fold_keeps_the_length_and_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@given(st.text())
def test_fold_takes_each_character_to_the_first_of_its_cases(text: str) -> None:
    assert fold(text) == "".join(cases(char)[0] for char in text)


def test_letters_beyond_ascii_are_told_from_other_characters() -> None:
    assert is_beyond_ascii("naïve")
    assert not is_beyond_ascii("naive")
    assert not is_beyond_ascii("naive 語 ß")


def test_the_shipped_table_is_what_the_generator_makes() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_folding.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if "not compared" in done.stdout:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0
