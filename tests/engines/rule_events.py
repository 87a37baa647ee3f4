"""Trial: each rule's queries, run by a server on events made for each of the rule's tests.

Three opinions on each pair must be one: the server's, that of our reader (the query read back and
evaluated), and that of the reference (the rule's formula evaluated).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from siemc.backend import Emission, Layout, backends
from siemc.cases import cases, takes_any_text
from siemc.compiler import Compiler, Options
from siemc.diagnostics import SiemcError
from siemc.evaluate import Event, UndefinedError, evaluate
from siemc.formula import Formula, SameAs, atoms
from siemc.load import LoadedRule
from siemc.plans import Plan
from siemc.prove.world import World
from siemc.reading import Reading
from siemc.schema import FieldType, Index, Schema
from tests.engines import indices
from tests.engines.kibana import today
from tests.engines.kibana.parser import Kibana
from tests.engines.random_queries import kql_differences
from tests.engines.server import Hits, Query, Server
from tests.engines.tally import Tally, summed

TRIAL = "each test of each rule"
TOO_LONG = "SA01"
RULE = "siemc_trial"  # the field of a document that names the rule it was made for
BATCH = 40

NAME = "rules"  # of the index
SENT = {"lucene": ("query_string",), "dsl": ("dsl",), "kql": ("kql", "kibana")}


def sent(way: str, text: str, schema: Schema, kibana: Kibana) -> Query | str:
    """A target's text as a query of the server; or, as text, why it is not put this way."""
    match way:
        case "query_string":
            return indices.query_string(text)
        case "dsl":
            return indices.dsl(text)
        case "kql":
            return kql_differences.asked(text)
        case _:
            return today.query(kibana, text, schema)


def differs_by(way: str, text: str, schema: Schema) -> str | None:
    """How this way is known to read the text otherwise than the engine that it is written for."""
    return kql_differences.difference(text, schema) if way == "kql" else None


def ways(target: str, server: Server) -> list[str]:
    """How a target's text is put to the server: KQL as Kibana does, and by the server itself."""
    return [way for way in SENT[target] if way != "kql" or server.name == "elasticsearch"]


@dataclass(frozen=True)
class Made:
    """One event made for a rule; ``is_long`` where a value is longer than is indexed."""

    event: Event
    why: str
    is_long: bool = False


@dataclass(frozen=True)
class Subject:
    """A rule on one index: what it says there, its queries by target, and events for it."""

    path: str
    index: Index
    schema: Schema
    formula: Formula
    queries: Mapping[str, tuple[Emission, Reading]]
    made: tuple[Made, ...]

    @property
    def names(self) -> frozenset[str]:
        """The fields that the rule tests."""
        return frozenset(
            name for atom in atoms(self.formula) for name in _of(atom.field, atom.test)
        )


def _of(name: str | None, test: object) -> Iterator[str]:
    if name is not None:
        yield name
    if isinstance(test, SameAs):
        yield test.field


def subjects(
    rules: Iterable[LoadedRule], schema: str, targets: Sequence[str], most: int, bare: bool = False
) -> Iterator[Subject]:
    """What is tried of the rules on a schema; ``bare`` rules are not mapped.

    ``most`` is the number of events for a rule.
    """
    pipelines = ("none",) if bare else ()
    options = Options(targets=targets, schemas=dict.fromkeys(targets, schema), pipelines=pipelines)
    compiler = Compiler(options)
    for rule in rules:
        try:
            plan = compiler.plan(rule, targets[0])
        except SiemcError:
            continue
        if plan.refused:
            continue
        queries = dict(_emitted(plan.formula, plan.schema, targets))
        if queries:
            made = tuple(_made(plan.formula, plan.schema, most))
            for index in plan.schema.indices:
                yield _on(index, plan, queries, made, rule.path)


def _emitted(
    formula: Formula, schema: Schema, targets: Sequence[str]
) -> Iterator[tuple[str, tuple[Emission, tuple[Reading, ...]]]]:
    for target in targets:
        backend = backends()[target]
        emission = backend.emit(formula, schema, Layout())
        if emission.text is not None and not emission.problems:
            yield target, (emission, backend.read(emission.text, schema))


def _on(
    index: Index,
    plan: Plan,
    queries: Mapping[str, tuple[Emission, tuple[Reading, ...]]],
    made: Iterable[Made],
    path: str,
) -> Subject:
    here = plan.schema.within([index.pattern])
    placed = World(here).place(plan.formula)
    read = {
        target: (emission, next(each for each in readings if index.pattern in each.indices))
        for target, (emission, readings) in queries.items()
    }
    found = tuple(replace(each, event=_kept(each.event, index)) for each in made)
    return Subject(path, index, here, placed, read, found)


def _kept(event: Event, index: Index) -> Event:
    """The event without the fields that this index does not have."""
    return {name: values for name, values in event.items() if index.lookup(name) is not None}


def _made(formula: Formula, schema: Schema, most: int) -> Iterator[Made]:
    for number, case in enumerate(cases(formula, schema, most)):
        yield Made(case.event, case.why)
        if number == 0:
            yield from _with_two(case.event, schema)
            yield from _too_long(case.event, schema)


def _with_two(event: Event, schema: Schema) -> Iterator[Made]:
    """The match with a second value in each field of text, before and after its own."""
    for name, values in event.items():
        if takes_any_text(schema, name) and all(isinstance(each, str) for each in values):
            yield Made({**event, name: [*values, "another"]}, f"two values of {name}")
            yield Made({**event, name: ["another", *values]}, f"two values of {name}")


