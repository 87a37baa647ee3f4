"""Each rule of the reader is one that a page of Splunk's documentation says.

The entries are in ``documented/``. An entry has ``rule`` (what is so, in our words), ``page`` (a
name in ``pages.yml``) and ``section``, or ``page: null``, and the ``assumption`` of the catalogue
that it rests on; ``query``; and the events that it must find (``match``), must not find
(``no_match``), or of which it is not decided here (``open``); or, in ``refused``, a part of the
message. What is expected was worked out from the page, never from the reader.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from siemc.diagnostics import catalogue
from siemc.reading import ReadError
from siemc_backends.splunk import SPL, reading
from siemc_backends.splunk.reading.conditions import COUNTS, FUNCTIONS
from siemc_backends.splunk.reading.search import SEARCH_MODIFIERS, TIME_MODIFIERS
from tests.splunk.reading import make

HERE = Path(__file__).parent / "documented"
READER = Path(reading.__file__).parent
PAGES: Mapping[str, Mapping[str, str]] = yaml.safe_load((HERE / "pages.yml").read_text("utf-8"))
UNDOCUMENTED = "undocumented.yml"
SEMANTICS = Path(__file__).parents[3] / "docs" / "semantics.md"
KEYS = {"rule", "page", "section", "assumption", "query", "match", "no_match", "open", "refused"}

Event = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, the page that says it, and what shows that the reader holds it."""

    rule: str
    page: str | None
    section: str | None
    assumption: str | None
    query: str
    expected: tuple[tuple[Event, frozenset[bool]], ...]
    refused: str | None
    file: str

    @property
    def claims(self) -> bool:
        """Whether it says of some event that it is found, or that it is not."""
        return any(len(truth) == 1 for _, truth in self.expected)


def event(found: Mapping[str, Any]) -> Event:
    """The event with a list of values for each field."""
    values = {name: each if isinstance(each, list) else [each] for name, each in found.items()}
    assert all(isinstance(text, str) for each in values.values() for text in each), found
    return values


def entry(item: Mapping[str, Any], file: str) -> Entry:
    """The entry of one item of a file."""
    assert set(item) <= KEYS, (file, item)
    kinds = {"match": {True}, "no_match": {False}, "open": {True, False}}
    expected = tuple(
        (event(each), frozenset(truth))
        for kind, truth in kinds.items()
        for each in item.get(kind, ())
    )
    names = ("page", "section", "assumption")
    page, section, assumption = (item.get(name) for name in names)
    found = Entry(
        item["rule"], page, section, assumption, item["query"], expected, item.get("refused"), file
    )
    assert found.expected or found.refused, (file, item)
    return found


def _entries() -> Iterator[Entry]:
    for path in sorted(HERE.glob("*.yml")):
        if path.name != "pages.yml":
            for item in yaml.safe_load(path.read_text("utf-8")):
                yield entry(item, path.name)


ENTRIES = tuple(_entries())
CITED = tuple(each for each in ENTRIES if each.page)


def title(each: Entry) -> str:
    """The rule and what says it, for the test's name."""
    return f"{each.rule} [{each.page or each.assumption or 'no page'}]"


@pytest.mark.parametrize("each", [each for each in ENTRIES if not each.refused], ids=title)
def test_the_reader_holds_the_rule(each: Entry) -> None:
    formula = make.formula(each.query)
    for event_, truth in each.expected:
        assert make.answers(formula, event_) == truth, event_


@pytest.mark.parametrize("each", [each for each in ENTRIES if each.refused], ids=title)
def test_the_reader_refuses_what_it_does_not_hold(each: Entry) -> None:
    with pytest.raises(ReadError) as caught:
        SPL.read(each.query, make.RAW)
    assert each.refused is not None
    assert each.refused in caught.value.message


@pytest.mark.parametrize("each", [each for each in ENTRIES if each.assumption], ids=title)
def test_what_no_page_says_rests_on_an_assumption_that_the_reading_records(each: Entry) -> None:
    assert each.assumption in catalogue()
    assert each.assumption in make.reading(each.query).assumptions


def _is_said(each: Entry) -> bool:
    return bool(each.page or each.assumption) or not each.claims


@pytest.mark.parametrize("each", [e for e in ENTRIES if e.file != UNDOCUMENTED], ids=title)
def test_a_page_or_an_assumption_stands_behind_the_rule(each: Entry) -> None:
    assert _is_said(each)
    assert bool(each.section) is bool(each.page)
    assert each.page is None or each.page in PAGES


@pytest.mark.parametrize("each", [e for e in ENTRIES if e.file == UNDOCUMENTED], ids=title)
def test_what_no_page_says_is_told_to_the_user(each: Entry) -> None:
    assert not _is_said(each)
    assert f"- {each.rule}\n" in SEMANTICS.read_text("utf-8")


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_splunks_and_is_cited(slug: str) -> None:
    page = PAGES[slug]
    assert set(page) == {"title", "url"}
    assert re.match(r"https://(?:docs|help)\.splunk\.com/\S+\Z", page["url"])
    assert any(each.page == slug for each in CITED)


