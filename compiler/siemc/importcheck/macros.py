"""The macros of an app, and how searches call them.

A macro is called between backquotes, by its name and its arguments; not within double quotes. Its
stanza has the number of arguments after its name: ``[name(2)]`` (macros.conf.spec; Knowledge
Manager Manual, "Use search macros in searches"). Three backquotes begin a comment (Search Manual,
"Add comments to searches").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from siemc.importcheck.keys import DEFAULT
from siemc.importcheck.report import MACROS, Place, Report
from siemc.lint.findings import shown
from siemc.publish.conffile import Stanza

Defined = Mapping[str, frozenset[int]]
"""How many arguments each macro takes, by its name; more than one where it is overloaded."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_TOKEN = re.compile(r'```|`|"')
_CALL = re.compile(r"([^()`\s]+)\s*(?:\((.*)\))?", re.DOTALL)
_STANZA = re.compile(r"(.+?)\((\d{1,4})\)")
_ARGUMENT = re.compile(r"[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``arguments`` is ``None`` where their number depends on how Splunk splits them."""

    text: str
    name: str | None
    arguments: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A text that calls macros: a search, or the definition of a macro, by its title."""

    title: str
    text: str
    at: Place


def calls(text: str) -> Iterator[Call]:
    """The calls of a search; one without a name where it is none that Splunk can read."""
    position = 0
    while found := _TOKEN.search(text, position):
        start = found.start()
        if found[0] == '"':
            position = _after_quoted(text, start)
        elif found[0] == "```":
            end = text.find("```", found.end())
            position = len(text) if end < 0 else end + 3
        else:
            end = text.find("`", found.end())
            yield _call(text[found.end() :]) if end < 0 else _call(text[found.end() : end], True)
            position = len(text) if end < 0 else end + 1


def _after_quoted(text: str, start: int) -> int:
    found = _QUOTED.match(text, start)
    return found.end() if found else start + 1


def _call(text: str, closed: bool = False) -> Call:
    found = _CALL.fullmatch(text.strip()) if closed else None
    if not found:
        return Call(text, None)
    return Call(text, found[1], 0 if found[2] is None else _count(found[2]))


def _count(arguments: str) -> int | None:
    bare = _QUOTED.sub("x", arguments)
    if "(" in bare and "," in bare:
        return None
    return bare.count(",") + 1 if bare.strip() else 0


def defined(stanzas: Iterable[Stanza]) -> Defined:
    """The macros of a ``macros.conf``."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for stanza in stanzas:
        if stanza.name != DEFAULT:
            name, count = _signature(stanza.name)
            found[name].add(count)
    return {name: frozenset(counts) for name, counts in found.items()}


def _signature(stanza: str) -> tuple[str, int]:
    found = _STANZA.fullmatch(stanza)
    return (found[1], int(found[2])) if found else (stanza, 0)


def check_macros(stanzas: Sequence[Stanza], at: Place, report: Report) -> list[Caller]:
    """Check the definitions; give those that may call other macros."""
    callers = []
    for stanza in stanzas:
        if stanza.name == DEFAULT:
            continue
        report.counts[MACROS] += 1
        where = at.at(stanza.line)
        wrong = _wrong(stanza)
        if wrong:
            hint = "Name as many arguments in args as the stanza's name counts, each once."
            if wrong.startswith("has no"):
                hint = "Give it a definition."
            report.say("SC331", f"The macro {stanza.name} {wrong}.", hint, where)
        if (stanza.get("iseval") or "").lower() not in {"1", "true"}:
            callers.append(Caller(stanza.name, stanza.get("definition") or "", where))
    return callers


def _wrong(stanza: Stanza) -> str | None:
    if not stanza.get("definition"):
        return "has no definition"
    _, count = _signature(stanza.name)
    if not count:
        return None
    names = [each.strip() for each in (stanza.get("args") or "").split(",") if each.strip()]
    if len(names) != count:
        return f"takes {count} by its name and has {len(names)} in args"
    if len(set(names)) < len(names):
        return "names an argument twice"
    odd = next((each for each in names if not _ARGUMENT.fullmatch(each)), None)
    return f"has an argument {shown(odd)}: letters, digits, _ and - are" if odd else None


def check_calls(callers: Iterable[Caller], known: Defined | None, report: Report) -> None:
    """Check the calls; where ``known`` is ``None``, only whether they can be read as calls."""
    missing: defaultdict[str, list[Caller]] = defaultdict(list)
    for caller in callers:
        for call in {each.text: each for each in calls(caller.text)}.values():
            if call.name is None:
                _say_broken(call, caller, report)
            elif known is not None and call.name not in known:
                missing[call.name].append(caller)
            elif known is not None and call.arguments is not None:
                _check_arguments(call, caller, known[call.name], report)
    for name, found in missing.items():
        _say_missing(name, found, known or {}, report)


def _say_broken(call: Call, caller: Caller, report: Report) -> None:
    message = f"{shown('`' + call.text)} is no call of a macro."
    hint = "Write `name` or `name(arguments)`; a backquote that is meant goes into double quotes."
    report.say("SC331", message, hint, caller.at, (None, caller.title))


def _check_arguments(call: Call, caller: Caller, takes: frozenset[int], report: Report) -> None:
    if call.arguments not in takes:
        numbers = " or ".join(map(str, sorted(takes)))
        message = f"The macro {call.name} takes {numbers} arguments and is called with"
        hint = "Correct the call, or define the macro for this number of arguments."
        where = (caller.at, (None, caller.title))
        report.say("SC331", f"{message} {call.arguments}.", hint, *where)


def _say_missing(name: str, callers: Sequence[Caller], known: Defined, report: Report) -> None:
    near = report.near(name, known)
    times = f"{len(callers)} of its searches call" if len(callers) > 1 else "a search of it calls"
    message = f"The app does not define the macro {name}, which {times}."
    hint = f"{near}Define it in macros.conf, or see that another app shares it with all."
    report.say("SC330", message, hint, callers[0].at, (None, callers[0].title))
