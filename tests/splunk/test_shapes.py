"""Lists, exclusions, precedence, and what goes into the base search and what into ``where``."""

from __future__ import annotations

from siemc.formula import FALSE, TRUE, And, Atom, Equals, Exists, IsNull, Not, Opaque, Or, Regex
from tests.splunk.make import ONE, RUN, atom, emit, has, spl
from tests.splunk.spl_model import holds

A, B, C = has("a", "1"), has("b", "2"), has("c", "3")
# A test that only where can make, and what is left of it in the base search.
W = has("w", "1", ONE)
W_TEST = r'mvfilter(match(w, "(?s)^1.\z"))'


def test_terms_beside_each_other_must_all_hold() -> None:
    assert spl(And((A, B, And((C,))))) == 'a="1" b="2" c="3"'


def test_an_or_beside_an_and_stands_in_parentheses() -> None:
    assert spl(And((A, Or((B, C))))) == 'a="1" (b="2" OR c="3")'
    assert spl(Or((A, And((B, C))))) == 'a="1" OR (b="2" c="3")'
    assert spl(And((A, Or((B, And((C, Or((A, B))))))))) == (
        'a="1" (b="2" OR (c="3" (a="1" OR b="2")))'
    )


def test_values_of_one_field_are_a_list_at_their_first_place() -> None:
    formula = Or((has("a", "x"), B, has("a", "y", RUN), atom("a", Equals(4))))
    assert spl(formula) == 'a IN ("x", "y*", 4) OR b="2"'
    assert spl(And((B, Or((has("a", "x"), has("a", "y")))))) == 'b="2" a IN ("x", "y")'


def test_not() -> None:
    assert spl(Not(A)) == 'NOT a="1"'
    assert spl(Not(Not(A))) == 'a="1"'
    assert spl(And((A, Not(Or((B, C)))))) == 'a="1" NOT (b="2" OR c="3")'
    assert spl(Not(And((A, B)))) == 'NOT (a="1" b="2")'
    assert spl(Not(Or((has("a", "x"), has("a", "y"))))) == 'NOT a IN ("x", "y")'
    assert spl(Or((Not(A), B))) == '(NOT a="1") OR b="2"'
    assert spl(Not(Or((A, Not(B))))) == 'b="2" NOT a="1"'


def test_absent_or_empty() -> None:
    null = atom("f", IsNull())
    assert spl(And((A, null))) == 'a="1" (f="" OR NOT f=*)'
    assert spl(And((A, Not(null)))) == 'a="1" f=* NOT f=""'
    assert spl(And((A, Not(Or((null, has("f"))))))) == 'a="1" f=* NOT f=""'
    assert spl(Or((null, has("f"), B))) == 'f="" OR (NOT f=*) OR b="2"'


def test_constants() -> None:
    assert spl(TRUE) == "*"
    assert spl(FALSE) == "NOT *"
    assert spl(And((A, TRUE, Or((FALSE, B))))) == 'a="1" b="2"'
    assert spl(Or((A, Not(FALSE)))) == "*"
    assert spl(And(())) == "*"
    assert spl(Or(())) == "NOT *"


def test_only_the_conjunct_that_needs_it_goes_to_where() -> None:
    assert spl(And((A, W, B))) == f'a="1" b="2" w="1*" | where isnotnull({W_TEST})'


def test_exclusions_that_search_can_say_stay_there() -> None:
    formula = And((A, Not(Or((B, W, C)))))
    assert spl(formula) == f'a="1" NOT (b="2" OR c="3") | where isnull({W_TEST})'


def test_an_alternative_takes_the_whole_or_along() -> None:
    assert spl(And((A, Or((B, W))))) == (
        f'a="1" (b="2" OR w="1*") | where isnotnull(mvfilter(match(b, "^2\\z"))) '
        f"OR isnotnull({W_TEST})"
    )


def test_a_filter_is_not_taken_out_of_a_not() -> None:
    formula = And((A, Not(And((B, W)))))
    assert spl(formula) == (
        f'a="1" | where NOT (isnotnull(mvfilter(match(b, "^2\\z"))) AND isnotnull({W_TEST}))'
    )


def test_several_filters_are_one_where() -> None:
    formula = And((W, Or((has("v", ONE), A)), Not(has("u", ONE))))
    assert spl(formula) == (
        'w="1*" (v=* OR a="1") | where '
        f"isnotnull({W_TEST}) AND "
        r'(isnotnull(mvfilter(match(v, "(?s)^.\z"))) OR isnotnull(mvfilter(match(a, "^1\z")))) AND '
        r'isnull(mvfilter(match(u, "(?s)^.\z")))'
    )


