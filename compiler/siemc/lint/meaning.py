"""Checks of what a rule means, each by proof: never, always, exclusions, rules that are alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from siemc.formula import FALSE, Formula, Glob, IsNull, Not, YamlPath, atoms
from siemc.lint.findings import Finding, Fix, found, shown, written
from siemc.load import LoadedRule
from siemc.prove.arena import Arena
from siemc.prove.canonical import FALSE as NEVER
from siemc.prove.canonical import TRUE as ALWAYS
from siemc.prove.canonical import Graph
from siemc.prove.exclusions import Exclusion, judge
from siemc.prove.languages import Budget
from siemc.prove.world import World

SECONDS = 0.4
SILENCES = "SC402"


def check(loaded: LoadedRule, formula: Formula) -> Iterator[Finding]:
    """What is odd about the rule as a whole and about its exclusions."""
    constant = _constant(formula)
    if constant:
        yield _always(loaded)
        return
    said = list(exclusions(loaded, formula))
    if constant is False:
        # Where an exclusion is to blame, it is that which is to be told
        said = [each for each in said if each.diagnostic.code == SILENCES] or [_never(loaded)]
    yield from said


def _constant(formula: Formula) -> bool | None:
    """Whether the formula holds always or never; ``None`` where it is neither, or not settled."""
    arena = Arena(World(), Budget(SECONDS))
    rule, nothing = arena.side(formula), arena.side(FALSE)
    if rule.literal in (NEVER, ALWAYS):
        return rule.literal == ALWAYS
    if arena.event(rule, nothing) == "no":
        return False
    everything = arena.side(Not(FALSE))
    return True if arena.event(everything, rule) == "no" else None


def _never(loaded: LoadedRule) -> Finding:
    hint = "Look for a test that another one contradicts, or for an exclusion that is too wide."
    place = ("detection", "condition")
    return found(loaded, "SC406", "The rule can match no event at all.", hint, place)


def _always(loaded: LoadedRule) -> Finding:
    hint = "Look for a wildcard that stands alone, or for an or that takes in everything."
    message = "The rule matches every event of its log source."
    return found(loaded, "SC407", message, hint, ("detection", "condition"))


# --- exclusions ------------------------------------------------------------------------------


def exclusions(loaded: LoadedRule, formula: Formula) -> Iterator[Finding]:
    """The exclusions that never matter or that silence the rule, as ``judge`` proves them."""
    searches = loaded.data.get("detection") or {}
    empty = _of_empty_values(formula)
    judged = [each for each in judge(formula, None, SECONDS) if each.name in searches]
    whole = {each.name for each in judged if each.place is None and each.effect == "never"}
    for each in judged:
        if each.place is None and each.effect == "silences":
            yield _silences(loaded, each)
        elif each.name in whole and each.place is None and not _is_about_empty(each, empty):
            yield _idle(loaded, each)
    leaves = [
        each
        for each in judged
        if each.place is not None and each.effect == "never" and each.name not in whole
    ]
    yield from _idle_leaves(loaded, [each for each in leaves if each.place not in empty])


def _of_empty_values(formula: Formula) -> frozenset[YamlPath]:
    """The places of tests for null and for the empty text.

    They are written side by side, as engines tell the two apart in their own ways; that siemc's
    null takes in the empty text makes neither a mistake.
    """
    return frozenset(
        origin.path
        for atom in atoms(formula)
        if isinstance(atom.test, IsNull) or (isinstance(atom.test, Glob) and not atom.test.parts)
        for origin in atom.origins
    )


def _is_about_empty(exclusion: Exclusion, empty: Collection[YamlPath]) -> bool:
    """Whether it and what implies it are about one field's being empty, each in its own way."""
    names = {place[1] for place in empty}
    return (
        exclusion.name in names
        and bool(exclusion.implied_by)
        and names >= set(exclusion.implied_by)
    )


def _silences(loaded: LoadedRule, exclusion: Exclusion) -> Finding:
    message = f"The exclusion {exclusion.name} leaves nothing of the rule."
    hint = "Make it narrower than what the rule looks for."
    return found(loaded, SILENCES, message, hint, ("detection", exclusion.name))


def _idle(loaded: LoadedRule, exclusion: Exclusion) -> Finding:
    place = ("detection", exclusion.name)
    message = f"The exclusion {exclusion.name} never matters: {_why(exclusion)}."
    return found(loaded, "SC401", message, _HINT, place, (Fix(place),))


_HINT = "Remove it, or correct what it was meant to exclude."


def _idle_leaves(loaded: LoadedRule, leaves: Sequence[Exclusion]) -> Iterator[Finding]:
    """One finding for the leaves of one item."""
    for (_, item), group in groupby(leaves, lambda each: (each.name, _item(each.place or ()))):
        these = list(group)
        values = [shown(written(loaded, each.place or ())) for each in these]
        named = ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "")
        verb = "never matters" if len(values) == 1 else "never matter"
        message = f"Of the exclusion {these[0].name}, {named} {verb}: {_why(*these)}."
        places = [each.place or () for each in these]
        yield found(loaded, "SC401", message, _HINT, places[0], _removals(loaded, item, places))


def _item(place: YamlPath) -> YamlPath:
    """The place of the list that a value is in, or its own."""
    return place[:-1] if isinstance(place[-1], int) else place


def _removals(loaded: LoadedRule, item: YamlPath, places: Sequence[YamlPath]) -> tuple[Fix, ...]:
    listed = written(loaded, item)
    if not isinstance(listed, list) or len(places) >= len(listed):
        return ()
    return tuple(Fix(place) for place in places)


def _why(*exclusions: Exclusion) -> str:
    """What takes in all that exclusions of one name, or leaves of it, do."""
    names = dict.fromkeys(name for each in exclusions for name in each.implied_by)
    own = exclusions[0].name
    said = [f"the rest of {own}" if name == own else name for name in names]
    if not said:
        return "the rule finds nothing that it is about"
    listed = " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
    return f"{listed} {'takes' if len(said) == 1 else 'take'} in all of it"


# --- rules that are alike --------------------------------------------------------------------


def alike(rules: Iterable[tuple[LoadedRule, Formula]]) -> Iterator[Finding]:
    """Rules of one log source whose formulas have the same canonical form as an earlier one's."""
    graph = Graph(World())
    seen: dict[tuple[object, ...], LoadedRule] = {}
    for loaded, formula in rules:
        literal = graph.literal(formula)
        if literal in (NEVER, ALWAYS):
            continue
        source = loaded.rule.logsource
        key = (source.product, source.category, source.service, literal)
        first = seen.setdefault(key, loaded)
        if first is not loaded:
            title = shown(first.rule.title) if first.rule.title else "a rule"
            message = f"The rule matches the same events as {title} in {first.path}."
            yield found(loaded, "SC409", message, "Keep one of the two.", ("detection",))
