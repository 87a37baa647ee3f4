"""The baseline: what became of each rule when it was recorded, so that only the worse counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.diagnostics import Diagnostic, UsageError
from siemc.publish.names import Names
from siemc.publish.outputs import Output
from siemc.publish.publisher import Published
from siemc.publish.standing import STATUS, UNPROVED, VERDICT
from siemc.query import RuleRef

CONTRACT = 1
NAME = "siemc-baseline.json"


Recorded = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One output of a rule that is no longer what was recorded; ``was`` is ``None`` for a new one.

    Both are a status and, where there is one, a verdict: ``labelled, narrower``.
    """

    rule: RuleRef
    output: Output
    was: str | None
    now: str


def record(published: Iterable[Published], names: Names) -> dict[str, Any]:
    """The baseline of a build, as an object."""
    rules = {
        key(each.rule, names): {
            "title": each.rule.title,
            "outputs": {
                output_key(o): {"status": o.status, "verdict": o.verdict, "codes": list(o.codes)}
                for o in each.outputs
            },
        }
        for each in published
    }
    return {"contract": CONTRACT, "rules": dict(sorted(rules.items()))}


def key(rule: RuleRef, names: Names) -> str:
    """What a rule is known by: its id, or its file where it has none."""
    return (rule.id or f"{names.place(rule)}#{rule.document}").lower()


def output_key(output: Output) -> str:
    """``query/kql``, ``saved-search/spl``."""
    return f"{output.kind}/{output.target}"


def worse(recorded: Recorded, published: Iterable[Published], names: Names) -> Iterator[Step]:
    """The outputs that are worse than recorded, and those of new rules that are not exact."""
    return _steps(recorded, published, names, ahead=False)


def better(recorded: Recorded, published: Iterable[Published], names: Names) -> Iterator[Step]:
    """The outputs that are better than recorded."""
    return _steps(recorded, published, names, ahead=True)


def _steps(
    recorded: Recorded, published: Iterable[Published], names: Names, ahead: bool
) -> Iterator[Step]:
    for each in published:
        entry = recorded.get(key(each.rule, names), {}).get("outputs", {})
        for output in each.outputs:
            old = entry.get(output_key(output))
            now = (output.status, output.verdict)
            was = ("compiled", "exact") if old is None else (old["status"], old["verdict"])
            is_step = _is_worse(now, was) if ahead else _is_worse(was, now)
            if is_step and not (ahead and old is None):
                told = None if old is None else _told(*was)
                yield Step(each.rule, output, told, _told(*now))


def _is_worse(was: tuple[str, str], now: tuple[str, str]) -> bool:
    """Whether the second is worse; what was not proved is neither better nor worse."""
    if was[0] != now[0]:
        return STATUS[now[0]] < STATUS[was[0]]
    return UNPROVED not in (was[1], now[1]) and VERDICT[now[1]] < VERDICT[was[1]]


def _told(status: str, verdict: str) -> str:
    return status if verdict == UNPROVED else f"{status}, {verdict}"


def text_of(found: Mapping[str, Any]) -> str:
    """The baseline as it is written."""
    return (
        json.dumps(found, indent=1, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n"
    )


def read_baseline(path: Path) -> Recorded:
    """The recorded rules by key. Raises ``UsageError`` for a file that is no baseline."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise _wrong(path, f"The baseline cannot be read: {said}.") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise _wrong(path, "The baseline is no JSON.", line) from None
    if not isinstance(data, dict) or data.get("contract") != CONTRACT:
        raise _wrong(path, "This is no baseline of this version of siemc.")
    rules = data.get("rules")
    if not isinstance(rules, dict) or not all(map(_is_entry, rules.values())):
        raise _wrong(path, "The rules of the baseline are not what siemc writes.")
    return rules


def _is_entry(entry: Any) -> bool:
    outputs = entry.get("outputs") if isinstance(entry, dict) else None
    return isinstance(outputs, dict) and all(
        isinstance(each, dict)
        and each.get("status") in STATUS
        and each.get("verdict") in {*VERDICT, UNPROVED}
        for each in outputs.values()
    )


def _wrong(path: Path, message: str, line: int | None = None) -> UsageError:
    hint = "Record one with siemc baseline, or name another file."
    return UsageError(Diagnostic("SC317", message, hint, str(path), line=line))
