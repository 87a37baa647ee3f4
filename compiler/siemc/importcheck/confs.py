"""Checking a configuration file of Splunk: its lines, its stanzas, its settings and their values.

How Splunk reads one: Admin Manual, "About configuration files" (of a setting or a stanza that is
there twice, the last is right) and "Edit a configuration file".
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from siemc.importcheck import keys
from siemc.importcheck.report import Place, Report
from siemc.importcheck.values import wrong
from siemc.lint.findings import shown
from siemc.publish.conffile import Setting, Stanza, read_conf


def check_conf(text: str, at: Place, file: str | None, report: Report) -> list[Stanza]:
    """Check a file of the kind ``file``, one of ``keys.FILES`` or none of them; its stanzas."""
    stanzas, strays = read_conf(text)
    for stray in strays:
        message = f"{shown(stray.text)} is neither a setting nor a stanza."
        hint = "Write it as key = value; a value goes on after a line that ends in a backslash."
        report.say("SC324", message, hint, at.at(stray.line))
    _check_stanzas(stanzas, at, report)
    for stanza in stanzas:
        _check_twice(stanza, at, report)
        if file:
            _check_known(stanza, at, file, report)
    return stanzas


def kind_of_conf(name: str, text: str) -> str | None:
    """Which file of Splunk this is: by its name, else by what is set in it."""
    base = PurePosixPath(name.replace("\\", "/")).name
    named = [file for file in keys.FILES if base == file or base.endswith(f"-{file}")]
    if named:
        return named[0]
    stanzas, _ = read_conf(text)
    settings = {setting.key for stanza in stanzas for setting in stanza.settings}
    if "search" in settings:
        return keys.SAVED_SEARCHES
    if "definition" in settings:
        return keys.MACROS
    return keys.APP if any(each.name == "launcher" for each in stanzas) else None


def value_of(stanzas: Iterable[Stanza], name: str, key: str) -> tuple[str | None, int | None]:
    """The value of a setting, over all stanzas of this name, and its line."""
    found: tuple[str | None, int | None] = (None, None)
    for stanza in stanzas:
        if stanza.name == name:
            found = next(((s.value, s.line) for s in stanza.settings if s.key == key), found)
    return found


def _check_stanzas(stanzas: list[Stanza], at: Place, report: Report) -> None:
    first: dict[str, int] = {}
    for stanza in stanzas:
        if stanza.name in first:
            message = f"The stanza [{stanza.name}] is there twice; first on line"
            hint = "Splunk makes one of them, and the later settings win: keep one, or rename it."
            line = first[stanza.name]
            report.say("SC325", f"{message} {max(line, 1)}.", hint, at.at(stanza.line))
        first.setdefault(stanza.name, stanza.line)


def _check_twice(stanza: Stanza, at: Place, report: Report) -> None:
    first: dict[str, int] = {}
    for setting in stanza.settings:
        if setting.key in first:
            message = f"{setting.key} is set twice in [{stanza.name}]; first on line"
            hint = "Splunk takes the last: keep one."
            line = first[setting.key]
            report.say("SC325", f"{message} {line}.", hint, at.at(setting.line))
        first.setdefault(setting.key, setting.line)


def _check_known(stanza: Stanza, at: Place, file: str, report: Report) -> None:
    if not keys.is_stanza(file, stanza.name):
        near = report.near(stanza.name, keys.stanza_names(file) or ())
        message = f"{file} has no stanza [{stanza.name}] in Splunk {keys.version(file)}."
        hint = f"{near}Splunk passes it over; take it out, or correct its name."
        report.say("SC326", message, hint, at.at(stanza.line))
        return
    for setting in stanza.settings:
        kind = keys.kind(file, stanza.name, setting.key)
        if kind is None:
            _say_unknown(stanza, setting, at, file, report)
        elif not (kind == "time" and stanza.get("dispatch.time_format")):
            _check_value(stanza, setting, wrong(kind, setting.value), at, report)


def _say_unknown(stanza: Stanza, setting: Setting, at: Place, file: str, report: Report) -> None:
    near = report.near(setting.key, keys.setting_names(file, stanza.name))
    message = f"Neither Splunk {keys.version(file)} nor Enterprise Security knows {setting.key}."
    hint = f"{near}It is passed over: correct its name, or take it out."
    report.say("SC326", message, hint, at.at(setting.line), about=(None, stanza.name))


def _check_value(
    stanza: Stanza, setting: Setting, takes: str | None, at: Place, report: Report
) -> None:
    if takes:
        message = f"{setting.key} is {shown(setting.value)}."
        report.say("SC327", message, f"It takes {takes}.", at.at(setting.line), (None, stanza.name))
