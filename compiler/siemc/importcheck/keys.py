"""Which settings a configuration file knows, from ``data/conf-keys.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from siemc.importcheck.values import Kind

DEFAULT = "default"
SAVED_SEARCHES, MACROS, APP = "savedsearches.conf", "macros.conf", "app.conf"
FILES = (SAVED_SEARCHES, MACROS, APP, "alert_actions.conf")

# Settings whose values the spec file tells apart in words alone
_SPECIAL: Mapping[str, str] = {
    "cron_schedule": "cron",
    "auto_summarize.cron_schedule": "cron",
    "dispatch.earliest_time": "time",
    "dispatch.latest_time": "time",
    "dispatch.index_earliest": "time",
    "dispatch.index_latest": "time",
    "dispatch.ttl": "ttl",
    "alert.severity": "severity",
    "alert.suppress.period": "period",
    "alert.expires": "period",
    "allow_skew": "skew",
    "quantity": "unsigned",
}


@cache
def _data() -> Mapping[str, Any]:
    text = (files("siemc") / "data" / "conf-keys.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def version(file: str) -> str:
    """The version of Splunk whose spec file was read."""
    return str(_data()["files"][file]["version"])


def kind(file: str, stanza: str, key: str) -> Kind | None:
    """What a setting of a stanza takes, or ``None`` where neither Splunk nor its apps know it."""
    if file == SAVED_SEARCHES and key in _SPECIAL:
        return _SPECIAL[key]
    if file == SAVED_SEARCHES and key.startswith("action."):
        return _of_action(key)
    spec = _spec_stanza(file, stanza)
    # Of a stanza of somebody else's nothing is known
    return _table(file, spec).get(key) if spec is not None else "text"


def stanza_names(file: str) -> list[str] | None:
    """The names that a stanza of the file can have, or ``None`` where it can have any."""
    if file != APP:
        return None
    return [*_stanzas(file), DEFAULT]


def is_stanza(file: str, name: str) -> bool:
    """Whether the file can have a stanza of this name."""
    known = stanza_names(file)
    return known is None or any(_pattern(each).fullmatch(name) for each in known)


def setting_names(file: str, stanza: str) -> Sequence[str]:
    """The names of settings, for a hint: those that are no patterns."""
    return _setting_names(file, _spec_stanza(file, stanza))


@cache
def _setting_names(file: str, spec: str | None) -> Sequence[str]:
    names = set(_settings(file, spec)) if spec is not None else set()
    if file == SAVED_SEARCHES:
        names |= {
            f"action.{action}.{key}" if key else f"action.{action}"
            for action, keys in _actions().items()
            for key in keys
        }
    return sorted(name for name in names if "<" not in name and not name.endswith("*"))


def _stanzas(file: str) -> Mapping[str, Mapping[str, Kind]]:
    found: Mapping[str, Mapping[str, Kind]] = _data()["files"][file]["stanzas"]
    return found


def _spec_stanza(file: str, stanza: str) -> str | None:
    """The stanza of the spec file that a stanza is one of, ``default`` where it is that."""
    if stanza == DEFAULT:
        return DEFAULT
    return next(
        (name for name in _stanzas(file) if name and _pattern(name).fullmatch(stanza)), None
    )


def _settings(file: str, spec: str) -> Mapping[str, Kind]:
    """The settings of a spec file's stanza; of ``default`` those of all."""
    stanzas = _stanzas(file)
    if spec == DEFAULT:
        return {key: kind for each in stanzas.values() for key, kind in each.items()}
    return {**stanzas.get("", {}), **stanzas[spec]}


class _Table:
    """Settings by their names, and after them by the patterns of families, the longest first."""

    def __init__(self, settings: Mapping[str, Kind]) -> None:
        self._exact = {key: kind for key, kind in settings.items() if "<" not in key}
        families = sorted((key for key in settings if "<" in key), key=len, reverse=True)
        self._families = [(_pattern(key), settings[key]) for key in families]

    def get(self, key: str) -> Kind | None:
        found = self._exact.get(key)
        if found is not None:
            return found
        return next((kind for one, kind in self._families if one.fullmatch(key)), None)


@cache
def _table(file: str, spec: str) -> _Table:
    return _Table(_settings(file, spec))


@cache
def _table_of_action(name: str) -> _Table:
    return _Table(_actions()[name])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """``display.statistics.format.<index>`` as an expression."""
    parts = re.split(r"(<[^<>]+>)", name)
    return re.compile("".join(".+" if p.startswith("<") else re.escape(p) for p in parts))


@cache
def _actions() -> Mapping[str, Mapping[str, Kind]]:
    """The settings of each alert action by its name; ``""`` is the action itself.

    Those of Splunk are in ``alert_actions.conf.spec``, some in ``savedsearches.conf.spec`` alone.
    """
    shared = _stanzas("alert_actions.conf")[""]
    found: dict[str, dict[str, Kind]] = {
        name: {"": "boolean", **shared, **settings}
        for name, settings in _stanzas("alert_actions.conf").items()
        if name and "<" not in name
    }
    (searches,) = _stanzas(SAVED_SEARCHES)
    for key, value in _settings(SAVED_SEARCHES, searches).items():
        action, _, rest = key.removeprefix("action.").partition(".")
        if key.startswith("action.") and action in found:
            found[action].setdefault(rest, value)
    for app in _data()["apps"].values():
        found.update({name: dict(keys) for name, keys in app["actions"].items()})
    return found


def _of_action(key: str) -> Kind | None:
    """What a setting of an action takes: any text where the action is of an app of its own."""
    from siemc.diagnostics import did_you_mean

    action, _, rest = key.removeprefix("action.").partition(".")
    known = _actions()
    if action in known:
        return _table_of_action(action).get(rest) or ("text" if "*" in known[action] else None)
    if not action or did_you_mean(action, known):
        return None
    return "text" if rest else "boolean"
