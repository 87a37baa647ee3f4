"""Queries that other converters print for a rule, and that are wrong: the reader sees why.

Each is a rule in words, the query, an event, and whether the rule and the query find the event.
"""

from __future__ import annotations

import pytest

from tests.splunk.reading.make import answers, formula

WRONG = [
    (
        "x.exe, and not (y.exe with a command line that matches evil): the filter is inverted",
        r'Image="*\\x.exe" NOT (Image="*\\y.exe") | regex CommandLine="evil.*"',
        {"Image": ["C:\\x.exe"], "CommandLine": ["good"]},
        (True, False),
    ),
    (
        "a, one character, c: the wildcard for one is printed as the one for any",
        'x="a*c"',
        {"x": ["abbc"]},
        (False, True),
    ),
    (
        "ends with one character: any value does",
        'x="*"',
        {"x": [""]},
        (False, True),
    ),
    (
        r"a, an asterisk, b: search has no literal asterisk, and the backslash is one",
        r'x="*a\*b*"',
        {"x": ["a*b"]},
        (True, False),
    ),
    (
        "two fields are the same, without case: where compares with case",
        "* | where 'a'='b'",
        {"a": ["X"], "b": ["x"]},
        (True, False),
    ),
    (
        "not (two fields are the same): NULL is not kept",
        "* | where NOT 'a'='b'",
        {"a": ["x"]},
        (True, False),
    ),
    (
        "a or b, and not c, with the precedence of search printed for where",
        '* | where a="1" OR b="2" AND NOT c="3"',
        {"a": ["1"], "c": ["3"]},
        (False, True),
    ),
    (
        "not a value, for a field that is absent: != drops the event",
        'a="1" x!="2"',
        {"a": ["1"]},
        (True, False),
    ),
    (
        "starts with a path, without case: like compares with case",
        r'* | where like(x, "C:\\Temp%")',
        {"x": ["c:\\temp\\a"]},
        (True, False),
    ),
]


@pytest.mark.parametrize(("words", "text", "event", "expected"), WRONG)
def test_the_reading_shows_what_the_query_does_and_not_what_was_meant(
    words: str, text: str, event: dict[str, list[str]], expected: tuple[bool, bool]
) -> None:
    meant, done = expected
    assert answers(formula(text), event) == {done}
    assert meant != done, words
