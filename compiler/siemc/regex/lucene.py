"""Trees as Lucene regular expressions, which match a whole value.

Source: the Javadoc of ``org.apache.lucene.util.automaton.RegExp`` (Lucene 9 and 10) and, for what
Elasticsearch adds, its reference's page "Regular expression syntax". Only what means the same with
every optional operator on or off is written: characters, classes, ``.``, groups, ``|``, repetition.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from siemc.regex.classes import LINE_BREAK, class_text
from siemc.regex.effort import (
    MAX_DETERMINIZED_STATES,
    determinizes,
    is_counted,
    with_optional_copies,
)
from siemc.regex.errors import Obstacle, RegexUnsupported
from siemc.regex.letters import Fold, sealed
from siemc.regex.tree import (
    NEVER,
    Alternate,
    Assert,
    Chars,
    Concat,
    Empty,
    Node,
    Repeat,
    size,
)
from siemc.regex.whole import whole, without_line_breaks

MAX_UNCHECKED = 300  # nodes; such a tree stays far below the limit unless something is counted
MAX_PERIOD = 4  # how long a repeated stretch of a sequence is looked for


@dataclass(frozen=True, slots=True)
class LucenePattern:
    """An expression without its slashes.

    ``assumptions`` names what must be true of the values for it to be exact: ``line-break`` (they
    hold no line feed), ``control-characters`` (no other control characters but tabs),
    ``case-beyond-table`` (no letter that the lowercase normalizer changes and the case table does
    not, such as the Kelvin sign). ``never`` says that no value matches; then ``text`` is ``#``, the
    empty language with Lucene's flag ``EMPTY``, which Elasticsearch sets.
    """

    text: str
    assumptions: frozenset[str] = frozenset()
    never: bool = False

    @property
    def length(self) -> int:
        """What ``index.max_regex_length`` counts: UTF-16 code units."""
        return len(self.text.encode("utf-16-le")) // 2


def to_lucene(
    node: Node,
    *,
    fold: Fold,
    raw_controls: bool,
    max_determinized_states: int | None = MAX_DETERMINIZED_STATES,
) -> LucenePattern:
    """The expression that matches a whole value if ``node`` is found in the value.

    ``fold="lower"`` is for a field with a lowercase normalizer, which lowers the pattern as well.
    Without ``raw_controls`` the text holds no control character or line break, at the price of an
    assumption where one would be needed. ``max_determinized_states`` is the limit that the query
    is run under; ``None`` for no regard to it. Raises ``RegexUnsupported`` if the expression tells
    cases apart on such a field, needs a control character it cannot have, or is too complex.
    """
    found = _affordable(whole(node), max_determinized_states)
    if found == NEVER:
        return LucenePattern("#", never=True)
    writer = _Writer(fold, raw_controls)
    if not raw_controls:
        found = writer.one_line(found)
    return LucenePattern(sealed(writer.alternatives(found)), frozenset(writer.assumptions))


@lru_cache(maxsize=1024)
def _affordable(found: Node, max_determinized_states: int | None) -> Node:
    """``found``, or a form of it that Lucene can make deterministic within the limit."""
    small = size(found) < MAX_UNCHECKED and not is_counted(found)
    if max_determinized_states is None or small or determinizes(found, max_determinized_states):
        return found
    other = with_optional_copies(found)
    if other == found or not determinizes(other, max_determinized_states):
        raise RegexUnsupported(
            f"more work than {max_determinized_states} determinized states", obstacle=Obstacle.COST
        )
    return other


class _Writer:
    def __init__(self, fold: Fold, raw_controls: bool) -> None:
        self.fold = fold
        self.raw_controls = raw_controls
        self.assumptions: set[str] = set()

    def one_line(self, node: Node) -> Node:
        """``node`` without what only a line feed can match, such as that which ``$`` looks past."""
        shorter = without_line_breaks(node)
        if shorter == NEVER:
            raise RegexUnsupported(
                "a line break, which the query text cannot hold", obstacle=Obstacle.CONTROL
            )
        if shorter != node:
            self.assumptions.add(LINE_BREAK)
        return shorter

    def alternatives(self, node: Node) -> str:
        if isinstance(node, Alternate):
            return "|".join(self.sequence(option) for option in node.options)
        return self.sequence(node)

    def sequence(self, node: Node) -> str:
        if isinstance(node, Concat):
            return "".join(_counted([self.item(part) for part in node.parts]))
        return self.item(node)

    def item(self, node: Node) -> str:
        match node:
            case Repeat(inner, low, high):
                return self.atom(inner) + _count(low, high)
            case _:
                return self.atom(node)

    def atom(self, node: Node) -> str:
        match node:
            case Chars(ranges):
                found = class_text(ranges, self.fold, self.raw_controls)
                self.assumptions |= found.assumptions
                return found.text
            case Empty():
                return "()"
            case Assert():
                raise AssertionError("whole() leaves no zero-width test")
            case _:
                return "(" + self.alternatives(node) + ")"


def _count(low: int, high: int | None) -> str:
    match low, high:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case _, None:
            return f"{{{low},}}"
        case _:
            return f"{{{low}}}" if low == high else f"{{{low},{high}}}"


def _counted(items: list[str]) -> list[str]:
    """The items of a sequence, a stretch that comes several times in a row written once."""
    if len(set(items)) == len(items):
        return items
    result: list[str] = []
    at = 0
    while at < len(items):
        period, times = _best_stretch(items, at)
        stretch = "".join(items[at : at + period])
        if times > 1:
            is_atom = period == 1 and _is_class(stretch)
            result.append((stretch if is_atom else f"({stretch})") + f"{{{times}}}")
        else:
            result.append(stretch)
        at += period * times
    return result


def _best_stretch(items: list[str], at: int) -> tuple[int, int]:
    """The period and the count of the repetition at this place that saves most, if any does."""
    best, saved = (1, 1), 0
    for period in range(1, MAX_PERIOD + 1):
        block = items[at : at + period]
        times = 1
        while items[at + times * period : at + (times + 1) * period] == block:
            times += 1
        gain = (times - 1) * sum(map(len, block)) - 5
        if times > 1 and gain > saved:
            best, saved = (period, times), gain
    return best


def _is_class(text: str) -> bool:
    return text.startswith("[") and text.endswith("]") and text.count("[") == 1
