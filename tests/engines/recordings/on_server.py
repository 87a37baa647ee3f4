"""An archive of documents in a server's indices, and what the rules' queries find there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from siemc.prove.world import World
from siemc.schema import FieldType, Index, Schema
from tests.engines import indices
from tests.engines.random_queries import kql_differences
from tests.engines.recordings.archive import Archive, Found
from tests.engines.recordings.rules import Planned
from tests.engines.server import Hits, Query, Server
from tests.engines.tally import Tally

TOO_LONG = "SA01"


# A query as it is put to a server, or the reason why it is not.
Send = Callable[[str], Query | str]
SENDS: dict[str, Send] = {
    "lucene": indices.query_string,
    "dsl": indices.dsl,
    "kql": kql_differences.asked,
}


@dataclass(frozen=True)
class Held:
    """A server that holds an archive, in one index for each pattern of a schema."""

    server: Server
    archive: Archive
    schema: Schema

    def fill(self) -> None:
        """Make the indices, and put the documents into them: the fields that some rule tests."""
        documents: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for identifier, document in self.archive.documents.items():
            fields = {n: v for n, v in document.fields.items() if n in self.archive.names}
            documents[document.pattern][identifier] = indices.document(fields)
        for index in self.schema.indices:
            inside = documents[index.pattern]
            names = {name for document in inside.values() for name in document}
            self.server.make(self.name(index.pattern), _with(index, names, self.server.name))
            refused = self.server.put(self.name(index.pattern), inside)
            assert not refused, list(refused.items())[:3]

    def name(self, pattern: str) -> str:
        """The index that stands for a pattern."""
        return f"{self.schema.name}-{pattern}".replace("-*", "").lower()

    def drop(self) -> None:
        """Delete the indices."""
        for index in self.schema.indices:
            self.server.drop(self.name(index.pattern))

    def hits(
        self, plans: Iterable[Planned], target: str, send: Send
    ) -> Iterator[tuple[Planned, Hits | str]]:
        """What the server finds for each rule, in the indices that the rule is for; or, as text,
        why it was not asked or refuses."""
        groups: dict[tuple[str, ...], list[tuple[Planned, Query]]] = defaultdict(list)
        for plan in plans:
            query = send(plan.queries[target])
            if isinstance(query, str):
                yield plan, query
            else:
                groups[plan.schema.patterns].append((plan, query))
        for patterns, group in groups.items():
            names = ",".join(self.name(each) for each in patterns)
            answers = self.server.hits(names, (query for _, query in group))
            yield from zip((plan for plan, _ in group), answers, strict=True)


def _with(index: Index, names: Iterable[str], server: str) -> Mapping[str, object]:
    """The index's mapping, with the fields that its documents add by a dynamic template."""
    found: dict[str, FieldType] = dict(index.fields)
    for name in names:
        kind = index.lookup(name)
        if name not in found and kind is not None:
            found[name] = kind
    return indices.body(Index(index.pattern, found), server)


def expected(plan: Planned, archive: Archive) -> Found:
    """What the rule itself, as it is mapped, finds."""
    return archive.found(
        {
            index.pattern: World(plan.schema.within([index.pattern])).place(plan.formula)
            for index in plan.schema.indices
        }
    )


def judge(tally: Tally, plan: Planned, answer: Hits | str, found: Found) -> None:
    """Count what a server said to one rule's query."""
    if isinstance(answer, str):
        tally.refused[answer] += 1
        return
    tally.queries += 1
    tally.matches += len(answer)
    if answer == found.whole:
        return
    if answer == found.short:
        tally.excused[TOO_LONG] += len(answer ^ found.whole)
    elif tally.language == "kql" and (
        excuse := kql_differences.difference(plan.queries["kql"], plan.schema)
    ):
        tally.excused[excuse] += len(answer ^ found.short)
    else:
        tally.disagreements.append(_told(tally, plan, answer ^ found.short, answer))


def _told(tally: Tally, plan: Planned, wrong: Hits, answer: Hits) -> str:
    first = min(wrong)
    return (
        f"{plan.path}: {tally.engine} says {first in answer} to {first}, and differs on "
        f"{len(wrong) - 1} more, in {tally.language}"
    )
