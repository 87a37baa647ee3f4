"""Macros and the searches that call them."""

from __future__ import annotations

import pytest

from siemc.importcheck.macros import Call, calls
from tests.importcheck import APP, codes, said
from tests.importcheck.conftest import CheckFile, CheckFolder


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("index=main", []),
        ("`mine`", [("mine", 0)]),
        ("`mine` | `other(a)` x", [("mine", 0), ("other", 1)]),
        ("`m(a, b)`", [("m", 2)]),
        ('`m("a, b", c)`', [("m", 2)]),
        ("`m()`", [("m", 0)]),
        # "does not expand macros when they are inside quoted values" (macros.conf.spec)
        ('"foo`bar`baz"', []),
        (r'"a \" `bar` b" `mine`', [("mine", 0)]),
        ("```a comment with `mine` in it``` `other`", [("other", 0)]),
        ("`m(if(a, b, c))`", [("m", None)]),
    ],
)
def test_the_calls_of_a_search(search: str, expected: list[tuple[str, int | None]]) -> None:
    assert [(each.name, each.arguments) for each in calls(search)] == expected


@pytest.mark.parametrize("search", ["`mine", "a ``", "`two words`", "`m(a` b"])
def test_a_call_that_is_none(search: str) -> None:
    assert [each.name for each in calls(search)][:1] == [None]


def test_calls_of_a_long_hostile_text_are_found_at_once() -> None:
    assert list(calls('"' * 100_001 + "`" + " " * 100_000)) == []
    assert list(calls("`a" + " " * 100_000 + "b c`")) == [Call("a" + " " * 100_000 + "b c", None)]


def app(search: str, macros: str) -> dict[str, str]:
    conf = f"[S]\nsearch = {search}\n"
    return {**APP, "default/savedsearches.conf": conf, "default/macros.conf": macros}


def test_a_macro_of_another_app_is_a_note(check_folder: CheckFolder) -> None:
    ((code, line, message),) = said(check_folder(app("`theirs` x", "[mine]\ndefinition = a\n")))
    assert (code, line) == ("SC330", 2)
    assert "theirs" in message


def test_a_macro_that_many_call_is_said_once(check_folder: CheckFolder) -> None:
    conf = "[A]\nsearch = `theirs`\n[B]\nsearch = `theirs`\n"
    report = check_folder({**APP, "default/savedsearches.conf": conf})
    assert codes(report) == ["SC330"]
    assert "2 of its searches" in report.findings[0].diagnostic.message


def test_the_wrong_number_of_arguments(check_folder: CheckFolder) -> None:
    macros = "[mine(1)]\nargs = a\ndefinition = x=$a$\n"
    ((code, line, message),) = said(check_folder(app("`mine(a, b)`", macros)))
    assert (code, line) == ("SC331", 2)
    assert "takes 1" in message


def test_an_overloaded_macro(check_folder: CheckFolder) -> None:
    macros = "[m]\ndefinition = x\n[m(2)]\nargs = a, b\ndefinition = x=$a$$b$\n"
    assert said(check_folder(app("`m` `m(a, b)`", macros))) == []


def test_a_macro_that_calls_another(check_folder: CheckFolder) -> None:
    report = check_folder(app("`mine`", "[mine]\ndefinition = `theirs`\n"))
    assert codes(report) == ["SC330"]


def test_the_expression_of_an_eval_macro_is_no_search(check_folder: CheckFolder) -> None:
    macros = '[mine]\ndefinition = "a" . `theirs`\niseval = 1\n'
    assert said(check_folder(app("`mine`", macros))) == []


@pytest.mark.parametrize(
    "stanza",
    [
        "[m(2)]\nargs = a\ndefinition = x",
        "[m(1)]\ndefinition = x",
        "[m(2)]\nargs = a, a\ndefinition = x",
        "[m(1)]\nargs = a b\ndefinition = x",
        "[m]\nargs = a",
    ],
)
def test_a_macro_that_is_wrong(check_file: CheckFile, stanza: str) -> None:
    assert codes(check_file("macros.conf", stanza + "\n")) == ["SC331"]


def test_a_file_of_searches_alone_says_nothing_of_macros_elsewhere(check_file: CheckFile) -> None:
    assert said(check_file("savedsearches.conf", "[S]\nsearch = `theirs` x\n")) == []


def test_a_backquote_that_is_not_closed(check_file: CheckFile) -> None:
    assert codes(check_file("savedsearches.conf", "[S]\nsearch = `theirs x\n")) == ["SC331"]
