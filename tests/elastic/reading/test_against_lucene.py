"""The reader beside Lucene itself: the same texts are queries, and they find the same events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import FALSE, Atom, Formula, Opaque, atoms
from siemc.reading import ReadError
from siemc_backends.elastic.reading import regexp
from siemc_backends.elastic.reading.values import lower
from tests.elastic.samples import Event
from tests.engines.jvm import jvm
from tests.engines.lucene import Lucene, start

from .build import AT, reading
from .test_query_string import CLAUSES, PIECES, REFUSED, VALUES
from .test_regexp import LANGUAGE
from .test_regexp import expressions as odd_expressions

pytestmark = pytest.mark.engines

# What we refuse and Lucene takes, by a part of our message, each with its reason.
STRICTER = {
    "is no distance": "Lucene falls back on its default; Elasticsearch raises on most",
    "stands for many fields": "Elasticsearch expands it over the mapping",
    "is empty": "Lucene refuses it as well, but Elasticsearch and Kibana each do not",
    "nested deeper": "Lucene has no limit but its stack",
    "must follow": "a `~` that ends an expression: the plain parser passes no complement",
    "more than 1000": "Elasticsearch's limit",
}


@pytest.fixture(scope="module", params=["raw", "raw-cased"])
def engine(request: pytest.FixtureRequest) -> tuple[str, Lucene]:
    name: str = request.param
    return name, start(normalized=name == "raw")


def read_or_not(text: str, schema: str) -> Formula | str:
    try:
        return reading(text, schema)
    except ReadError as error:
        return error.message


def accepts(lucene: Lucene, text: str) -> bool:
    try:
        lucene.parse(text)
    except Exception:
        return False
    return True


def same_answer(engine: tuple[str, Lucene], text: str) -> Formula | None:
    """Both take the text, or both refuse it; the formula if they take it."""
    schema, lucene = engine
    found = read_or_not(text, schema)
    if isinstance(found, str):
        assert not accepts(lucene, text) or any(part in found for part in STRICTER), (text, found)
        return None
    assert accepts(lucene, text), (text, found)
    return found


def same_hits(engine: tuple[str, Lucene], text: str, events: list[Event]) -> int:
    """How many events are found; the reader and Lucene must agree on each."""
    found = same_answer(engine, text)
    if found is None or any(isinstance(atom.test, Opaque) for atom in atoms(found)):
        return 0
    expected = [evaluate(found, event) for event in events]
    assert engine[1].hits(text, events) == expected, (text, found, events)
    return sum(expected)


BITS = ["1", "2", "x", "X", "x y", "x*y?", "C:\\Temp", "", "Aé", "😀", "-x", "AND", "york"]
EVENTS: list[Event] = [
    {},
    *({"a": [value]} for value in BITS),
    *({"a": [value], "b": ["2"], "c": ["3"], "d": ["4"]} for value in ("1", "2", "x")),
    {"a": ["1", "new york city"], "b": ["1"]},
    {"b": ["2"]},
    {"c": ["3"], "b": ["2"]},
    {"a": ["9"], "c": ["3"]},
]

# What Elasticsearch adds to Lucene's parser: ranges by sign, and `f:*`
ADDED = (">", "*:x")


@pytest.mark.parametrize("text", [text for text, _ in CLAUSES] + [text for text, _ in VALUES])
def test_a_query_of_the_tables_finds_the_same(engine: tuple[str, Lucene], text: str) -> None:
    if not any(part in text for part in ADDED):
        same_hits(engine, text, EVENTS)


@pytest.mark.parametrize(
    ("text", "found"),
    [("a:x&y", 1), ("a:&", 1), ("a:x&", 0), ('a:"x y"~2', 1), ('a:"y x"~2', 0), ("a:x\\~1", 1)],
)
def test_an_ampersand_is_plain_and_a_keyword_has_no_slop(
    engine: tuple[str, Lucene], text: str, found: int
) -> None:
    events: list[Event] = [{"a": [value]} for value in ("x&y", "&", "x y", "x~1", "y")]
    assert same_hits(engine, text, events) == found


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_lucene_refuses_too(engine: tuple[str, Lucene], text: str) -> None:
    assert same_answer(engine, text) is None


printable = [piece for piece in PIECES if piece not in {"\ud800", "<", ">="}]
odd_texts = st.lists(st.sampled_from(printable), max_size=10).map("".join)


@settings(deadline=None, max_examples=1000)
@given(odd_texts)
def test_any_text_is_a_query_to_both_or_to_none(engine: tuple[str, Lucene], text: str) -> None:
    same_answer(engine, text)


words = st.sampled_from(["1", "x", "X", "xy", "x y", "é", "\\", "a*", "?", "NOT", "-"])
QUOTE = str.maketrans({"\\": "\\\\", '"': '\\"'})


def escaped(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\{char}" for char in text)


values = st.one_of(
    words.map(escaped),
    words.map(lambda text: f'"{text.translate(QUOTE)}"'),
    words.map(lambda text: f"*{escaped(text)}"),
    words.map(lambda text: f"{escaped(text)}*"),
    words.map(lambda text: f"{escaped(text)}?*"),
    st.sampled_from(["/x.?/", "/[xX]y*/", "/(x|1)+/", "/.*[^x]/", "*", "/\\W/"]),
)
leaves = st.builds("{}:{}".format, st.sampled_from("abc"), values)


def joined(parts: list[str]) -> st.SearchStrategy[str]:
    """The parts with any conjunctions between them; a part that has some is not put in brackets."""
    between = st.sampled_from([" ", " AND ", " OR ", " && ", " || ", " AND NOT ", " OR NOT "])
    glue = st.lists(between, min_size=len(parts) - 1, max_size=len(parts) - 1)
    return glue.map(lambda found: "".join(a + b for a, b in zip(parts, [*found, ""], strict=True)))


queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("{}{}".format, st.sampled_from(["NOT ", "-", "+", "!"]), leaves),
        st.builds("NOT ({})".format, inner),
        st.lists(inner, min_size=2, max_size=4).flatmap(joined),
        st.builds("a:({})".format, st.lists(values, min_size=1, max_size=3).map(" OR ".join)),
    ),
    max_leaves=8,
)


one_event = st.dictionaries(st.sampled_from("abc"), st.lists(words, min_size=1, max_size=2))


@settings(deadline=None, max_examples=500)
@given(queries, st.lists(one_event, min_size=5, max_size=10))
def test_any_query_finds_the_same(
    engine: tuple[str, Lucene], query: str, found: list[Event]
) -> None:
    same_hits(engine, query, found)


@pytest.fixture(scope="module")
def automata() -> Any:
    return jvm().JPackage("org").apache.lucene.util.automaton


def automaton(automata: Any, text: str) -> Any:
    """What a ``regexp`` query runs, or ``None`` where Lucene refuses the expression."""
    every_flag = automata.RegExp.ALL | automata.RegExp.DEPRECATED_COMPLEMENT
    try:
        found = automata.RegExp(text, every_flag).toAutomaton()
        return automata.CharacterRunAutomaton(automata.Operations.determinize(found, 10_000))
    except Exception:
        return None


def expression(text: str, lowered: bool) -> Formula | None:
    """What we make of the expression, or ``None`` where we refuse it."""
    try:
        test = regexp.read(text, False, lowered, AT)
    except ReadError:
        return None
    return FALSE if test is None else Atom("f", test)


def same_language(automata: Any, text: str, lowered: bool, samples: list[str]) -> None:
    found = automaton(automata, lower(text) if lowered else text)
    test = expression(text, lowered)
    # Lucene takes some repetitions of the empty language, each in its own way; we take none
    assert (found is None) == (test is None) or (test is None and "#" in text), text
    if test is None or (isinstance(test, Atom) and isinstance(test.test, Opaque)):
        return
    for value in samples:
        expected = evaluate(test, {"f": [value]})
        accepted = bool(found.run(lower(value) if lowered else value))
        assert accepted == expected, (text, value, test)


@pytest.mark.parametrize("lowered", [False, True])
@pytest.mark.parametrize(("text", "value"), [(text, value) for text, value, _ in LANGUAGE])
def test_an_expression_of_the_table_means_the_same(
    automata: Any, text: str, value: str, lowered: bool
) -> None:
    same_language(automata, text, lowered, [value, "", value.upper(), value * 2])


samples = st.lists(st.text("aAbB1.-\\] é\n2", max_size=5), min_size=5, max_size=20)


@settings(deadline=None, max_examples=1000)
@given(odd_expressions.filter(lambda text: text.isprintable()), samples, st.booleans())
def test_any_expression_means_the_same(
    automata: Any, text: str, values: list[str], lowered: bool
) -> None:
    same_language(automata, text, lowered, values)
