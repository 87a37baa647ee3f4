"""Trial: random queries on random events; a server and our reader must agree on each pair.

Three outcomes of a query are no pair: the reader refuses it, whatever the server does; the server
refuses it for a reason that has a name (``refusals``); it is of a class in which the way to this
server is known to differ (``kql_differences``). Of a pair there are two: the reading rests on an
opaque leaf; or an assumption of the reading does not hold of the event, which is excused only if
both agree on what the index keeps of the event (``kept``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from siemc.evaluate import Event, UndefinedError, evaluate
from siemc.formula import Formula, atoms
from siemc.reading import ReadError, Reading
from siemc.schema import Index, Schema
from tests.elastic.reading.build import show
from tests.engines import indices
from tests.engines.random_queries import events, kept, mappings, refusals
from tests.engines.random_queries.draw import Draw
from tests.engines.random_queries.ways import Way
from tests.engines.server import Hits, Query, Server
from tests.engines.tally import Tally

TRIAL = "random queries on random events"
EVENTS = 60
BATCH = 200
OPAQUE = "a pair: the reading rests on what no formula says"

Events = Mapping[str, Sequence[Event]]
Answer = Hits | str


def run(seed: int, queries: int, server: Server, way: Way, batch: int = BATCH) -> Tally:
    """So many distinct queries, each batch on new events; the same for the same seed.

    Each query is held against 60 events of each index of a schema. The tally counts a query once,
    and a refusal once for a query.
    """
    tally = Tally(TRIAL, f"{server.name} {server.version}", way.name)
    asked: set[str] = set()
    number = 0
    while len(asked) < queries:
        random = Random(f"{seed} {number}")
        schema = mappings.schemas(server.name)[number % 3 == 1]
        found = {
            i.pattern: [events.event(random, i) for _ in range(EVENTS)] for i in schema.indices
        }
        texts = _new(
            Draw(random, schema, _texts(found)), way, min(batch, queries - len(asked)), asked
        )
        _fill(server, schema, found)
        tally.queries += len(texts)
        for text, answers in _asked(server, schema, way, texts, tally):
            _Judge(tally, way, schema, server.name, text).judge(found, answers)
        number += 1
    return tally


def _texts(found: Events) -> dict[str, tuple[str, ...]]:
    return events.texts([event for some in found.values() for event in some])


def _new(draw: Draw, way: Way, many: int, asked: set[str]) -> list[str]:
    """So many texts that were not asked before."""
    texts: list[str] = []
    while len(texts) < many:
        text = way.make(draw)
        if text not in asked:
            asked.add(text)
            texts.append(text)
    return texts


def _fill(server: Server, schema: Schema, found: Events) -> None:
    for index in schema.indices:
        server.make(index.pattern, mappings.body(index))
        documents = enumerate(found[index.pattern])
        refused = server.put(index.pattern, {str(at): indices.document(e) for at, e in documents})
        assert not refused, refused


def _asked(
    server: Server, schema: Schema, way: Way, texts: Sequence[str], tally: Tally
) -> list[tuple[str, dict[str, Answer]]]:
    """Each text that this way takes, with the answer of each index."""
    sent = [(text, way.send(text, schema)) for text in texts]
    tally.refused.update(f"not tried: {why}" for _, why in sent if isinstance(why, str))
    tried = [(text, query) for text, query in sent if not isinstance(query, str)]
    queries = [query for _, query in tried]
    found = {each.pattern: answered(server, each.pattern, queries) for each in schema.indices}
    return [
        (text, {name: answers[at] for name, answers in found.items()})
        for at, (text, _) in enumerate(tried)
    ]


def answered(server: Server, name: str, queries: Sequence[Query]) -> list[Answer]:
    """For each query the ids it finds, or why it is refused.

    A query that cannot even be parsed has the whole request refused (by OpenSearch at times with
    500): it is looked for by halves.
    """
    try:
        return server.hits(name, queries)
    except AssertionError as error:
        if not re.search(" answered (?:400|500): ", str(error)):
            raise
        if len(queries) == 1:
            return [str(error)]
    half = len(queries) // 2
    return answered(server, name, queries[:half]) + answered(server, name, queries[half:])


class _Judge:
    """Holds one query's answers against the reader."""

    def __init__(self, tally: Tally, way: Way, schema: Schema, server: str, text: str) -> None:
        self.tally = tally
        self.way = way
        self.schema = schema
        self.server = server
        self.text = text

    def judge(self, found: Events, answers: Mapping[str, Answer]) -> None:
        """Count the query's pairs, or why it has none."""
        try:
            readings = self.way.read(self.text, self.schema)
        except ReadError as error:
            both = all(isinstance(answer, str) for answer in answers.values())
            who = "by both" if both else "by the reader alone"
            self.tally.refused[f"{who}: {general(error.message)}"] += 1
            return
        why = self._not_comparable(readings, answers)
        if why is not None:
            self.tally.refused[why] += 1
            return
        for index in self.schema.indices:
            reading = next(each for each in readings if index.pattern in each.indices)
            self._on_index(reading, index, found[index.pattern], answers[index.pattern])

    def _not_comparable(
        self, readings: Sequence[Reading], answers: Mapping[str, Answer]
    ) -> str | None:
        for answer in answers.values():
            if isinstance(answer, str):
                reason = refusals.known_refusal(readings, self.text, answer)
                if reason is not None:
                    return f"by the server alone: {reason}"
        if self.server != "opensearch":
            return None
        formulas = [each.formula for each in readings]
        why = refusals.opensearch_differs(formulas, self.way.name, self.text)
        return None if why is None else f"not tried: {why}"

    def _on_index(
        self, reading: Reading, index: Index, found: Sequence[Event], answer: Answer
    ) -> None:
        if isinstance(answer, str):
            self._tell(index, f"the server refuses it ({answer}), the reader does not")
            return
        said = [str(at) in answer for at in range(len(found))]
        pairs = zip(found, said, strict=True)
        parted = [event for event, is_hit in pairs if self._differs(reading, index, event, is_hit)]
        if parted:
            event = _smallest(reading, parted)
            mine = decide(reading.formula, event)
            self._tell(
                index,
                f"on {event!r} the server says {not mine}, the reader {mine} "
                f"({len(parted)} events): {show(reading.formula)}",
            )

    def _differs(self, reading: Reading, index: Index, event: Event, said: bool) -> bool:
        """Count a pair; true if nothing excuses that the two say different things."""
        mine = decide(reading.formula, event)
        if mine is None:
            self.tally.refused[OPAQUE] += 1
            return False
        self.tally.pairs += 1
        self.tally.matches += said
        if mine == said:
            return False
        code = _excuse(reading, index, event, said)
        if code is not None:
            self.tally.excused[code] += 1
        return code is None

    def _tell(self, index: Index, what: str) -> None:
        self.tally.disagreements.append(f"{index.pattern}: {self.text!r}: {what}")


def decide(formula: Formula, event: Event) -> bool | None:
    """Whether the event matches, ``None`` where that rests on an opaque leaf."""
    try:
        return evaluate(formula, event)
    except UndefinedError:
        return None


def _excuse(reading: Reading, index: Index, event: Event, said: bool) -> str | None:
    """The assumption that the event breaks, if that is what the two part over.

    On what the index holds of the event they agree, or the reading rests on an opaque leaf there.
    """
    for code, held in kept.excuses(reading, index, event):
        if held != event and decide(reading.formula, held) in {said, None}:
            return code
    return None


def _smallest(reading: Reading, parted: Sequence[Event]) -> Event:
    """The shortest of the events, and of it what the query asks about; all of it if nothing."""
    asked = {atom.field for atom in atoms(reading.formula)}
    small = [{n: v for n, v in event.items() if n in asked or not asked} for event in parted]
    return min(small, key=lambda event: len(repr(event)))


def general(message: str) -> str:
    """A message without what it quotes of the text, so that it can be counted."""
    return re.sub(r"'.*'", "…", message, flags=re.S)[:70]
