"""What a rule says stays text, on every page, whatever it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from siemc.catalog.templating import is_web
from siemc.explain.html import page_html, tree_html
from siemc.explain.page import explain
from siemc.load import load
from tests.catalog import HOSTILE, Document, compiler, parse, rule, site, write_rules

ALERT = "<script>alert(1)</script> &lt;b&gt; </textarea>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"
SCRIPTS = {"page.js", "index.js", "filter.js", "search-data.js"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rules = {
        'a"b<c>.yml': HOSTILE,
        "twin.yml": HOSTILE.replace("</textarea>", "twin"),
        "broken.yml": "title: '<script>alert(13)</script>'\ndetection: [unfinished\n",
        "worse.yml": HOSTILE.replace("|endswith", "|<script>alert(14)</script>"),
    }
    root = write_rules(tmp_path_factory.mktemp("rules"), rules)
    return site(root, tmp_path_factory.mktemp("out") / "site")


def documents(folder: Path) -> dict[str, Document]:
    return {
        path.relative_to(folder).as_posix(): parse(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def test_every_kind_of_page_is_looked_at(folder: Path) -> None:
    found = documents(folder)
    assert {"index.html", "attack.html", "indicators.html", "exclusions.html"} <= found.keys()
    assert "problems.html" in found
    assert sum(name.startswith("rule/") for name in found) == 2


def test_nothing_that_runs_comes_from_a_rule(folder: Path) -> None:
    for name, document in documents(folder).items():
        for element in document.elements:
            assert element.tag not in {"img", "iframe", "svg", "style", "object", "textarea"}, name
            assert not [key for key in element.attributes if key.startswith("on")], name
            assert "style" not in element.attributes, name
        for script in document.all("script"):
            assert (script.attributes["src"] or "").rsplit("/", 1)[-1] in SCRIPTS
            assert not script.text


def test_every_link_is_to_the_site_or_to_the_web(folder: Path) -> None:
    for name, document in documents(folder).items():
        page = folder / name
        for link in document.all("a"):
            href = link.attributes["href"] or ""
            parts = urlsplit(href)
            if parts.scheme:
                assert parts.scheme in {"http", "https"}
                assert link.attributes["rel"] == "noreferrer noopener"
            elif parts.path:
                assert (page.parent / unquote(parts.path)).is_file(), href


def test_anchors_on_other_pages_are_there(folder: Path) -> None:
    found = documents(folder)
    (name, page) = next(each for each in found.items() if each[0].startswith("rule/"))
    links = [each.attributes["href"] or "" for each in page.all("a")]
    shared = [href.partition("#")[2] for href in links if "indicators.html#" in href]
    assert shared, name
    for anchor in shared:
        assert found["indicators.html"].by_id(anchor).tag == "tr"


def test_the_texts_are_shown_as_they_are(folder: Path) -> None:
    found = documents(folder)
    titles = {next(page.all("h1")).text for name, page in found.items() if "rule/" in name}
    assert ALERT in titles
    index = found["index.html"].by_id("rules")
    assert ALERT in index.text
    shown = next(page for name, page in found.items() if "rule/" in name)
    body = shown.by_id("main").text
    for text in ("javascript:alert(6)", "</title><script>alert(5)</script>", "${alert(12)}"):
        assert text in body
    assert r"\u202egpj.exe\x07" in body


def test_no_page_has_an_invisible_character(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8").replace("\n", "")
        assert text.isprintable(), path


def test_each_page_states_a_strict_policy(folder: Path) -> None:
    for name, document in documents(folder).items():
        (policy,) = [
            each.attributes["content"] or ""
            for each in document.all("meta")
            if each.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';"), name
        assert "unsafe" not in policy


def test_the_search_data_is_one_constant(folder: Path) -> None:
    text = (folder / "assets" / "search-data.js").read_text(encoding="ascii")
    data = json.loads(re.fullmatch(r'"use strict";\nconst CATALOGUE = (.*);\n', text)[1])  # type: ignore[index]
    assert len(data["text"]) == 2


def test_a_page_by_itself_is_as_inert(tmp_path: Path) -> None:
    root = write_rules(tmp_path, {"a.yml": HOSTILE})
    page = explain(load([root]).rules[0], compiler())
    for text in (page_html(page), tree_html(page)):
        document = parse(text)
        (script,) = document.all("script")
        assert "alert" not in script.text
        assert not [each for each in document.elements if "onmouseover" in each.attributes]
        assert not list(document.all("img"))


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a?b=c&d", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("//example.org", False),
        ("https:example.org", False),
        ("http://[", False),
        ("https://example.org/\u202egpj", False),
        ("java\tscript:alert(1)", False),
        ("ftp://example.org", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_links(url: str, is_link: bool) -> None:
    assert is_web(url) is is_link


def test_a_condition_as_deep_as_there_is_has_a_page(tmp_path: Path) -> None:
    condition = "a"
    for each in range(48):
        condition = f"({'a and' if each % 2 else 'b or'} not {condition})"
    text = rule("Deep", selection="{Image: x}").replace("selection:", "a: {User: y}\n  b:")
    text = text.replace("condition: selection", f"condition: {condition}")
    folder = site(write_rules(tmp_path / "rules", {"a.yml": text}), tmp_path / "site")
    document = parse((folder / "rule" / "a.html").read_text(encoding="utf-8"))
    assert len(list(document.all("details"))) > 48
