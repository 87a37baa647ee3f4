"""What templates show of a page, in the shape of what they print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from siemc.backend import backends
from siemc.explain.exclusions import Alternative, Part
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.tree import Node, tree, unnamed
from siemc.explain.words import KEYWORD, VERBS
from siemc.formula import Formula
from siemc.prove.words import told
from siemc.query import Query

NO_QUERY = "no query"
REFUSED = "refused"
FIDELITIES = ("exact", "wider", "narrower", "different", "unknown", "unproved", REFUSED, NO_QUERY)
"""The best first; a rule's is the worst of its queries'."""

LEVELS = ("critical", "high", "medium", "low", "informational")
STATUSES = ("stable", "test", "experimental", "deprecated", "unsupported")


@dataclass(frozen=True, slots=True)
class Leaves:
    """Tests beside each other that differ in nothing but their value."""

    field: str
    verb: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A node with what is below it; ``name`` is the one search it stands for, if it is one.

    ``size`` is how many tests there are below.
    """

    join: str
    name: str
    children: tuple[Branch | Leaves, ...]
    size: int


def folded(node: Node) -> Branch | Leaves:
    """A node as it is shown: tests that differ only in their value are one."""
    if node.predicate is not None:
        return _leaves([node.predicate])
    children: list[Branch | Leaves] = []
    for alike, group in groupby(node.children, _alike):
        if alike is None:
            children += map(folded, group)
        else:
            children.append(_leaves([each.predicate for each in group if each.predicate]))
    name = node.identifiers[0] if len(node.identifiers) == 1 else ""
    return Branch(node.join, name, tuple(children), sum(map(_size, children)))


def _alike(node: Node) -> tuple[str, str] | None:
    """What tests have in common that are shown as one; ``None`` for what is no test."""
    return None if node.predicate is None else (_field(node.predicate), verb(node.predicate))


def _leaves(predicates: Sequence[Predicate]) -> Leaves:
    first = predicates[0]
    values = tuple(each.value or ("''" if each.kind == "eq" else "") for each in predicates)
    return Leaves(_field(first), verb(first), values)


def _size(node: Branch | Leaves) -> int:
    return len(node.values) if isinstance(node, Leaves) else node.size


def _field(predicate: Predicate) -> str:
    return predicate.field if predicate.field is not None else KEYWORD


def verb(predicate: Predicate) -> str:
    """``ends with``, ``not contains``, ``is (cased)``."""
    negated = "not " if predicate.negated else ""
    return f"{negated}{VERBS[predicate.kind]}{' (cased)' if is_cased(predicate) else ''}"


def is_cased(predicate: Predicate) -> bool:
    """Whether its case is worth a word: expressions have it as a rule."""
    return predicate.cased and predicate.kind not in {"regex", "opaque"}


def formula_tree(formula: Formula) -> Branch | Leaves:
    """The formula as a tree."""
    return folded(tree(formula))


def search_tree(formula: Formula) -> Branch | Leaves:
    """The formula of one search, under whose name it stands."""
    return folded(unnamed(tree(formula)))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of exclusions.

    ``joint`` says how it is joined to the row above: ``both`` begins what excludes only together,
    ``and`` a part that must hold as well, ``or`` another way to meet a part; ``nested`` begins
    what is joined in some other way. It is empty for what excludes by itself.
    """

    joint: str
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Group:
    """An alternative of the exclusions: its rows, and the trees of its nested parts."""

    rows: tuple[Row, ...]
    nested: tuple[Branch | Leaves, ...]

    @property
    def size(self) -> int:
        """How many rows of the table it is."""
        return len(self.rows)

    @property
    def is_joint(self) -> bool:
        """Whether its rows exclude only together."""
        return len(self.rows) > 1


def groups(found: Sequence[Alternative]) -> list[Group]:
    """The exclusions as they are shown, an alternative each."""
    return [
        Group(tuple(_rows(each)), tuple(formula_tree(p.formula) for p in each.parts if p.nested))
        for each in found
    ]


def _rows(alternative: Alternative) -> Iterator[Row]:
    is_joint = len(alternative.parts) > 1
    for number, part in enumerate(alternative.parts):
        for place, each in enumerate(part.predicates):
            yield Row(_joint(number, part, place, is_joint), each)


def _joint(number: int, part: Part, place: int, is_joint: bool) -> str:
    if place:
        return "" if part.nested else "or"
    if is_joint:
        return "and" if number else "both"
    return "nested" if part.nested else ""


def facts(page: Page) -> list[tuple[str, str]]:
    """What the rule says of itself in a word or two, where it says it."""
    metadata = page.metadata
    found = [
        ("Author", ", ".join(metadata.authors)),
        ("Log source", logsource(page)),
        ("Date", metadata.date),
        ("Modified", metadata.modified),
        ("Licence", metadata.licence),
        ("Id", page.rule.id or ""),
        ("File", page.rule.path),
    ]
    return [(name, value) for name, value in found if value]


def logsource(page: Page) -> str:
    """The log source: ``windows / process_creation``."""
    return " / ".join(value for _, value in page.metadata.logsource)


def other_tags(page: Page) -> list[str]:
    """The tags that are not ATT&CK's."""
    return [each for each in page.metadata.tags if not each.startswith("attack.")]


def language(query: Query) -> str:
    """The language of the query's target."""
    return backends()[query.target].title


def fidelity_of(query: Query) -> str:
    """The verdict on the query, or that there is none.

    One that would say what its rule says is ``refused`` all the same where the target lacks what
    it asks for, such as a field.
    """
    if query.text is None and query.nearest is None:
        return NO_QUERY
    return REFUSED if query.text is None and query.verdict == "exact" else query.verdict


def fidelity(page: Page) -> str:
    """The worst of the verdicts on the rule's queries; empty where none was asked for."""
    return max(map(fidelity_of, page.queries), key=FIDELITIES.index, default="")


def reasons(query: Query) -> list[tuple[str, str, str]]:
    """Why a query was refused: code, what is wrong, and what to do."""
    found = [each for each in query.diagnostics if each.severity == "error"]
    return [(each.code, each.message, each.hint) for each in dict.fromkeys(found)]


def witnesses(query: Query) -> list[str]:
    """Events on which the query and its rule differ, a sentence each."""
    return [told(each) for each in query.proof.verdict.witnesses] if query.proof else []


def is_joined(found: Sequence[Group]) -> bool:
    """Whether some of the exclusions hold only together, so that the table says which."""
    return any(each.is_joint for each in found)
