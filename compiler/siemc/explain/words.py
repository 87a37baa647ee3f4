"""What a page says, in words: predicates, and what the rule says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from siemc.explain.page import Page
from siemc.explain.predicates import Kind, Predicate
from siemc.explain.tree import Node
from siemc.metadata import Metadata
from siemc.query import Query

VERBS: Mapping[Kind, str] = {
    "eq": "is",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "contains": "contains",
    "match": "matches",
    "regex": "matches regex",
    "cidr": "is in network",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "null": "is null",
    "exists": "exists",
    "same_as": "is the same as",
    "time": "has the time part",
    "opaque": "passes",
}
KEYWORD = "any field"


def predicate_text(each: Predicate) -> str:
    """The predicate as a short sentence: ``Image ends with \\cmd.exe``."""
    words = [each.field or KEYWORD, "not" if each.negated else "", VERBS[each.kind]]
    words += [value_text(each), "(cased)" if is_cased(each) else ""]
    return " ".join(word for word in words if word)


def value_text(each: Predicate) -> str:
    """The value, in quotes where it is empty, or begins or ends with a space."""
    is_quoted = each.value != each.value.strip() or (each.kind == "eq" and not each.value)
    return f"'{each.value}'" if is_quoted else each.value


def kind_text(each: Predicate) -> str:
    """The kind in a table: ``ends_with``, ``not contains``, ``eq cased``."""
    return f"{'not ' if each.negated else ''}{each.kind}{' cased' if is_cased(each) else ''}"


def is_cased(each: Predicate) -> bool:
    """Whether its case is worth a word: that of an expression is the rule, not the exception."""
    return each.cased and each.kind not in {"regex", "opaque"}


def node_text(node: Node) -> str:
    """A node of the formula's tree on one line."""
    if node.predicate is not None:
        return predicate_text(node.predicate)
    named = f" [{node.identifiers[0]}]" if len(node.identifiers) == 1 else ""
    return f"{node.join}{named}"


def fate_text(query: Query) -> str:
    """What became of a query: ``compiled, exact`` or ``refused: SC201, nearest is wider``."""
    if query.text is not None:
        return query.status if query.verdict == "unproved" else f"{query.status}, {query.verdict}"
    codes = dict.fromkeys(each.code for each in query.diagnostics if each.severity == "error")
    fate = f"{query.status}: {', '.join(codes)}"
    # One that would say what its rule says lacks something else, such as a field
    is_told = query.nearest is not None and query.verdict not in {"unproved", "exact"}
    return f"{fate}, nearest is {query.verdict}" if is_told else fate


def logsource_text(metadata: Metadata) -> str:
    """The log source: ``windows / process_creation``."""
    return " / ".join(value for _, value in metadata.logsource)


def facts(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """What the rule says of itself beside its title and description, where it says it."""
    metadata = page.metadata
    found: list[tuple[str, tuple[str, ...]]] = [
        ("Level", (metadata.level,)),
        ("Status", (metadata.status,)),
        ("Author", (", ".join(metadata.authors),)),
        ("Log source", (logsource_text(metadata),)),
        ("Date", (metadata.date,)),
        ("Modified", (metadata.modified,)),
        ("Licence", (metadata.licence,)),
        ("Id", (page.rule.id or "",)),
        ("File", (page.rule.path,)),
        ("References", metadata.references),
        ("False positives", metadata.false_positives),
    ]
    return [(name, values) for name, values in found if any(values)]