def test_no_rule_is_told_twice() -> None:
    told = [(each.file, each.rule) for each in ENTRIES]
    assert len(set(told)) == len(told)


# Which of the language's words the reader takes, and whether a cited page stands behind each.


@cache
def _trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(READER.glob("*.py")))


def _nodes() -> Iterator[ast.AST]:
    for tree in _trees():
        yield from ast.walk(tree)


def _texts(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def functions_of_the_reader() -> set[str]:
    """The functions of its table, and those that its patterns ``case Call("...", ...)`` name."""
    patterns = [
        each.patterns[0]
        for each in _nodes()
        if isinstance(each, ast.MatchClass) and getattr(each.cls, "id", "") == "Call"
    ]
    return set(FUNCTIONS).union(*map(_texts, patterns))


def set_of(wanted: str) -> set[str]:
    """The texts of the reader's tables of that name, such as ``_RELATIONS``."""
    found: list[ast.AST] = []
    for each in _nodes():
        match each:
            case ast.Assign([ast.Name(id=name)], value) if name == wanted:
                found.append(value)
            case ast.AnnAssign(ast.Name(id=name), _, ast.AST() as value) if name == wanted:
                found.append(value)
    assert found, wanted
    return set().union(*map(_texts, found))


def commands_of_the_reader() -> set[str]:
    """The names that a command's is compared with, and those that only choose columns."""
    compared = [
        each
        for each in _nodes()
        if isinstance(each, ast.Compare) and ast.unparse(each.left) == "name.text"
    ]
    return {text for each in compared for text in _texts(each)} | set_of("_SELECTING")


def parts(query: str) -> list[str]:
    """The query's commands, without what is in quotation marks and comments."""
    bare = re.sub(r"```.*?```", " ", query, flags=re.DOTALL)
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', bare, flags=re.DOTALL).split("|")


def conditions(entries: Sequence[Entry] = CITED) -> str:
    """The conditions of every ``where`` that a cited page stands behind."""
    found = [part.strip() for each in entries for part in parts(each.query)]
    return "\n".join(part for part in found if re.match(r"where\b", part))


def searches() -> str:
    """The terms of every ``search`` that stands at the start of a query with a cited page."""
    return "\n".join(parts(each.query)[0] for each in CITED)


@pytest.mark.parametrize("function", sorted(functions_of_the_reader()))
def test_a_page_stands_behind_each_function(function: str) -> None:
    decided = conditions([each for each in CITED if each.claims])
    assert re.search(rf"\b{function}\s*\(", decided, re.IGNORECASE)


def test_the_functions_are_those_of_the_reader() -> None:
    assert {"isnull", "mvfilter", "coalesce", "substr", "null"} <= functions_of_the_reader()
    assert set(COUNTS) == set(FUNCTIONS)


@pytest.mark.parametrize("command", sorted(commands_of_the_reader()))
def test_a_page_stands_behind_each_command(command: str) -> None:
    decided = [each for each in CITED if each.claims]
    commands = [part.split()[:1] for each in decided for part in parts(each.query)]
    assert [command] in commands


def test_the_commands_are_those_of_the_reader() -> None:
    assert commands_of_the_reader() == {"search", "where", "regex", "table", "fields"}


@pytest.mark.parametrize("sign", sorted(set_of("_RELATIONS") | set("+-*/%.")))
def test_a_page_stands_behind_each_sign_of_where(sign: str) -> None:
    signs = re.findall(r"[=<>!]=|[-=<>+*/%.!]", conditions())
    assert sign in signs


@pytest.mark.parametrize("word", sorted(set_of("_WORDS")))
def test_a_page_stands_behind_each_word_of_where(word: str) -> None:
    assert re.search(rf"\b{word}\b", conditions(), re.IGNORECASE)


@pytest.mark.parametrize("sign", ["=", "!=", *sorted(set_of("_ORDER"))])
def test_a_page_stands_behind_each_sign_of_search(sign: str) -> None:
    assert sign in re.findall(r"[<>!]=|[=<>]", searches())


@pytest.mark.parametrize("word", [*sorted(set_of("_OPERATORS")), "CASE", "TERM"])
def test_a_page_stands_behind_each_word_of_search(word: str) -> None:
    assert re.search(rf"\b{word}\b", searches())


@pytest.mark.parametrize("modifier", sorted(TIME_MODIFIERS | SEARCH_MODIFIERS | {"tag::host"}))
def test_an_entry_shows_each_modifier_to_be_no_field(modifier: str) -> None:
    queries = [
        each.query for each in ENTRIES if {True, False} in [set(t) for _, t in each.expected]
    ]
    assert any(re.search(rf"(?<!\S){modifier}=", query) for query in queries)
