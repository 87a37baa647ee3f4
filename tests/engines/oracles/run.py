"""The trials: how often an oracle and ``siemc.evaluate`` agree, and what excuses the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from siemc.evaluate import Event, evaluate
from siemc.lower import lower
from tests.engines.oracles import known_azuma, known_sqlite, pairs
from tests.engines.oracles.azuma import Azuma
from tests.engines.oracles.known import Excuses, Known
from tests.engines.oracles.oracle import Oracle, Refused, Said, asked, read
from tests.engines.oracles.pairs import Trial
from tests.engines.oracles.sqlite import Sqlite
from tests.engines.tally import Tally


@dataclass(frozen=True)
class Disagreement:
    """A difference that nothing excuses: the rule, the event and both answers."""

    rule: str
    text: str
    event: Event
    evaluate: bool
    oracle: Said


@dataclass
class Result:
    """The figures of one trial of one engine.

    A pair is a rule and an event; it counts once: as agreed, under the first class that excuses
    it, or as a disagreement. ``matching`` are the agreed ones that the rule matches.
    """

    engine: str
    version: str
    trial: str
    rules: int = 0
    pairs: int = 0
    agreed: int = 0
    matching: int = 0
    excused: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        """The figures in the shape that every trial has; what matches, of the agreed pairs."""
        return Tally(
            self.trial,
            f"{self.engine} {self.version}",
            "Sigma",
            queries=self.rules,
            pairs=self.pairs,
            matches=self.matching,
            excused=self.excused,
            disagreements=[f"{each.rule}: {each}" for each in self.disagreements],
        )


ORACLES: Mapping[str, tuple[Callable[[], Oracle], Sequence[Known]]] = {
    "azuma": (Azuma, known_azuma.KNOWN),
    "sqlite": (Sqlite, known_sqlite.KNOWN),
}


def results(*, corpus: bool) -> Iterator[Result]:
    """Every trial of every oracle; that of the public rules only where they are there.

    Raises ``Missing`` where an oracle is not installed.
    """
    for start, known in ORACLES.values():
        oracle = start()
        yield run(oracle, known, "modifiers", pairs.shipped())
        yield run(oracle, known, "random rules", pairs.random())
        yield run(oracle, known, "random rules of what it takes", pairs.taken(oracle))
        if corpus:
            yield run(oracle, known, "public rules on Windows", pairs.public())


def run(oracle: Oracle, known: Sequence[Known], name: str, trials: Iterable[Trial]) -> Result:
    """All the pairs of some rules."""
    result = Result(oracle.name, oracle.version, name)
    for trial in trials:
        result.rules += 1
        _one_rule(oracle, known, trial, result)
    return result


def _one_rule(oracle: Oracle, known: Sequence[Known], trial: Trial, result: Result) -> None:
    rule = trial.rule
    formula = lower(rule).formula
    answer = read(oracle, trial.text)
    excuses = Excuses(oracle, known, rule)
    refusal = excuses.classes({}, answer) if isinstance(answer, Refused) else None
    for event in trial.events:
        expected = evaluate(formula, event)
        said = asked(answer, event)
        result.pairs += 1
        if said is expected:
            result.agreed += 1
            result.matching += expected
        elif names := refusal or excuses.classes(event, said):
            result.excused[names[0]] += 1
        else:
            found = Disagreement(trial.name, trial.text, event, expected, said)
            result.disagreements.append(found)
