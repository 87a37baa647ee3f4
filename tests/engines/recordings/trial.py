"""Trial: the recorded events of rules and of attacks, in the indices of a running server.

The documents of SigmaHQ's recordings and of OTRF's are put into one index for each data stream, and
each rule's queries find there what the rule itself does, as ``evaluate`` says (see ``archive``).
What a rule's own recording holds must be found by its queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
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


@cache
def plans(schema: str) -> Mapping[str, Planned]:
    """The rules that have a query."""
    made = ((str(rule.rule.id), rules.planned(rule, schema)) for rule in rules.of_windows())
    return {rule: plan for rule, plan in made if plan is not None and plan.queries}


@cache
def recordings() -> tuple[Recording, ...]:
    """SigmaHQ's recordings. Raises ``Missing``."""
    return tuple(rules.recordings())


@cache
def archive() -> Archive:
    """The documents of both collections, with the fields that rules test. Raises ``Missing``."""
    every = [plan.formula for schema in SCHEMAS for plan in plans(schema).values()]
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


_expected: dict[tuple[str, str], Found] = {}


def expected(schema: str, rule: str) -> Found:
    """What the rule finds by itself; on the second schema most rules are the same as before."""
    plan, same = plans(schema)[rule], plans(STOCK).get(rule)
    key = STOCK if same is not None and same.formula == plan.formula else schema, rule
    if key not in _expected:
        _expected[key] = on_server.expected(plan, archive())
    return _expected[key]


@contextmanager
def holding(server: Server) -> Iterator[Held]:
    """A server with the documents, each in the index of its data stream. Raises ``Missing``."""
    held = Held(server, archive(), ELASTIC.schema(WIDEST))
    held.fill()
    yield held
    held.drop()


def run(held: Held, kibana: Kibana, step: int = 1) -> Iterator[Tally]:
    """A tally for each language; of the rules without a recording every ``step`` is tried."""
    for target in ("lucene", "dsl"):
        yield tallied(held, STOCK, Way(target, SENDS[target]), step)
    if held.server.name == "elasticsearch":
        yield tallied(held, STOCK, Way("kql", SENDS["kql"]), step)
        send = partial(today.query, kibana, schema=ELASTIC.schema(WIDEST))
        yield tallied(held, WIDEST, Way("kql", send, "kql, as kibana"), step)


class Way(NamedTuple):
    """How a target's query is put to a server; ``name`` is the target's if it has none."""

    target: str
    send: Send
    name: str = ""


def tallied(held: Held, schema: str, way: Way, step: int) -> Tally:
    """What the server says to the rules, held against what they say."""
    engine = f"{held.server.name} {held.server.version}"
    tally = Tally(f"{TRIAL}, {schema}", engine, way.name or way.target)
    wanted = _wanted(schema, way.target, step)
    hits = held.hits(wanted.values(), way.target, way.send)
    answers = {plan.path: answer for plan, answer in hits}
    for rule, plan in wanted.items():
        on_server.judge(tally, plan, answers[plan.path], expected(schema, rule))
    tally.pairs = tally.queries * len(held.archive.documents)
    if tally.language != "kql":  # Elasticsearch's own reader of KQL has known differences
        tally.disagreements += _own_not_found(wanted, answers)
    return tally


def _wanted(schema: str, target: str, step: int) -> Mapping[str, Planned]:
    own = {each.rule for each in recordings()}
    every = [each for each in plans(schema).items() if target in each[1].queries]
    return {rule: plan for at, (rule, plan) in enumerate(every) if at % step == 0 or rule in own}


def _own_not_found(
    wanted: Mapping[str, Planned], answers: Mapping[str, Hits | str]
) -> Iterator[str]:
    for each in recordings():
        answer = answers[wanted[each.rule].path] if each.rule in wanted else ""
        if not isinstance(answer, str):
            own = [hit for hit in answer if hit.startswith(f"{each.rule}:")]
            if len(own) < each.count:
                yield f"{wanted[each.rule].path}: misses its own recording"
