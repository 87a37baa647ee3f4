"""Values of one list of which one already says what another does, shown by their languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from siemc.formula import RUN, Atom, Formula, Glob, IsNull, Opaque, SameAs, Test, YamlPath, atoms
from siemc.lint.findings import Finding, Fix, found, shown, written
from siemc.load import LoadedRule
from siemc.prove.forms import forms
from siemc.prove.implied import implications
from siemc.prove.languages import Budget, Undecided, language, member

# Of a list with expressions, networks or inner wildcards, each pair is a question of its own
MAX_PAIRED = 30
SECONDS = 0.1
# From how many values of one list they are told of together
MANY = 5


@dataclass
class _List:
    """The values of one list: the forms of each by its index in the YAML."""

    place: YamlPath
    every: bool
    forms: dict[int, dict[Test, None]] = field(default_factory=dict)

    def add(self, index: int, test: Test) -> None:
        """Add a test that came from this index, one of several where it has several spellings."""
        self.forms.setdefault(index, {}).update(dict.fromkeys(forms(test)))


def check(loaded: LoadedRule, formula: Formula) -> Iterator[Finding]:
    """The values of the rule's lists that change nothing beside another of the same list."""
    for each in _lists(loaded, formula):
        yield from _check(loaded, each)


def _lists(loaded: LoadedRule, formula: Formula) -> list[_List]:
    searches = loaded.data.get("detection") or {}
    found: dict[YamlPath, _List] = {}
    for atom in atoms(formula):
        for origin in atom.origins:
            *head, index = origin.path
            if isinstance(index, int) and origin.identifier in searches and _has_language(atom):
                place = tuple(head)
                words = str(head[-1]).split("|")[1:]
                found.setdefault(place, _List(place, "all" in words)).add(index, atom.test)
    return list(found.values())


def _has_language(atom: Atom) -> bool:
    return not isinstance(atom.test, IsNull | SameAs | Opaque)


def _check(loaded: LoadedRule, values: _List) -> Iterator[Finding]:
    spared = sorted(_spared(values).items())
    # A list under all with one value is an oddity of its own
    removable = len(values.forms) - len(spared) >= (2 if values.every else 1)
    each = [_of_value(loaded, values, *one, removable) for one in spared]
    if len(each) <= MANY:
        yield from each
        return
    asks = "ask for" if values.every else "find"
    first = shown(written(loaded, (*values.place, spared[0][0])))
    message = (
        f"{len(each)} values of this list {asks} nothing that others of it do not, "
        f"the first of them {first}."
    )
    fixes = tuple(fix for one in each for fix in one.fixes)
    place = (*values.place, spared[0][0])
    yield found(loaded, "SC403", message, "Remove them, or name more exactly.", place, fixes)


def _of_value(
    loaded: LoadedRule, values: _List, index: int, beside: tuple[int, bool], removable: bool
) -> Finding:
    other, same = beside
    place = (*values.place, index)
    text, rest = (shown(written(loaded, (*values.place, i))) for i in (index, other))
    fixes = (Fix(place),) if removable else ()
    if same:
        message = f"{text} is in the list already, as {rest}."
        return found(loaded, "SC404", message, "Remove it.", place, fixes)
    asks = "asks for" if values.every else "finds"
    message = f"{text} {asks} nothing that {rest} of the same list does not."
    return found(loaded, "SC403", message, "Remove it, or name more exactly.", place, fixes)


def _spared(values: _List) -> dict[int, tuple[int, bool]]:
    """The indices that could be left out, each with one that stands for it, and if it is equal."""
    within = _within(values.forms)
    spared: dict[int, tuple[int, bool]] = {}
    for one, other in sorted(within):
        same = (other, one) in within
        if same and one < other:
            continue
        narrow, wide = (other, one) if values.every and not same else (one, other)
        spared.setdefault(narrow, (wide, same))
    return {one: (_last(spared, one), same) for one, (_, same) in spared.items()}


def _last(spared: Mapping[int, tuple[int, bool]], one: int) -> int:
    """What stands for one in the end, and is itself not spared."""
    seen = {one}
    while one in spared and spared[one][0] not in seen:
        one = spared[one][0]
        seen.add(one)
    return one


def _within(values: Mapping[int, Mapping[Test, None]]) -> set[tuple[int, int]]:
    """Pairs of indices of which the first finds only what the second does."""
    numbers: dict[Test, int] = {}
    spelt = {
        index: {numbers.setdefault(test, len(numbers)) for test in tests}
        for index, tests in values.items()
    }
    wider = _wider(list(numbers))
    having: dict[int, set[int]] = {}
    for index, own in spelt.items():
        for number in own:
            having.setdefault(number, set()).add(index)
    found = set()
    for one, own in spelt.items():
        covers = [
            set().union(*(having[wide] for wide in {number} | wider.get(number, set())))
            for number in own
        ]
        # Of several spellings of a value, each has to be within one of the other's
        others = set.intersection(*covers) if covers else set()
        found |= {(one, other) for other in others if other != one}
    return found


def _wider(tests: list[Test]) -> dict[int, set[int]]:
    """For the number of each test those of the tests that hold wherever it does."""
    found: dict[int, set[int]] = {}
    for one, other in implications({i: t for i, t in enumerate(tests) if isinstance(t, Glob)}):
        found.setdefault(one, set()).add(other)
    odd = [number for number, test in enumerate(tests) if not _is_simple(test)]
    if not odd or len(tests) > MAX_PAIRED:
        return found
    budget = Budget(SECONDS)
    for wide in odd:
        for narrow in range(len(tests)):
            if narrow != wide and _is_included(tests[narrow], tests[wide], budget):
                found.setdefault(narrow, set()).add(wide)
    return found


def _is_simple(test: Test) -> bool:
    """Whether a look at the literals tells what it implies."""
    if not isinstance(test, Glob):
        return False
    inner = test.parts[1:-1] if len(test.parts) > 2 else ()
    return RUN not in inner and all(isinstance(part, str) or part is RUN for part in test.parts)


def _is_included(narrow: Test, wide: Test, budget: Budget) -> bool:
    try:
        return member([language(narrow)], [language(wide)], budget) is None
    except (Undecided, ValueError):
        return False
