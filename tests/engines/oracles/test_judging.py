"""What the trials must not excuse, on oracles that are wrong on purpose."""

from __future__ import annotations

from siemc.evaluate import Event, evaluate
from siemc.load import load_text
from siemc.lower import lower
from tests.engines.oracles.known import Known, has, one
from tests.engines.oracles.oracle import Answer, Refused
from tests.engines.oracles.pairs import Trial
from tests.engines.oracles.run import Result, run
from tests.exact.strategies import rule_text

BOTH = {"a": {"A|cased": "x"}, "b": {"B": "y"}, "condition": "a and b"}
CASELESS = Known(
    "no case",
    "Takes `cased` for nothing.",
    one("A|cased", "x", "X", False, True),
    leaf=lambda leaf, event: has(leaf, "cased") and "X" in leaf.found(event),
)


class Wrong:
    """The reference itself on the rule that is made of a text, and refuses where there is none."""

    name, version = "wrong", "1"

    def __init__(self, **exchanged: str) -> None:
        self.exchanged = exchanged

    def read(self, rule: str) -> Answer:
        for old, new in self.exchanged.items():
            if new == "refused" and old in rule:
                raise Refused(old)
            rule = rule.replace(f" {old} ", f" {new} ").replace(f"|{old}", new)
        formula = lower(load_text(rule).rules[0]).formula
        return lambda event: evaluate(formula, event)

    def matches(self, rule: str, event: Event) -> bool:
        return self.read(rule)(event)


def tried(oracle: Wrong, *events: Event, known: tuple[Known, ...] = (CASELESS,)) -> Result:
    return run(oracle, known, "trial", [Trial("both", rule_text(BOTH, True), events)])


def test_what_agrees_is_counted_with_what_matches() -> None:
    result = tried(Wrong(), {"A": ["x"], "B": ["y"]}, {"A": ["X"], "B": ["y"]})
    assert (result.pairs, result.agreed, result.matching) == (2, 2, 1)


def test_a_leaf_of_a_known_class_excuses_the_rule() -> None:
    result = tried(Wrong(cased=""), {"A": ["X"], "B": ["y"]})
    assert result.excused == {"no case": 1}
    assert not result.disagreements


def test_a_leaf_that_no_class_knows_is_a_disagreement() -> None:
    result = tried(Wrong(cased=""), {"A": ["X"], "B": ["y"]}, known=())
    assert [each.oracle for each in result.disagreements] == [True]
    assert not result.excused


def test_leaves_that_are_put_together_otherwise_are_a_disagreement() -> None:
    result = tried(Wrong(**{"and": "or"}), {"A": ["x"]})
    assert len(result.disagreements) == 1


def test_a_known_leaf_does_not_excuse_what_does_not_follow_from_it() -> None:
    result = tried(Wrong(**{"and": "or", "cased": ""}), {"A": ["X"]})
    assert len(result.disagreements) == 1


def test_a_refusal_is_excused_by_the_leaf_that_is_refused() -> None:
    event = {"A": ["X"], "B": ["y"]}
    refuses = Known("refuses", "", CASELESS.example, leaf=lambda leaf, event: has(leaf, "cased"))
    assert tried(Wrong(cased="refused"), event, known=(refuses,)).excused == {"refuses": 1}
    assert tried(Wrong(y="refused"), event, known=(refuses,)).disagreements
