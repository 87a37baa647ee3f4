"""What a value stands for: quotes, escapes, wildcards, trimming.

Expected values are by hand from kbn-es-query's ``grammar.peggy`` and from the Kibana Guide.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.formula import Atom, Exists, Wild
from siemc_backends.elastic.kql.literals import SPECIAL, TRIMMED

from .build import RUN, formula, is_, readings, text_of


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x", "x"),
        ("GET", "GET"),
        ("quick brown fox", "quick brown fox"),
        ("  x  ", "x"),
        ("x\u2003", "x"),
        ("x\ufeff", "x"),
        ("x\v\f", "x"),
        ("x\\n", "x"),
        ("\\tx y\\r", "x y"),
        ("a\\tb", "a\tb"),
        ("a\\nb", "a\nb"),
        ("a\\not b", "a\not b"),
        ("a\\NOT b", "aNOT b"),
        ("a\\or b", "aor b"),
        ("\\and b", "and b"),
        ("a \\and b", "a and b"),
        ("C\\:\\\\Windows\\\\x.exe", "C:\\Windows\\x.exe"),
        ('\\(\\)\\:\\<\\>\\"\\*\\{\\}', '():<>"*{}'),
        ("http\\://x.org/?q=1&r='2'", "http://x.org/?q=1&r='2'"),
        ("\\u0041\\u00e9", "Aé"),
        ("\\ud83d\\ude00", "😀"),
        ("true", "true"),
        ("false", "false"),
        ("5", "5"),
        ("0x10", "0x10"),
        ("1.0", "1.0"),
        ("NULL", "NULL"),
        ("@kuery-wildcard@", "@kuery-wildcard@"),
        ("a?b", "a?b"),
        ("[a TO b]", "[a TO b]"),
        ("/a.b/", "/a.b/"),
    ],
)
def test_unquoted_text(written: str, value: str) -> None:
    assert formula(f"f: {written}") == is_("f", value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", ""),
        ("x", "x"),
        ("  x  ", "  x  "),
        ("a and b", "a and b"),
        ("a*b?", "a*b?"),
        ('say \\"hi\\"', 'say "hi"'),
        ("C:\\\\Windows\\\\", "C:\\Windows\\"),
        ("C:\\Windows", "C:\\Windows"),
        ("C:\\temp", "C:\temp"),
        ("a\\*b", "a\\*b"),
        ("a\\(b", "a\\(b"),
        ("\\u0041", "A"),
        ("\\u00", "\\u00"),
        ("\\and", "\\and"),
        ("null", "null"),
        ("(a: {b})", "(a: {b})"),
    ],
)
def test_quoted_text(written: str, value: str) -> None:
    assert formula(f'f: "{written}"') == is_("f", value)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("x*", ("x", RUN)),
        ("*x", (RUN, "x")),
        ("*x*", (RUN, "x", RUN)),
        ("a*b*c", ("a", RUN, "b", RUN, "c")),
        ("*a b*", (RUN, "a b", RUN)),
        ("a\\**", ("a*", RUN)),
        ("*\\\\cmd.exe", (RUN, "\\cmd.exe")),
        ("*\\notepad.exe", (RUN, "\notepad.exe")),
        ("*\\oracle.exe", (RUN, "oracle.exe")),
        ("*.e?e", (RUN, ".e?e")),
        ("* x", (RUN, " x")),
        ("x *", ("x ", RUN)),
        ("*@kuery-wildcard@x", (RUN, "x")),
        ("a@kuery-wildcard*", ("a", RUN, "kuery-wildcard@")),
    ],
)
def test_wildcards(written: str, parts: tuple[str | Wild, ...]) -> None:
    assert formula(f"f: {written}") == is_("f", *parts)


@pytest.mark.parametrize("text", ["f:*", "f: *", "f : * ", "f: (*)"])
def test_a_lone_wildcard_asks_for_existence(text: str) -> None:
    assert formula(text) == Atom("f", Exists())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("process.name: x", "process.name"),
        ('"process.name": x', "process.name"),
        (" f : x", "f"),
    ],
)
def test_field_names_are_literals_too(text: str, field: str) -> None:
    assert formula(text) == is_(field, "x")


def escape(text: str) -> str:
    return "".join("\\" + char if char in SPECIAL else char for char in text)


plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(plain)
def test_any_text_in_quotes_is_itself(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"')
    assert text_of(formula(f'f: "{written}"')) == text


@given(plain)
def test_any_text_escaped_is_itself_trimmed(text: str) -> None:
    if any(word in text.lower() for word in ("or", "and", "not")) or not text.strip(TRIMMED):
        return
    if text.strip(TRIMMED) != "null":
        assert text_of(formula(f"f: {escape(text)}")) == text.strip(TRIMMED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f: x*", False),
        ("f: x.exe", False),
        ('f: "a\\\\b"', False),
        ("f: *\\\\x", True),
        ("f: a b*", True),
        ("f: \\**", True),
    ],
)
def test_what_kibana_changed_rests_on_its_version(text: str, expected: bool) -> None:
    """kibana#140629 (8.5): spaces in a pattern; kibana#174464 (8.12.1): backslashes in one."""
    [reading] = readings(text)
    assert ("SA08" in reading.assumptions) is expected
