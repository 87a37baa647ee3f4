"""The saved searches of a ``savedsearches.conf``, beyond the values of their settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siemc.importcheck.keys import DEFAULT
from siemc.importcheck.macros import Caller
from siemc.importcheck.report import SEARCHES, Place, Report
from siemc.publish.conffile import Stanza

# ES_MAX_STANZA_LENGTH of splunk/contentctl (contentctl/objects/constants.py), and what is left of
# it where Enterprise Security clones a search as "<domain> - <name> - Rule": the longest domains,
# endpoint and identity, have eight characters.
LONGEST = 99
LONGEST_CLONED = LONGEST - len("endpoint -  - Rule")
_TRUE = {"1", "t", "true", "y", "yes", "on"}


def check_searches(stanzas: Sequence[Stanza], at: Place, report: Report) -> list[Caller]:
    """Check the searches; give them as callers of macros."""
    default = Stanza(DEFAULT, 0)
    for stanza in stanzas:
        if stanza.name == DEFAULT:
            default.settings += stanza.settings
    callers = []
    for stanza in stanzas:
        if stanza.name != DEFAULT:
            report.counts[SEARCHES] += 1
            _check(stanza, default, at.at(stanza.line), report)
            callers.append(_caller(stanza, at))
    return callers


def _caller(stanza: Stanza, at: Place) -> Caller:
    line = next((each.line for each in stanza.settings if each.key == "search"), stanza.line)
    return Caller(stanza.name, stanza.get("search") or "", at.at(line))


def _check(stanza: Stanza, default: Stanza, at: Place, report: Report) -> None:
    about = (None, stanza.name)
    if not stanza.name.strip():
        report.say("SC329", "A saved search has no name.", "Write it between the brackets.", at)
    if not (stanza.get("search") or default.get("search") or "").strip():
        hint = "Give it a search, or take the stanza out."
        report.say("SC329", f"[{stanza.name}] has no search.", hint, at, about)
    _check_name(stanza, at, report)
    for message, hint in _missing(stanza, default):
        report.say("SC327", message, hint, at, about)


def _check_name(stanza: Stanza, at: Place, report: Report) -> None:
    length, about = len(stanza.name), (None, stanza.name)
    is_detection = _is_on(stanza.get("action.correlationsearch.enabled"))
    if is_detection and length > LONGEST:
        message = f"The name has {length} characters; Enterprise Security takes {LONGEST}."
        report.say("SC328", message, f"Cut it to {LONGEST_CLONED} characters.", at, about)
    elif is_detection and length > LONGEST_CLONED:
        message = f"The name has {length} characters, too many for Enterprise Security to clone it."
        hint = f"Cut it to {LONGEST_CLONED}: a clone is named <domain> - <name> - Rule."
        report.say("SC332", message, hint, at, about)
    elif length > LONGEST:
        message = f"The name has {length} characters; Enterprise Security takes {LONGEST}."
        report.say("SC332", message, "Cut it if that is to use the search.", at, about)


def _missing(stanza: Stanza, default: Stanza) -> Iterator[tuple[str, str]]:
    """What a setting needs beside it (savedsearches.conf.spec)."""

    def get(key: str) -> str | None:
        return stanza.get(key) or default.get(key)

    if _is_on(get("enableSched")) and not (get("cron_schedule") or get("schedule")):
        yield "The search is scheduled and has no cron_schedule.", "Say when it runs."
    if (get("counttype") or "").lower() == "custom" and not get("alert_condition"):
        yield "counttype is custom and there is no alert_condition.", "Give the condition."
    per_result = (get("alert.digest_mode") or "1").lower() in {"0", "f", "false", "n", "no", "off"}
    if _is_on(get("alert.suppress")) and per_result and not get("alert.suppress.fields"):
        hint = "Name the fields in alert.suppress.fields."
        yield "Alerts of single results are suppressed without saying by which fields.", hint


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in _TRUE
