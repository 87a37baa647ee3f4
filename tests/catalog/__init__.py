"""What the tests of the catalogue share: rules, sites made of them, and a reader of their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from siemc.catalog.catalogue import Catalogue, catalogue
from siemc.catalog.entries import Entry
from siemc.catalog.site import build
from siemc.compiler import Compiler, Options
from siemc.load import load

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"
VOID = {"meta", "link", "input", "br", "img", "hr"}

HOSTILE = r"""
title: '<script>alert(1)</script> &lt;b&gt; </textarea>"''><img src=x onerror=alert(2)>{{ 7 * 7 }}'
id: 'x" onmouseover="alert(3)'
status: test
level: high
author: '"><script>alert(4)</script>, O''Neill & Sons'
description: |
  </title><script>alert(5)</script>

  {% raw %} &amp; </style>
references:
  - javascript:alert(6)
  - JaVaScRiPt:alert(7)
  - data:text/html,<script>alert(8)</script>
  - https://example.org/"onmouseover="alert(9)
  - https://example.org/?a=1&b=2
  - "http://["
falsepositives:
  - <iframe src="https://example.org">
tags:
  - attack.execution
  - attack.t1059.001
  - attack.s"><b>
logsource:
  category: '"><svg onload=alert(10)>'
detection:
  selection:
    'Im"age<b>|endswith': '</code></pre></script><script>alert(11)</script>'
    CommandLine|contains:
      - '${alert(12)}'
      - "\u202Egpj.exe\u0007"
  filter:
    Image: 'C:\a&b''"<c>.exe'
  condition: selection and not filter
"""


def rule(title: str, **parts: str) -> str:
    """A rule: ``id``, ``tags``, ``selection``, ``filter`` and ``category`` can be given."""
    lines = [f"title: {title}", *([f"id: {parts['id']}"] if "id" in parts else [])]
    lines += ["level: medium", "status: test", f"tags: [{parts.get('tags', '')}]"]
    category = parts.get("category", "process_creation")
    lines += [f"logsource: {{product: windows, category: {category}}}", "detection:"]
    lines += ["  selection: " + parts.get("selection", r"{Image|endswith: '\evil.exe'}")]
    if "filter" in parts:
        lines += ["  filter: " + parts["filter"]]
    lines += [f"  condition: selection{' and not filter' if 'filter' in parts else ''}"]
    return "\n".join(lines) + "\n"


def write_rules(folder: Path, rules: Mapping[str, str]) -> Path:
    """A folder of these rules, by their files' names."""
    for name, text in rules.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def compiler() -> Compiler:
    """A compiler for a single target."""
    return Compiler(Options(targets=("spl",)))


def made(folder: Path) -> Catalogue:
    """The catalogue of the rules in a folder."""
    return catalogue(load([folder]), [str(folder)], compiler(), lambda: None)


def entries(folder: Path, rules: Mapping[str, str]) -> dict[str, Entry]:
    """The entries of these rules by their titles."""
    return {each.title: each for each in made(write_rules(folder, rules)).entries}


def site(rules: Path, folder: Path) -> Path:
    """A site of the rules in a folder."""
    build(load([rules]), [str(rules)], compiler(), folder, lambda: None)
    return folder


@dataclass
class Element:
    """An element with its text, that of the elements in it included."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""

    def has_class(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()


@dataclass
class Document(HTMLParser):
    """A page as a browser reads it: elements and text."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> in {self._open[-1]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data

    def all(self, tag: str) -> Iterator[Element]:
        return (each for each in self.elements if each.tag == tag)

    def by_id(self, id_: str) -> Element:
        (found,) = [each for each in self.elements if each.attributes.get("id") == id_]
        return found


def parse(text: str) -> Document:
    """The page; every element but the optional ones must be closed where it was opened."""
    found = Document()
    found.feed(text)
    found.close()
    assert not found._open
    return found
