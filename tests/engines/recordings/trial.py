"""Trial: the recorded events of rules and of attacks, in the indices of a running server.

The documents of SigmaHQ's recordings and of OTRF's are put into one index for each data stream, and
each rule's queries find there what the rule itself does, as ``evaluate`` says (see ``archive``).
What a rule's own recording holds must be found by its queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property, partial
from pathlib import Path
from typing import NamedTuple

from siemc_backends.elastic.platform import ELASTIC
from tests.engines.kibana import today
from tests.engines.kibana.parser import Kibana
from tests.engines.recordings import on_server, otrf, rules
from tests.engines.recordings.archive import FIXED, Archive, Found, fields_of
from tests.engines.recordings.evtx_files import Recording
from tests.engines.recordings.on_server import SENDS, Held, Send
from tests.engines.recordings.rules import Planned
from tests.engines.server import Hits, Server
from tests.engines.tally import Tally

TRIAL = "recorded events"
STOCK, WIDEST = "agent-windows", "ecs-caseless"
SCHEMAS = (STOCK, WIDEST)  # the second has the fields of the first, and sub-fields without case


class Way(NamedTuple):
    """How a target's query is put to a server; ``name`` is the target's if it has none."""

    target: str
    send: Send
    name: str = ""


@cache
def recordings() -> tuple[Recording, ...]:
    """SigmaHQ's recordings. Raises ``Missing``."""
    return tuple(rules.recordings())


class Trial:
    """The rules with a recording and, of the others, every ``step``."""

    def __init__(self, step: int) -> None:
        self.step = step
        self._expected: dict[tuple[str, str], Found] = {}

    @cached_property
    def plans(self) -> Mapping[str, Mapping[str, Planned]]:
        """By schema and id, the rules that have a query. Raises ``Missing``."""
        return {schema: dict(self._planned(schema)) for schema in SCHEMAS}

    def _planned(self, schema: str) -> Iterator[tuple[str, Planned]]:
        own = {each.rule for each in recordings()}
        for at, rule in enumerate(rules.of_windows()):
            identifier = str(rule.rule.id)
            if at % self.step == 0 or identifier in own:
                plan = rules.planned(rule, schema)
                if plan is not None and plan.queries:
                    yield identifier, plan

    @cached_property
    def archive(self) -> Archive:
        """The documents of both collections, with the fields that rules test."""
        every = [plan.formula for found in self.plans.values() for plan in found.values()]
        names = {name for formula in every for name in fields_of(formula) if name is not None}
        indices = {index.pattern: index for index in ELASTIC.schema(WIDEST).indices}
        found = Archive(indices, frozenset({*names, *FIXED}))
        for each in recordings():
            for at, event in enumerate(each.events):
                found.add(f"{each.rule}:{at}", rules.document(event, WIDEST))
        for path in sorted((otrf.folder() or Path()).glob("*.zip")):
            for at, event in enumerate(otrf.read(path)):
                found.add(f"{path.stem}:{at}", rules.document(event, WIDEST))
        return found

    @cached_property
    def _sizes(self) -> Counter[str]:
        """How many documents there are in the index of each pattern."""
        return Counter(each.pattern for each in self.archive.documents.values())

    @contextmanager
    def holding(self, server: Server) -> Iterator[Held]:
        """A server with the documents, each in the index of its data stream."""
        held = Held(server, self.archive, ELASTIC.schema(WIDEST))
        held.fill()
        yield held
        held.drop()

    def run(self, held: Held, kibana: Kibana) -> Iterator[Tally]:
        """A tally for each language."""
        for target in ("lucene", "dsl"):
            yield self._tallied(held, STOCK, Way(target, SENDS[target]))
        if held.server.name == "elasticsearch":
            yield self._tallied(held, STOCK, Way("kql", SENDS["kql"]))
            send = partial(today.query, kibana, schema=ELASTIC.schema(WIDEST))
            yield self._tallied(held, WIDEST, Way("kql", send, "kql, as kibana"))

    def _tallied(self, held: Held, schema: str, way: Way) -> Tally:
        """What the server says to the rules, held against what they say."""
        engine = f"{held.server.name} {held.server.version}"
        tally = Tally(f"{TRIAL}, {schema}", engine, way.name or way.target)
        wanted = {r: p for r, p in self.plans[schema].items() if way.target in p.queries}
        hits = held.hits(wanted.values(), way.target, way.send)
        answers = {plan.path: answer for plan, answer in hits}
        for rule, plan in wanted.items():
            if not isinstance(answers[plan.path], str):
                tally.pairs += sum(self._sizes[each] for each in plan.schema.patterns)
            on_server.judge(tally, plan, answers[plan.path], self._found(schema, rule))
        if tally.language != "kql":  # Elasticsearch's own reader of KQL has known differences
            tally.disagreements += _own_not_found(wanted, answers)
        return tally

    def _found(self, schema: str, rule: str) -> Found:
        """What the rule finds by itself; on the second schema mostly the same as before."""
        plan, same = self.plans[schema][rule], self.plans[STOCK].get(rule)
        key = STOCK if same is not None and same.formula == plan.formula else schema, rule
        if key not in self._expected:
            self._expected[key] = on_server.expected(plan, self.archive)
        return self._expected[key]


def _own_not_found(
    wanted: Mapping[str, Planned], answers: Mapping[str, Hits | str]
) -> Iterator[str]:
    for each in recordings():
        answer = answers[wanted[each.rule].path] if each.rule in wanted else ""
        if not isinstance(answer, str):
            own = [hit for hit in answer if hit.startswith(f"{each.rule}:")]
            if len(own) < each.count:
                yield f"{wanted[each.rule].path}: misses its own recording"
