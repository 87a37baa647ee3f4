"""The classic grammar, by Elasticsearch's reference, "Query string query", and Lucene's source."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.formula import FALSE, TRUE, Atom, Compare, Equals, Exists, Opaque, Or, atoms
from siemc.reading import ReadError, place
from siemc.schema import FieldType
from siemc_backends.elastic.lucene import LUCENE
from siemc_backends.elastic.lucene.parse import Options, query_string, read
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.elastic.reading.engine import FormatError

from .build import KEYWORD, ONE, RUN, engine, eq, only_engine, reading, schema, show

# a query, and what it asks
CLAUSES = [
    ("a:1", "a=1"),
    ("a : 1", "a=1"),
    ("a:1 b:2", "(a=1 | b=2)"),
    ("a:1 OR b:2", "(a=1 | b=2)"),
    ("a:1 || b:2", "(a=1 | b=2)"),
    ("a:1 AND b:2", "(a=1 & b=2)"),
    ("a:1 && b:2", "(a=1 & b=2)"),
    # there is no precedence: the conjunction takes its two neighbours
    ("a:1 OR b:2 AND c:3", "(b=2 & c=3)"),
    ("a:1 AND b:2 OR c:3", "(a=1 & b=2)"),
    ("a:1 AND b:2 OR c:3 AND d:4", "(a=1 & b=2 & c=3 & d=4)"),
    ("a:1 OR (b:2 AND c:3)", "(a=1 | (b=2 & c=3))"),
    ("+a:1 b:2", "a=1"),
    ("a:1 +b:2 -c:3", "(b=2 & !c=3)"),
    ("NOT a:1", "!a=1"),
    ("!a:1", "!a=1"),
    ("-a:1", "!a=1"),
    ("-a:1 -b:2", "(!a=1 & !b=2)"),
    ("NOT (a:1 OR b:2)", "!(a=1 | b=2)"),
    ("a:1 OR NOT b:2", "(a=1 & !b=2)"),
    ("a:1 OR (NOT b:2)", "(a=1 | !b=2)"),
    ("a:1 AND NOT b:2", "(a=1 & !b=2)"),
    ("NOT a:1 AND b:2", "(b=2 & !a=1)"),
    ("(NOT a:1) AND (NOT b:2)", "(!a=1 & !b=2)"),
    ("((a:1))", "a=1"),
    ("a:(1 OR 2)", "(a=1 | a=2)"),
    ("a:(1 AND -2)", "(a=1 & !a=2)"),
    ("a:(1 OR b:2)", "(a=1 | b=2)"),
    ('a:("1" "2")', "(a=1 | a=2)"),
    # words in a row are one text, and a keyword has it as one term
    ("a:(new york city)", "a=new york city"),
    ("a:(new york AND city)", "(a=york & a=city)"),
    ("a:(x y z^2)", "(a=x y | a=z)"),
    ("a:(1 AND 2 3)", "(a=1 & a=2)"),
    ('a:"x y"', "a=x y"),
    ('a:"x"~5^2', "a=x"),
    ("a:1^2.5 AND (b:2)^3", "(a=1 & b=2)"),
    ("not a:1", "(None?term: not | a=1)"),
    ("*:*", "true"),
    ("* AND a:1", "(true & a=1)"),
    ("NOT *:*", "!true"),
    ("a:*", "a Exists"),
    ("_exists_:a", "a Exists"),
    ('_exists_:"a"', "a Exists"),
    ("NOT _exists_:a", "!a Exists"),
    ("a:x* AND b:*x AND c:*x*", "(a=x* & b=*x & c=*x*)"),
    ("a:- b:2", "(a=- | b=2)"),
    ("a-b:1-2+3", "a-b=1-2+3"),
    ("a:[* TO *]", "a Exists"),
    (r"a:>\*", "a Exists"),
    ("a:>*", "a=>*"),
    ("a:/.*/", "a Exists"),
    ("*:x", "None?term: x"),
    ("x", "None?term: x"),
    ('"x y"~2', "None?phrase~2: x y"),
    ("/x./", "None?regexp: x."),
    ("[a TO b}", "None?range[}: a TO b"),
    ("a:x~1", "a?fuzzy~1 a: x"),
    ("a:[b TO c}", "a?range a >= b < c"),
    ('a:{"b c" TO *]', "a?range a > b c"),
]


@pytest.mark.parametrize(("text", "meaning"), CLAUSES)
def test_the_clauses_of_a_query(text: str, meaning: str) -> None:
    assert show(reading(text)) == meaning


VALUES = [
    (r"a:x\ y", eq("a", "x y")),
    (r"a\ b:x", eq("a b", "x")),
    (r"a\:b:x\:y", eq("a:b", "x:y")),
    (r"a:\-x", eq("a", "-x")),
    (r"a:\AND", eq("a", "AND")),
    (r"a:C\:\\Windows\\*", eq("a", "C:\\Windows\\", RUN)),
    (r"a:*\\cmd.exe", eq("a", RUN, "\\cmd.exe")),
    (r"a:x\*", eq("a", "x*")),
    (r"a:x\**", eq("a", "x*", RUN)),
    (r"a:x\\*", eq("a", "x\\", RUN)),
    (r"a:x\?y?", eq("a", "x?y", ONE)),
    (r"a:\u0041\u00e9", eq("a", "Aé")),
    (r"a:\ud83d\ude00", eq("a", "😀")),
    (r"a:\u0041?", eq("a", "u0041", ONE)),  # a pattern keeps its escapes: `\u` is `u`
    (r"a:\u0041*", eq("a", "A", RUN)),  # a prefix does not
    ('a:"x*y?"', eq("a", "x*y?")),
    (r'a:"x\"y\\"', eq("a", 'x"y\\')),
    (r'a:"C:\\Temp"', eq("a", "C:\\Temp")),
    ('a:""', eq("a")),
    ('a:"x\ny"', eq("a", "x\ny")),
    ("a:x&y|z", eq("a", "x&y|z")),
    ("a:é😀", eq("a", "é😀")),
    ("a:x\x00", eq("a", "x\x00")),
    ("a:\u00a0x", eq("a", "\u00a0x")),
    ("a:x=y", eq("a", "x=y")),
    (r"a:/x\/y/", eq("a", "x/y")),
    (r"a:/x[\\]/", eq("a", "x\\")),
]


@pytest.mark.parametrize(("text", "leaf"), VALUES)
def test_the_values_of_leaves(text: str, leaf: Atom) -> None:
    assert reading(text) == leaf


def test_an_ideographic_space_splits_as_a_space_does() -> None:
    assert show(reading("a:1\u3000AND\tb:2")) == "(a=1 & b=2)"


NUMBERS = schema(n=FieldType("long"), b=FieldType("boolean"), k=KEYWORD, t=FieldType("text"))


@pytest.mark.parametrize(
    ("text", "op", "number"),
    [
        ("n:>5", ">", 5),
        ("n:>=5", ">=", 5),
        ("n:<5", "<", 5),
        ("n:<=-5", "<=", -5),
        (r"n:\>5", ">", 5),  # escaped or not
        ("n:[5 TO *]", ">=", 5),
        ("n:{5 TO *}", ">", 5),
        ("n:[* TO 5}", "<", 5),
        ('n:["5" TO *]', ">=", 5),
    ],
)
def test_a_range_of_numbers(text: str, op: str, number: int) -> None:
    found = reading(text, NUMBERS)
    assert isinstance(found, Atom)
    assert isinstance(found.test, Compare)
    assert (found.test.op, found.test.number) == (op, number)


def test_a_range_with_two_bounds() -> None:
    (found,) = read("n:[1 TO 5]", NUMBERS)
    assert [atom.test for atom in atoms(found.formula)] == [Compare(">=", 1), Compare("<=", 5)]
    assert "SA13" in found.assumptions
    assert reading("n:[5 TO 5]", NUMBERS) == Atom("n", Equals(5))


def test_a_sign_alone_is_a_term() -> None:
    assert reading("k:>", NUMBERS) == eq("k", ">")


WRONG = ("n:x", "n:5*", "n:/5./", "b:yes", "n:>x", "n:5~")


@pytest.mark.parametrize("text", WRONG)
def test_a_value_of_the_wrong_type_finds_nothing_in_a_lenient_search(text: str) -> None:
    lenient = Options(lenient=True)
    assert query_string(text, only_engine(NUMBERS), 0, lenient) == FALSE


@pytest.mark.parametrize("text", WRONG)
def test_a_search_that_is_not_known_to_be_lenient_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        query_string(text, only_engine(NUMBERS), 0, Options())


def test_words_of_a_text_field_are_equal_only_to_themselves() -> None:
    assert reading("t:(a b)", NUMBERS) == Atom("t", Opaque("match t: a b"))
    assert reading('t:"a b"~2', NUMBERS) == Atom("t", Opaque("match_phrase t: a b~2"))
    assert reading("t:*", NUMBERS) == Atom("t", Exists())


def test_a_text_of_which_analysis_leaves_nothing_is_refused() -> None:
    with pytest.raises(ReadError, match="Analysis"):
        reading('t:"--"', NUMBERS)


REFUSED = ["", " \t", "(", "a:(", "a:b)", "()", "a:", ":b", "AND a", "a AND", "a AND OR b", "NOT"]
REFUSED += ["NOT NOT a", "+-a", 'a:"b', "a:/b", "a:[b TO", "a:[b c]", "a:[b TO c d]", "a:]", "a:}"]
REFUSED += ["a^", "a^b", "a^ 2", "a:b:c", "a*:b", "a:-5", "a\\", r"a:\u00g0", r"a:/\user/", "a:/(/"]
REFUSED += ["~", "a:b~0.5", "a.*:b", r"a.\*:b", "_exists_:a\\*", "^2", "a:/\\n/"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_query_is_refused_where_it_is_wrong(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        reading(text)
    assert caught.value.message
    assert 0 <= caught.value.start <= len(text)


def test_every_leaf_says_where_it_stands() -> None:
    text = 'a:1 AND (b:"x y" OR -c:[1 TO 2])^2 d:/x./'
    places = [atom.origins[0].path for atom in atoms(reading(text))]
    assert [text[int(start) : int(end)] for start, end in places] == [
        "a:1",
        'b:"x y"',
        "c:[1 TO 2]",
    ]


def test_many_clauses_are_an_assumption() -> None:
    text = " ".join(f"a:{number}" for number in range(1025))
    (found,) = read(text, ELASTIC.schema("raw-cased"))
    assert "SA11" in found.assumptions


def test_the_backend_reads() -> None:
    schema_ = ELASTIC.schema("winlogbeat-9")
    (found,) = LUCENE.read("process.name:x", schema_)
    assert found.formula == eq("process.name", "x")
    assert found.indices == schema_.patterns
    assert found.assumptions == ("SA01",)


def test_a_query_is_read_once_for_each_mapping() -> None:
    found = read("process.command_line:x OR file.path:y", ELASTIC.schema("agent-windows"))
    assert len(found) > 1
    patterns = [pattern for each in found for pattern in each.indices]
    assert sorted(patterns) == sorted(ELASTIC.schema("agent-windows").patterns)


def test_a_query_string_has_default_fields() -> None:
    found = engine("keyword")
    assert query_string("x", found, 0, Options(("f",))) == eq("f", "x")
    assert query_string("*", found, 0, Options(("f",))) == Atom("f", Exists())
    two = only_engine(schema(f=KEYWORD, g=KEYWORD))
    assert query_string("x", two, 0, Options(("f", "g"))) == Or((eq("f", "x"), eq("g", "x")))
    assert query_string("x", found, 0, Options(("*",))) == Atom(None, Opaque("term: x"))
    assert query_string(" ", found) == FALSE
    assert query_string("*:*", found) == TRUE


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a:1 b:2", "(a=1 & b=2)"),
        ("a:1 OR b:2", "(a=1 | b=2)"),
        ("a:1 OR b:2 AND c:3", "(b=2 & c=3)"),
        ("-a:1 OR b:2", "(b=2 & !a=1)"),
    ],
)
def test_the_default_operator_may_be_and(text: str, meaning: str) -> None:
    found = only_engine(ELASTIC.schema("raw-cased"))
    assert show(query_string(text, found, 0, Options(operator="AND"))) == meaning


def test_a_query_inside_another_stands_where_it_is_told() -> None:
    found = query_string("f:x", engine("keyword"), 10)
    assert isinstance(found, Atom)
    assert found.origins == place(10, 13)
    inside = query_string("f:x", engine("keyword"), (3, 30))
    assert isinstance(inside, Atom)
    assert inside.origins == place(3, 30)
    with pytest.raises(ReadError) as caught:
        query_string("f:", engine("keyword"), 10)
    assert caught.value.start == 12


PIECES = ["a", "b:", "a:", " ", "(", ")", '"', "\\", "*", "?", "/", "+", "-", "!", "NOT ", " AND "]
PIECES += [" OR ", "[", "]", "{", "}", " TO ", "^2", "^", "~", "~1", "<", ">=", "\u3000", "\x00"]
PIECES += ["\ud800", "é", "_exists_:", "*:*", ".*", "[xX]", "\\u00", "&&", "|", "5"]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text())


@settings(deadline=None, max_examples=500)
@given(texts, st.sampled_from(["raw", "raw-cased", "winlogbeat-9"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    places: list[tuple[str | int, ...]] = []
    try:
        found = read(text, ELASTIC.schema(name))
        places = [atom.origins[0].path for atom in atoms(found[0].formula)]
    except ReadError as error:
        places = [(error.start, error.end)]
    for start, end in places:
        assert 0 <= int(start) <= int(end) <= len(text) + 1


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 5_000 + "a" + ")" * 5_000,
        "a:(" * 3_000,
        '"' * 99_999,
        "/" * 99_999,
        "a:/" + "\\/" * 50_000,
        "\\" * 99_999,
        "a " * 50_000,
        "-" * 50_000,
        "[" * 50_000,
        'a:["' + '\\"' * 50_000,
        "a*?" * 30_000,
        "[" + '"\\" ' * 30_000,
        "/" + "a|" * 50_000 + "/",
        "a:x^1~" * 20_000,
        "a:" + "x" * 200_000,
    ],
)
def test_a_hostile_text_ends_soon(text: str) -> None:
    with suppress(ReadError):
        reading(text)
