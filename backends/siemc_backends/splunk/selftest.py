"""A search that tries a query in the user's own Splunk: events made up in it, and what is expected.

No Splunk can be had to test against, so the user's own is asked. The commands are those of the
Search Reference: ``makeresults`` and ``streamstats`` number empty results, ``eval`` gives them the
fields of an event each (``case`` is null where nothing fits, and a null field is absent),
``appendpipe`` runs the query on them and adds what it finds, ``stats`` puts both together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from siemc.cases import Case
from siemc.evaluate import Value

MOST = 60
"""How many events one search tries: it must still be one that people can look at."""
OURS = "siemc"
_PLAIN = re.compile(r"[A-Za-z_]\w*")


def selftest(query: str, title: str, cases: Sequence[Case]) -> str | None:
    """The search, on one line; ``None`` where none of the events can be written in one.

    It prints one row: ``pass`` or ``FAIL``, and of those that differ what they were made for.
    """
    tried = [case for case in cases if _can_be_written(case)][:MOST]
    if not tried or "`" in query:
        return None
    return " ".join(_parts(query, title, tried))


def _parts(query: str, title: str, tried: Sequence[Case]) -> Iterator[str]:
    yield f"| makeresults count={len(tried)}"
    yield f"| streamstats count AS {OURS}_case"
    names = dict.fromkeys(name for case in tried for name in case.event)
    fields = [f"{_name(name)}={_case(tried, name)}" for name in names]
    expected = _cases((str(int(case.matches)) for case in tried), range(1, len(tried) + 1))
    why = _cases((_text(case.why) for case in tried), range(1, len(tried) + 1))
    yield f"| eval {', '.join([*fields, f'{OURS}_expected={expected}', f'{OURS}_why={why}'])}"
    yield f"| appendpipe [ search {query} | eval {OURS}_found=1 ]"
    yield f"| stats max({OURS}_found) AS {OURS}_found, max({OURS}_expected) AS {OURS}_expected,"
    yield f"first({OURS}_why) AS {OURS}_why BY {OURS}_case"
    yield f"| fillnull value=0 {OURS}_found"
    told = f'{OURS}_case.": ".{OURS}_why.if({OURS}_expected==1, ", missed", ", matched")'
    yield f"| eval {OURS}_said=if({OURS}_found=={OURS}_expected, null(), {told})"
    yield f"| stats count AS tried, count({OURS}_said) AS differ, values({OURS}_said) AS which"
    yield f'| eval result=if(differ==0, "pass", "FAIL"), rule={_text(title)}'
    yield "| table rule, result, tried, differ, which"


def _case(tried: Sequence[Case], name: str) -> str:
    """The field's value in each event that has it."""
    having = [number for number, case in enumerate(tried, 1) if case.event.get(name)]
    return _cases((_value(tried[number - 1].event[name][0]) for number in having), having)


def _cases(values: Iterator[str], numbers: Sequence[int]) -> str:
    """``case``, alike values together."""
    found: dict[str, list[int]] = {}
    for number, value in zip(numbers, values, strict=True):
        found.setdefault(value, []).append(number)
    parts = [f"{OURS}_case IN ({', '.join(map(str, at))}), {v}" for v, at in found.items()]
    return f"case({', '.join(parts)})"


def _can_be_written(case: Case) -> bool:
    texts = [str(value) for values in case.event.values() for value in values]
    single = all(len(values) < 2 for values in case.event.values())
    return single and all(each.isprintable() and "`" not in each for each in texts)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return _text(str(value).lower())
    return str(value) if isinstance(value, int | float) else _text(str(value))


def _text(text: str) -> str:
    shown = "".join(each if each.isprintable() and each != "`" else "?" for each in text)
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _name(name: str) -> str:
    """A field to be set: what is no plain word stands in double quotes (``eval``, "Usage")."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
