"""A Splunk app, from an archive or a folder: its settings, its metadata and its manifest.

What an app has where: Splunk Developer Guide, "App architecture and object ownership"; the settings
of ``app.conf``: app.conf.spec; ``app.manifest``: Packaging Toolkit, "App manifest schema".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from siemc.importcheck import keys
from siemc.importcheck.confs import check_conf, value_of
from siemc.importcheck.macros import Caller, check_calls, check_macros, defined
from siemc.importcheck.report import APPS, Place, Report
from siemc.importcheck.searches import check_searches
from siemc.importcheck.texts import BadJsonError, decoded, read_json
from siemc.publish.conffile import Stanza

APP_CONF, MANIFEST = "default/app.conf", "app.manifest"
MOST_BYTES = 256 * 1024 * 1024
MOST_FILES = 20_000
MOST_TEXT = 32 * 1024 * 1024

_ID = re.compile(r"[A-Za-z0-9._]*[A-Za-z0-9_]")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
_VERSION = re.compile(r"\d+(?:\.\d+)*(?:[a-z]\w*)?", re.ASCII)


@dataclass(slots=True)
class Bundle:
    """The files of an app below its folder ``top``; ``texts`` are those that are read.

    ``base`` is what comes before a file's name where it is shown: ``app.tgz!`` or ``folder/``.
    """

    path: str
    base: str
    top: str
    names: list[str] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)

    def at(self, name: str) -> Place:
        """A file of the app, as it is shown."""
        return Place(f"{self.base}{name}")


def is_read(name: str) -> bool:
    """Whether a file of an app is looked into."""
    return name == MANIFEST or (
        name.startswith(("default/", "metadata/")) and name.endswith((".conf", ".meta"))
    )


def check_app(bundle: Bundle, report: Report) -> None:
    """Check everything of an app that is looked into."""
    report.counts[APPS] += 1
    _check_local(bundle, report)
    confs = {name: _conf(bundle, name, report) for name in sorted(bundle.texts)}
    callers = _callers(bundle, confs, report)
    check_calls(callers, defined(confs.get(f"default/{keys.MACROS}") or ()), report)
    _check_app_conf(bundle, confs.get(APP_CONF), report)


def _conf(bundle: Bundle, name: str, report: Report) -> list[Stanza] | None:
    if name == MANIFEST:
        return None
    text = decoded(bundle.texts[name], bundle.at(name), report)
    if text is None:
        return None
    file = name.removeprefix("default/")
    return check_conf(text, bundle.at(name), file if file in keys.FILES else None, report)


def _callers(
    bundle: Bundle, confs: Mapping[str, Sequence[Stanza] | None], report: Report
) -> list[Caller]:
    searches, macros = f"default/{keys.SAVED_SEARCHES}", f"default/{keys.MACROS}"
    found = check_searches(confs.get(searches) or (), bundle.at(searches), report)
    return found + check_macros(confs.get(macros) or (), bundle.at(macros), report)


def _check_local(bundle: Bundle, report: Report) -> None:
    """``local`` is the site's own: an update must not touch it (Admin Manual, "About
    configuration files")."""
    for name in sorted(bundle.names):
        if name.startswith("local/") or name == "metadata/local.meta":
            hint = "Move it to default: local holds what the site has set, and would be lost."
            report.say("SC323", "The app brings settings of the site.", hint, bundle.at(name))


def _check_app_conf(bundle: Bundle, stanzas: Sequence[Stanza] | None, report: Report) -> None:
    at = bundle.at(APP_CONF)
    if stanzas is None:
        if APP_CONF not in bundle.texts:
            hint = "Add it, with [launcher] version, [package] id and [ui] label."
            report.say("SC333", f"The app has no {APP_CONF}.", hint, Place(bundle.path))
        _check_manifest(bundle, None, report)
        return
    version, line = value_of(stanzas, "launcher", "version")
    if not version or not _VERSION.fullmatch(version):
        message = f"[launcher] version is {version!r}." if version else "[launcher] has no version."
        report.say("SC333", message, "Give a version such as 1.2.0 or 2.0beta.", at.at(line or 1))
    if not value_of(stanzas, "ui", "label")[0]:
        hint = "Give the name that Splunk Web shows."
        report.say("SC333", "[ui] has no label.", hint, at.at(1))
    _check_id(bundle, stanzas, at, report)
    _check_manifest(bundle, version, report)


def _check_id(bundle: Bundle, stanzas: Sequence[Stanza], at: Place, report: Report) -> None:
    app, line = value_of(stanzas, "package", "id")
    if not app:
        hint = "Set it to the name of the app's folder, so that Splunk knows an update of the app."
        report.say("SC334", "[package] has no id.", hint, at.at(1))
    elif app != bundle.top:
        message = f"[package] id is {app!r}, and the app's folder is {bundle.top!r}."
        report.say("SC333", message, "Give both the same name.", at.at(line))
    if not _ID.fullmatch(bundle.top) or bundle.top.lower() in _RESERVED:
        message = f"The app's folder {bundle.top!r} has a name that is no app's id."
        hint = "Use letters, digits, dots and underscores, no dot at the end, no name of a device."
        report.say("SC333", message, hint, Place(bundle.path))


def _check_manifest(bundle: Bundle, version: str | None, report: Report) -> None:
    if MANIFEST not in bundle.texts:
        return
    at = bundle.at(MANIFEST)
    text = decoded(bundle.texts[MANIFEST], at, report)
    if text is None:
        return
    try:
        found, _ = read_json(_without_comments(text))
    except BadJsonError as error:
        message = f"The manifest is no JSON: {error.why}."
        report.say("SC333", message, "Correct it.", at.at(error.line, error.column))
        return
    told = _identity(found)
    for key, value, where in (
        ("name", bundle.top, "the app's folder"),
        ("version", version, f"[launcher] version of {APP_CONF}"),
    ):
        if value is not None and told.get(key) != value:
            message = f"info.id.{key} is {told.get(key)!r}, and {where} is {value!r}."
            report.say("SC333", message, "Give both the same.", at.at(1))


def _identity(found: Any) -> Mapping[str, Any]:
    for key in ("info", "id"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _without_comments(text: str) -> str:
    """A manifest may have comments, lines that begin with ``#``."""
    return "\n".join("" if each.lstrip().startswith("#") else each for each in text.split("\n"))
