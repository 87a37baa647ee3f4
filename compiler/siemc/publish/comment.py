"""The comment on a pull request: a report in Markdown, marked so that it is found, and cut to fit.

``python -m siemc.publish.comment REPORT.md --about rules`` prints it; ``siemc.publish.sticky``
writes it. GitHub takes 65,536 characters and answers 422, "body is too long", to more.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from siemc.markdown import code

LIMIT = 65_536
WHERE = "the job's report siemc-diff.md"
MORE = "- … and {} more, left out here since a comment is limited; all are in {}."
TOO_LONG = "  - what it matches is too long for a comment; it is in {}"
# What is dropped last when not everything fits: a rule that catches less
URGENT = ("narrower", "different", "broken", "worse", "wider", "unknown", "changed")
CHECKS: Mapping[str, Mapping[int, str]] = {
    "build": {0: "all rules are published", 1: "some rules are refused", 3: "new or worse"},
    "import-check": {0: "the importers take it", 1: "an importer would not take it"},
    "lint": {0: "nothing found", 1: "something found"},
}
_SPAN = re.compile(r"((?<!\\)`[^`]+`)")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the report and the items below it, each of one line or several."""

    heading: str
    items: tuple[str, ...]


def comment(report: str, about: str, checks: Mapping[str, int] | None = None) -> str:
    """The comment's text, shorter than ``LIMIT``; its first line is the mark it is found by.

    ``report`` is what ``siemc diff --format markdown`` prints, ``about`` the folder of rules that
    it is about, of which a pull request may change several; ``checks`` are exit codes by command.
    """
    head = [mark(about), f"## siemc: what changes in {code(about)}", ""]
    rows = [f"- {name}: {_said(name, found)}" for name, found in (checks or {}).items()]
    top = "\n".join([*head, *rows, "", ""])
    return top + cut(quiet(report), LIMIT - 1 - size(top))


def mark(about: str) -> str:
    """A line that Markdown does not show, the same for the same folder."""
    # Two hyphens would end the comment in HTML
    return f"<!-- siemc diff: {re.sub(r'[^A-Za-z0-9./_]+', '-', about)[:200]} -->"


def _said(name: str, exit_code: int) -> str:
    return CHECKS.get(name, {}).get(exit_code, f"not done (exit code {exit_code})")


def size(text: str) -> int:
    """The length as GitHub counts it at most: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def quiet(report: str) -> str:
    """The report without what would call people or link issues by a rule's title.

    GitHub looks for both in what Markdown has rendered, where no backslash or entity is left; a
    space of no width stops it. Code is left alone, as it is there.
    """
    lines: list[str] = []
    fence = ""
    for line in report.split("\n"):
        ticks = re.match(r" *(`{3,})", line)
        lines.append(line if fence or ticks else _quiet_line(line))
        if fence:
            fence = "" if line.strip() == fence else fence
        elif ticks:
            fence = ticks[1]
    return "\n".join(lines)


def _quiet_line(line: str) -> str:
    parts = _SPAN.split(line)
    return "".join(part if n % 2 else _hushed(part) for n, part in enumerate(parts))


def _hushed(text: str) -> str:
    # A heading's own signs have a space behind them
    return re.sub(r"([@#])(?=[^\s#])", "\\1\u200b", text.replace("&", "&amp;"))


def cut(report: str, limit: int) -> str:
    """A report that fits, as a whole or with whole items left out and a word on how many."""
    if size(report) <= limit:
        return report
    sections = list(_sections(report))
    notes = size(MORE.format(10**7, WHERE)) + 1
    room = limit - sum(size(each.heading) + 4 + notes for each in sections)
    shares = _shares([sum(size(i) + 1 for i in each.items) for each in sections], room)
    return "\n\n".join(
        "\n".join([each.heading, "", *_kept(each.items, share)]).rstrip()
        for each, share in zip(sections, shares, strict=True)
    )


def _sections(report: str) -> Iterator[Section]:
    """The report's parts; what belongs to an item is indented, and code in it as well."""
    heading: str | None = None
    items: list[str] = []
    for line in report.split("\n"):
        if line.startswith("#"):
            if heading is not None:
                yield Section(heading, tuple(items))
            heading, items = line, []
        elif line.startswith("- ") or (line and not items):
            items.append(line)
        elif items:
            items[-1] += f"\n{line}"
    yield Section(heading or "", tuple(each.rstrip() for each in items))


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """How much room each gets: what it wants, or an equal part of what the others leave."""
    shares = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    for left, number in zip(range(len(order), 0, -1), order, strict=True):
        shares[number] = min(wanted[number], max(room, 0) // left)
        room -= shares[number]
    return shares


def _kept(items: Sequence[str], room: int) -> list[str]:
    kept: dict[int, str] = {}
    for number in sorted(range(len(items)), key=lambda each: _urgency(items[each])):
        for form in (items[number], _first_line(items[number])):
            if size(form) + 1 <= room:
                kept[number] = form
                room -= size(form) + 1
                break
    left = len(items) - len(kept)
    return [kept[each] for each in sorted(kept)] + ([MORE.format(left, WHERE)] if left else [])


def _urgency(item: str) -> int:
    kind = re.match(r"- \*\*(\w+)\*\*", item)
    return URGENT.index(kind[1]) if kind and kind[1] in URGENT else len(URGENT)


def _first_line(item: str) -> str:
    first, *rest = item.split("\n")
    return f"{first}\n{TOO_LONG.format(WHERE)}" if rest else first


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comment on a report."""
    parser = argparse.ArgumentParser(prog="siemc.publish.comment", description=main.__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--about", default="rules")
    parser.add_argument("--check", action="append", default=[], metavar="COMMAND=CODE")
    found = parser.parse_args(arguments)
    checks = (each.split("=", 1) for each in found.check)
    report = found.report.read_text(encoding="utf-8", errors="replace")
    text = comment(report, found.about, {name: int(number) for name, number in checks})
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
