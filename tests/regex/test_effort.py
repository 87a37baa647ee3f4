"""Whether Lucene can make an expression deterministic, and the form that makes it easier."""

import pytest
from hypothesis import given

from siemc.regex import RegexUnsupported, node_to_python, parse, to_lucene
from siemc.regex.effort import determinizes, is_counted, with_optional_copies
from siemc.regex.whole import whole

from .strategies import SHORT_SUBJECTS, sources, subjects


def fits(source: str, limit: int = 10_000) -> bool:
    return determinizes(whole(parse(source)), limit)


@pytest.mark.parametrize(
    "source",
    ["foo", "[0-9a-f]{8}-[0-9a-f]{4}", "(?i)a.*b.*c", "a.{0,5}b", "^.{1,200}$", r"\bfoo\b"],
)
def test_ordinary_expressions_fit(source: str) -> None:
    assert fits(source)


@pytest.mark.parametrize("source", ["a.{20}b", r"a\w{30,}b", r"\W.{18}a"])
def test_a_count_that_may_start_at_every_character_does_not(source: str) -> None:
    # 2^n sets of states: which of the last n characters was the one before the count
    assert not fits(source)
    with pytest.raises(RegexUnsupported, match="determinized"):
        to_lucene(parse(source), fold="none", raw_controls=True)


def test_a_higher_limit_takes_more() -> None:
    assert not fits("a[^b]{11}c", 3_000)
    assert fits("a[^b]{11}c", 30_000)


def test_optional_copies_save_a_bounded_gap() -> None:
    found = whole(parse("(?s)foo.{0,60}bar"))
    assert not determinizes(found, 10_000)
    assert determinizes(with_optional_copies(found), 10_000)
    text = to_lucene(parse("(?s)foo.{0,60}bar"), fold="none", raw_controls=True).text
    assert text == ".*foo(.?){60}bar.*"


@pytest.mark.parametrize("source", ["a{5}", "(?:a|b{2,9})c", "(?:x{7,})?y"])
def test_a_count_is_seen_wherever_it_is(source: str) -> None:
    assert is_counted(parse(source))
    assert not is_counted(parse("a{2}b+c*d?"))


@given(sources(), subjects)
def test_optional_copies_mean_the_same(source: str, value: str) -> None:
    found = whole(parse(source))
    here, there = node_to_python(found), node_to_python(with_optional_copies(found))
    for each in (value, *SHORT_SUBJECTS[:40]):
        assert (here.fullmatch(each) is None) == (there.fullmatch(each) is None)