def _too_long(event: Event, schema: Schema) -> Iterator[Made]:
    for name, values in event.items():
        limits = [kind.ignore_above for kind in schema.types(name) if kind.ignore_above]
        if limits and all(isinstance(each, str) for each in values):
            padded = [f"{values[0]}{'x' * max(limits)}{values[0]}"]
            yield Made({**event, name: padded}, f"too long a value of {name}", is_long=True)


def run(found: Iterable[Subject], schema: str, server: Server, kibana: Kibana) -> list[Tally]:
    """Hold the subjects against a server; a tally for each language."""
    tallies: list[Tally] = []
    for index, batch in _batches(found):
        tallies += _tried(index, batch, f"{TRIAL}, {schema}", server, kibana)
    return summed(tallies)


def _batches(found: Iterable[Subject]) -> Iterator[tuple[Index, list[Subject]]]:
    """Subjects of one index together, none of whose fields lies below another's."""
    waiting: dict[str, list[Subject]] = {}
    for subject in found:
        batch = waiting.setdefault(subject.index.pattern, [])
        names = frozenset[str]().union(*(each.names for each in batch))
        if len(batch) >= BATCH or _clash(names, subject.names):
            yield subject.index, batch
            batch = waiting[subject.index.pattern] = []
        batch.append(subject)
    for batch in waiting.values():
        if batch:
            yield batch[0].index, batch


def _clash(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(_is_below(a, other) for a in one) or any(_is_below(b, one) for b in other)


def _is_below(name: str, others: frozenset[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:size]) in others for size in range(1, len(parts)))


def _tried(
    index: Index, batch: list[Subject], trial: str, server: Server, kibana: Kibana
) -> list[Tally]:
    _fill(index, batch, server)
    engine = f"{server.name} {server.version}"
    tallies = []
    asked: list[tuple[Asked, Query, Tally]] = []
    for number, subject in enumerate(batch):
        for target, way in _ways(subject, server):
            each = Asked(number, subject, target, way)
            query = sent(way, each.text, subject.schema, kibana)
            tallies.append(Tally(trial, engine, f"{target}, as {way}" if way != target else way))
            if isinstance(query, str):
                tallies[-1].refused[query] += 1
            else:
                asked.append((each, each.among_its_own(query), tallies[-1]))
    answers = server.hits(NAME, [query for _, query, _ in asked])
    for (each, _, tally), answer in zip(asked, answers, strict=True):
        tally.queries += 1
        each.judge(answer, tally)
    return tallies


def _ways(subject: Subject, server: Server) -> Iterator[tuple[str, str]]:
    return ((target, way) for target in subject.queries for way in ways(target, server))


@dataclass(frozen=True)
class Asked:
    """A query of a rule as it is put to a server; ``number`` is the rule's in its index."""

    number: int
    subject: Subject
    target: str
    way: str

    @property
    def text(self) -> str:
        """The text that was emitted."""
        found = self.subject.queries[self.target][0].text
        assert found is not None
        return found

    def among_its_own(self, query: Query) -> Query:
        """The query, among the events that were made for this rule."""
        return {"bool": {"must": [query], "filter": [{"term": {RULE: str(self.number)}}]}}

    def judge(self, answer: Hits | str, tally: Tally) -> None:
        """Hold the server's answer against the rule and the reading, event by event."""
        excuse = differs_by(self.way, self.text, self.subject.schema)
        if isinstance(answer, str):
            told = f"{self.subject.path}: {self.way} is refused: {answer}"
            if excuse is None:
                tally.disagreements.append(told)
            else:
                tally.refused[excuse] += 1
            return
        emission, reading = self.subject.queries[self.target]
        placed = World(self.subject.schema).place(reading.formula)
        for at, made in enumerate(self.subject.made):
            said = f"{self.number}:{at}" in answer
            tally.pairs += 1
            tally.matches += said
            try:
                opinions = evaluate(self.subject.formula, made.event), evaluate(placed, made.event)
            except UndefinedError as error:
                tally.refused[type(error).__name__] += 1
                continue
            if opinions == (said, said):
                continue
            if made.is_long and TOO_LONG in emission.assumptions and not said:
                tally.excused[TOO_LONG] += 1
            elif excuse is not None:
                tally.excused[excuse] += 1
            else:
                tally.disagreements.append(self._told(made, said, opinions))

    def _told(self, made: Made, said: bool, opinions: tuple[bool, bool]) -> str:
        rule, reading = opinions
        return (
            f"{self.subject.path} on {self.subject.index.pattern}, {made.why}: the server says "
            f"{said}, the rule {rule}, the {self.target} read back {reading}: {dict(made.event)} "
            f"{self.text}"
        )


def _fill(index: Index, batch: list[Subject], server: Server) -> None:
    names = {name for subject in batch for made in subject.made for name in made.event}
    tested = {name for subject in batch for name in subject.names}
    wanted = names | tested | set(index.fields)
    own = Index(index.pattern, {**_types(index, wanted), RULE: FieldType("keyword")})
    server.make(NAME, indices.body(own, server.name))
    documents = {
        f"{number}:{at}": {**indices.document(made.event), RULE: str(number)}
        for number, subject in enumerate(batch)
        for at, made in enumerate(subject.made)
    }
    refused = server.put(NAME, documents)
    assert not refused, list(islice(refused.items(), 3))


def _types(index: Index, names: Iterable[str]) -> dict[str, FieldType]:
    found = {name: index.lookup(name) for name in names}
    parents = {name.rpartition(".")[0] for name in names}
    return {
        name: kind
        for name, kind in found.items()
        if kind is not None and not (name not in index.fields and _is_sub(index, name, parents))
    }


def _is_sub(index: Index, name: str, parents: set[str]) -> bool:
    """Whether the name is a multi-field of another."""
    parent, _, last = name.rpartition(".")
    above = index.lookup(parent) if parent and parent in parents else None
    return above is not None and above.subfield(last) is not None