def test_where_parenthesises_every_mix() -> None:
    formula = Or((And((A, Or((B, W)))), C))
    one, two, three = (
        rf'isnotnull(mvfilter(match({field}, "^{value}\z")))'
        for field, value in (("a", 1), ("b", 2), ("c", 3))
    )
    assert spl(formula) == (
        '(a="1" (b="2" OR w="1*")) OR c="3" | where '
        f"({one} AND ({two} OR isnotnull({W_TEST}))) OR {three}"
    )


def test_tests_of_one_field_share_an_mvfilter_in_where() -> None:
    formula = Or((has("a", "x", ONE), has("a", "y"), has("a", RUN, "z")))
    assert spl(formula) == (
        r'a IN ("x*", "y", "*z") | where isnotnull(mvfilter(match(a, "(?is)^x.\z") '
        r'OR match(a, "(?i)^y\z") OR match(a, "(?i)z\z")))'
    )


def test_what_alternatives_have_in_common_is_asked_once_in_the_base_search() -> None:
    formula = Or((has("a", "x", RUN, "1"), has("a", "x", RUN, "2")))
    assert spl(formula).split(" | where ")[0] == 'a="x*" a IN ("*1", "*2")'


def test_a_bound_that_adds_nothing_is_left_out() -> None:
    formula = And((has("a", "x", RUN), atom("a", Regex("[0-9]+"))))
    assert spl(formula) == 'a="x*" | where isnotnull(mvfilter(match(a, "[0-9]+")))'
    formula = And((atom("a", Exists()), atom("a", Regex("[0-9]+"))))
    assert spl(formula) == 'a=* | where isnotnull(mvfilter(match(a, "[0-9]+")))'


def test_pretty_is_one_clause_and_one_exclusion_a_line() -> None:
    browsers = Or((has("Image", RUN, "\\brave.exe"), has("Image", "C:\\x.exe")))
    formula = And((atom("EventCode", Equals(3)), has("Host", "h"), Not(browsers)))
    text = spl(formula, pretty=True)
    assert text == (
        'EventCode=3\nHost="h"\nNOT Image IN (\n    "*\\\\brave.exe",\n    "C:\\\\x.exe"\n)'
    )
    event = {"EventCode": ["3"], "Host": ["H"], "Image": ["C:\\y.exe"]}
    assert not holds(text.replace("Image", "x"), {**event, "x": ["C:\\X.exe"]})
    assert holds(text.replace("Image", "x"), {**event, "x": ["C:\\y.exe"]})


def test_pretty_with_several_fields_and_a_filter() -> None:
    formula = And((A, Not(Or((has("b", "x"), has("b", "y"), C, has("w", ONE)))), W))
    assert spl(formula, pretty=True) == (
        'a="1"\n'
        "NOT (\n"
        "    b IN (\n"
        '        "x",\n'
        '        "y"\n'
        "    )\n"
        '    OR c="3"\n'
        ")\n"
        'w="1*"\n'
        r'| where isnull(mvfilter(match(w, "(?s)^.\z")))'
        "\n"
        f"    AND isnotnull({W_TEST})"
    )


def test_keywords_are_sought_in_the_whole_event() -> None:
    emission = emit(Or((has(None, RUN, "access denied", RUN), has(None, RUN, "b", RUN))))
    assert emission.text == '_raw IN ("*access denied*", "*b*")'
    assert "SA04" in emission.assumptions
    assert spl(atom(None, Regex(r"a\d"))) == '* | where isnotnull(mvfilter(match(_raw, "a\\d")))'


def test_a_macro_is_printed_as_it_is() -> None:
    macro = Atom(None, Opaque("`sysmon`"))
    assert spl(And((macro, A, W))) == f'`sysmon` a="1" w="1*" | where isnotnull({W_TEST})'
    emission = emit(Or((And((macro, W)), B)))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC216"]


def test_spans_of_a_list_and_of_a_filter() -> None:
    one, two = has("a", "x"), has("a", "y")
    formula = And((Or((one, two)), atom("w", W.test, "filter")))
    emission = emit(formula)
    assert emission.text is not None
    found = [(emission.text[s.start : s.end], s.origins[0].identifier) for s in emission.spans]
    assert found == [
        ('"x"', "sel"),
        ('"y"', "sel"),
        ('w="1*"', "filter"),
        (f"isnotnull({W_TEST})", "filter"),
    ]


def test_deep_nesting_is_a_problem_and_not_a_crash() -> None:
    formula = A
    for _ in range(3000):
        formula = Not(And((formula, B)))  # type: ignore[assignment]
    emission = emit(formula)
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC213"]
