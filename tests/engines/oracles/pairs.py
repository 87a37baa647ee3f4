"""What is tried: rules as text, each with events of one value a field."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siemc.backend import backends
from siemc.cases import cases
from siemc.diagnostics import SiemcError
from siemc.evaluate import Event
from siemc.load import LoadedRule, load_text
from siemc.lower import lower
from tests.engines.oracles.oracle import Oracle, Refused, read
from tests.exact.strategies import (
    condition,
    detections,
    events,
    maps,
    rule_text,
    shapes,
    wanted,
)
from tests.formula.event_cases import event_cases

SHIPPED = Path(__file__).parents[2] / "formula" / "modifiers"
RULES = 300  # random ones
EVERY = 16  # of the public rules on Windows, one in so many
MOST = 20  # events for a public rule

# None begins with a word of the conditions, or with an underscore
PLAIN_NAMES = ("sel", "selection", "sel_1", "filter", "filter_a")

Detection = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A rule, by its name and as its text, and events for it."""

    name: str
    text: str
    events: Sequence[Event]

    @property
    def rule(self) -> LoadedRule:
        """The rule as loaded from the text."""
        (rule,) = load_text(self.text).rules
        return rule


@cache
def shipped() -> Sequence[Trial]:
    """The rules that say what each modifier means, with their events."""
    return [trial for path in sorted(SHIPPED.glob("*.yml")) for trial in _of_case(path)]


def _of_case(path: Path) -> Iterator[Trial]:
    """The trial of a rule; none where the rule is one to be rejected."""
    beside = path.with_suffix(".events.json")
    if "fails" not in json.loads(beside.read_text(encoding="utf-8")):
        found = [each.event for each in event_cases(path, beside)]
        yield Trial(path.stem, path.read_text(encoding="utf-8"), firsts(found))


@cache
def random(count: int = RULES) -> Sequence[Trial]:
    """Random rules with random events, the same ones each time."""
    return _made("random", detections(), count, lambda detection: detection)


def taken(oracle: Oracle, count: int = RULES) -> Sequence[Trial]:
    """Random rules of what the oracle takes only: nothing is refused for one of its parts."""
    takes = _takes(oracle)
    return _made("taken", _plain(), count, lambda detection: _cut(detection, takes))


def _made(
    name: str,
    of: st.SearchStrategy[Detection],
    count: int,
    change: Callable[[Detection], Detection],
) -> Sequence[Trial]:
    """Rules and events, none twice: hypothesis likes to come back to a rule."""
    made: dict[str, list[Event]] = {}

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_with_events(of))
    def collect(pair: tuple[Detection, list[Event]]) -> None:
        made.setdefault(rule_text(change(pair[0]), True), []).extend(pair[1])

    collect()
    return [
        Trial(f"{name} {number}", text, firsts(found))
        for number, (text, found) in enumerate(made.items())
    ]


@st.composite
def _with_events(
    draw: st.DrawFn, of: st.SearchStrategy[Detection]
) -> tuple[Detection, list[Event]]:
    detection = draw(of)
    return detection, draw(st.lists(events(wanted(detection)), min_size=4, max_size=8))


@st.composite
def _plain(draw: st.DrawFn) -> Detection:
    """Lists of maps under plain names."""
    names = draw(st.lists(st.sampled_from(PLAIN_NAMES), min_size=1, max_size=3, unique=True))
    made: Detection = {name: draw(st.lists(maps(), min_size=1, max_size=2)) for name in names}
    shape = draw(shapes).replace(" AND ", " and ").replace("not not", "not")
    return {**made, "condition": condition(shape, names)}


def _cut(detection: Detection, takes: Callable[[str, Any], bool]) -> Detection:
    """The detection without the entries that are not taken; another for a search of no other."""
    made: Detection = {"condition": detection["condition"]}
    for name, parts in detection.items():
        if name != "condition":
            cut = [{key: it for key, it in part.items() if takes(key, it)} for part in parts]
            made[name] = [part for part in cut if part] or [{"Abc": "a*"}]
    return made


def _takes(oracle: Oracle) -> Callable[[str, Any], bool]:
    """Whether the oracle takes an entry of a map by itself."""
    known: dict[str, bool] = {}

    def takes(key: str, value: Any) -> bool:
        text = rule_text({"sel": {key: value}, "condition": "sel"}, True)
        if text not in known:
            known[text] = not isinstance(read(oracle, text), Refused)
        return known[text]

    return takes


@cache
def public(every: int = EVERY) -> Sequence[Trial]:
    """One in so many of the public rules on Windows, with events made for each."""
    folder = Path(os.environ["SIEMC_CORPUS"], "sigmahq", "rules", "windows")
    return [trial for path in sorted(folder.rglob("*.yml"))[::every] for trial in _of_file(path)]


def _of_file(path: Path) -> Iterator[Trial]:
    """The trial of a file; none where a placeholder in it waits for a pipeline."""
    raw = backends()["spl"].platform.schema("raw")
    text = path.read_text(encoding="utf-8")
    for rule in load_text(text).rules:
        with suppress(SiemcError):
            found = cases(lower(rule).formula, raw, MOST)
            yield Trial(path.stem, text, firsts(each.event for each in found))


def firsts(found: Iterable[Event]) -> Sequence[Event]:
    """The events with the first value of each field alone, none twice."""
    cut = ({name: values[:1] for name, values in event.items()} for event in found)
    return list({repr(sorted(event.items())): event for event in cut}.values())
