"""What the values of Splunk's settings may be.

Kinds of values are those of ``data/conf-keys.json``; the others are here, each with the page that
says so. An empty value is never judged: Splunk takes the default for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from siemc.importcheck.texts import BadJsonError, read_json

Kind = str | Sequence[str]

# splunk.util.normalizeBoolean of Splunk's Python library
_BOOLEANS = {"0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes"}
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)

# Search Reference, "Time modifiers": the units of relative times, and what one can snap to
_UNIT = (
    r"(?:us|ms|cs|ds|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?"
    r"|mon|months?|q|qtrs?|quarters?|y|yrs?|years?)"
)
_STEP = rf"(?:[+-]\d*{_UNIT}|@(?:w[0-7]|{_UNIT}))"
_RELATIVE = re.compile(rf"(?:now(?:\(\))?|rt(?:now)?)?{_STEP}*", re.ASCII | re.IGNORECASE)
# Seconds since 1970, or what dispatch.time_format reads: %FT%T.%Q%:z unless it is set
_EPOCH = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)

# savedsearches.conf.spec: alert.suppress.period, alert.expires, allow_skew, dispatch.ttl
_PERIOD = re.compile(r"\d+\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w)?")
_SKEW = re.compile(r"0|\d+\s*%|\d+\s*(?:m|min|minutes?|mins|h|hrs?|hours?|d|days?)")
_TTL = re.compile(r"\d+p?", re.ASCII)

# Alerting Manual, "Use cron expressions for alert scheduling"; Sunday is 0, and 7 for many crons
_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_NAMES = ("minute", "hour", "day of the month", "month", "day of the week")
_CRON_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", re.ASCII)


def wrong(kind: Kind, value: str) -> str | None:
    """What a setting of this kind takes instead of the value, or ``None`` where it fits."""
    if not value:
        return None
    if isinstance(kind, str):
        return _KINDS[kind](value)
    if any(_is_of(word, value) for word in kind):
        return None
    named = [{"<boolean>": "true or false"}.get(each, each.strip("<>")) for each in kind]
    return f"{', '.join(named[:-1])} or {named[-1]}"


def _is_of(word: str, value: str) -> bool:
    if word.startswith("<"):
        return _KINDS[word.strip("<>")](value) is None
    return value.lower() == word.lower()


def _boolean(value: str) -> str | None:
    return None if value.lower() in _BOOLEANS else "true or false"


def _bit(value: str) -> str | None:
    return None if value in {"0", "1"} else "0 or 1, and no other word for them"


def _integer(value: str) -> str | None:
    return None if _INTEGER.fullmatch(value) else "a whole number"


def _unsigned(value: str) -> str | None:
    return None if _INTEGER.fullmatch(value) and value[0] != "-" else "a whole number from 0 on"


def _severity(value: str) -> str | None:
    return None if value in {"1", "2", "3", "4", "5", "6"} else "a number from 1 to 6"


def _cron(value: str) -> str | None:
    fields = value.split()
    if len(fields) != len(_CRON):
        return "five fields: minute, hour, day of the month, month, day of the week"
    for text, bounds, name in zip(fields, _CRON, _CRON_NAMES, strict=True):
        if not all(_is_cron_part(part, *bounds) for part in text.split(",")):
            return f"a cron schedule; for the {name}, numbers from {bounds[0]} to {bounds[1]}"
    return None


def _is_cron_part(text: str, low: int, high: int) -> bool:
    found = _CRON_PART.fullmatch(text)
    if not found or any(len(each or "") > 4 for each in found.groups()):
        return False
    numbers = [int(each) for each in (found[1], found[2]) if each]
    step = int(found[3]) if found[3] else 1
    rising = all(one <= other for one, other in pairwise(numbers))
    return step > 0 and rising and all(low <= each <= high for each in numbers)


def _time(value: str) -> str | None:
    if any(each.fullmatch(value) for each in (_RELATIVE, _EPOCH, _DATE)):
        return None
    return "a time: relative (-70m@m, now), or seconds since 1970"


def _matching(pattern: re.Pattern[str], takes: str) -> Callable[[str], str | None]:
    return lambda value: None if pattern.fullmatch(value) else takes


def _json_of(types: tuple[type, ...], takes: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        try:
            found, _ = read_json(value)
        except BadJsonError as error:
            where = f" at its character {error.column}" if error.column else ""
            return f"{takes}; this is no JSON: {error.why}{where}"
        return None if isinstance(found, types) else takes

    return check


_list = _json_of((list, type(None)), "a list in JSON")


def _fields(value: str) -> str | None:
    """Names with commas between them; newer content has a list in JSON."""
    return _list(value) if value.startswith("[") else None


_KINDS: dict[str, Callable[[str], str | None]] = {
    "text": lambda value: None,
    "boolean": _boolean,
    "bit": _bit,
    "integer": _integer,
    "unsigned": _unsigned,
    "severity": _severity,
    "cron": _cron,
    "time": _time,
    "period": _matching(_PERIOD, "a number with a unit, such as 60s, 10m, 1h or 1d"),
    "skew": _matching(_SKEW, "a percentage (50%) or a duration in m, h or d"),
    "ttl": _matching(_TTL, "seconds, or a number of periods (2p)"),
    "list": _list,
    "object": _json_of((dict,), "an object in JSON"),
    "fields": _fields,
}
