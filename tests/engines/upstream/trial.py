"""A case, tried: what the stock backend writes, and what the engines answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.engines import indices
from tests.engines.server import Query, Server
from tests.engines.upstream import spl, stock
from tests.engines.upstream.cases import ENGINES, Case, listed

Answers = spl.Answers
Engine = Callable[[Case, Sequence[str | Query]], list[Answers]]
INDEX = "upstream"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a case: the answers of each engine to the output, ...

    ... to the same query in the format ``dsl_lucene``, where there is one, and to the right query.
    """

    case: Case
    output: stock.Output
    got: Mapping[str, Answers] = field(default_factory=dict)
    dsl: Mapping[str, Answers] = field(default_factory=dict)
    right: Mapping[str, Answers] = field(default_factory=dict)

    def shows(self, engine: str) -> bool:
        """Whether the defect is there: a run that ends, a refused query, or a wrong answer.

        A rule that the backend refuses in the way of pySigma is no defect, and an answer that is
        open is none either.
        """
        if self.output.query is None:
            return not self.output.is_refusal
        answers = self.got[engine]
        if isinstance(answers, str):
            return True
        pairs = zip(answers, self.case.expected, strict=True)
        return any(found is not None and found is not wanted for found, wanted in pairs)


def run(case: Case, engines: Mapping[str, Engine]) -> Trial:
    """Convert the rule, and put the output and the right query to the engines."""
    output = stock.convert(case)
    queries: dict[str, str | Query | None] = {"got": output.query, "right": case.right}
    if case.backend == "lucene" and output.query is not None:
        queries["dsl"] = stock.dsl(case)
    asked = {kind: query for kind, query in queries.items() if query is not None}
    answers: dict[str, dict[str, Answers]] = {kind: {} for kind in asked}
    for name in ENGINES[case.backend]:
        for kind, found in zip(asked, engines[name](case, list(asked.values())), strict=True):
            answers[kind][name] = found
    return Trial(case, output, **answers)


def reader(case: Case, queries: Sequence[str | Query]) -> list[Answers]:
    """Our reader of SPL as an engine."""
    events = [listed(each) for each in case.documents()]
    return [spl.answers(str(query), events) for query in queries]


def running(server: Server) -> Engine:
    """A server as an engine: a Lucene query is sent as Kibana sends it, any other as it is.

    Cases with one mapping share an index, as making one is what takes long; of a query's hits only
    the case's own count.
    """
    made: dict[str, str] = {}

    def asked(case: Case, queries: Sequence[str | Query]) -> list[Answers]:
        key = json.dumps(case.mapping, sort_keys=True)
        if key not in made:
            made[key] = f"{INDEX}-{len(made)}"
            server.make(made[key], {"settings": indices.SETTINGS, "mappings": _mappings(case)})
        documents = {f"{case} {at}": each for at, each in enumerate(case.documents())}
        assert server.put(made[key], documents) == {}
        sent = [indices.query_string(q) if isinstance(q, str) else q for q in queries]
        return [_answers(hits, documents) for hits in server.hits(made[key], sent)]

    return asked


def _answers(hits: frozenset[str] | str, documents: Mapping[str, Any]) -> Answers:
    if isinstance(hits, str):
        return hits.splitlines()[0].strip()
    return tuple(key in hits for key in documents)


def _mappings(case: Case) -> dict[str, Any]:
    """Only what a case maps is indexed."""
    return {"dynamic": False, "properties": dict(case.mapping)}
