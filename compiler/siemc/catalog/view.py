"""What templates show of a page, in the shape of what they print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from siemc.backend import backends
from siemc.explain.exclusions import Alternative, Row, rows
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.tree import Node, tree, unnamed
from siemc.explain.words import KEYWORD, VERBS, facts, is_cased, value_text
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
    return Leaves(_field(first), verb(first), tuple(map(value_text, predicates)))


def _size(node: Branch | Leaves) -> int:
    return len(node.values) if isinstance(node, Leaves) else node.size


def _field(predicate: Predicate) -> str:
    return predicate.field if predicate.field is not None else KEYWORD


def verb(predicate: Predicate) -> str:
    """``ends with``, ``not contains``, ``is (cased)``."""
    negated = "not " if predicate.negated else ""
    return f"{negated}{VERBS[predicate.kind]}{' (cased)' if is_cased(predicate) else ''}"


def formula_tree(formula: Formula) -> Branch | Leaves:
    """The formula as a tree."""
    return folded(tree(formula))


def search_tree(formula: Formula) -> Branch | Leaves:
    """The formula of one search, under whose name it stands."""
    return folded(unnamed(tree(formula)))


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
        Group(rows(each), tuple(formula_tree(p.formula) for p in each.parts if p.nested))
        for each in found
    ]


def short_facts(page: Page) -> list[tuple[str, str]]:
    """The facts of a word or two, but those that stand above the title."""
    elsewhere = {"Level", "Status", "References", "False positives"}
    return [(name, values[0]) for name, values in facts(page) if name not in elsewhere]


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
