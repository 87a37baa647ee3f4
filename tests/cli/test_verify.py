"""``siemc verify``: what is said of a query that someone has changed by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import GOOD, RULES, TELEGRAM, TYPO, Run, process

Siemc = Callable[..., Run]

SCHEMAS = {
    "spl": "splunk-sysmon",
    "kql": "ecs-caseless",
    "lucene": "agent-windows",
    "dsl": "agent-windows",
}
FIREFOX = r'"C:\\Program Files\\Mozilla Firefox\\firefox.exe"'
SAFARI = {
    "spl": r', "*\\safari.exe"',
    "kql": r" or *\\safari.exe",
    "lucene": r" OR *\\safari.exe",
    "dsl": r',{"wildcard":{"process.executable.caseless":{"value":"*\\\\safari.exe"}}}',
}
ONE_FIREFOX = {
    "spl": f", {FIREFOX}",
    "kql": f" or {FIREFOX}",
    "lucene": f" OR {FIREFOX}",
    "dsl": f",{FIREFOX}",
}
IMAGE = {"spl": "Image"}
HERE = 'source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode=1 '


def compiled(siemc: Siemc, target: str) -> str:
    run = siemc("compile", TELEGRAM, "-t", target, "-s", SCHEMAS[target])
    assert run.code == 0
    return run.out


def judged(siemc: Siemc, text: str, target: str, *more: str) -> Run:
    Path("query").write_text(text, encoding="utf-8")
    where = ("-l", target, "-s", SCHEMAS[target])
    return siemc("verify", TELEGRAM, "--query", "query", *where, *more)


@pytest.mark.parametrize("target", SCHEMAS)
def test_a_compiled_query_is_exact_and_exits_0(siemc: Siemc, target: str) -> None:
    run = judged(siemc, compiled(siemc, target) + "\n", target)
    assert (run.code, run.err) == (0, "")
    assert "exact: the query matches what the rule matches" in run.out


@pytest.mark.parametrize("target", SCHEMAS)
def test_a_dropped_filter_is_named_alone_with_its_event(siemc: Siemc, target: str) -> None:
    text = compiled(siemc, target)
    assert text.count(SAFARI[target]) == 1
    run = judged(siemc, text.replace(SAFARI[target], ""), target, "--format", "json")
    found = run.object()
    assert (run.code, found["verdict"]) == (1, "wider")
    assert (found["misses"], found["extra"]) == ("no", "yes")
    (lost,) = found["lost"]
    assert (lost["name"], lost["place"]) == ("filter_main_safari", None)
    assert lost["event"][IMAGE.get(target, "process.executable")].lower().endswith("\\safari.exe")


@pytest.mark.parametrize("target", SCHEMAS)
def test_a_dropped_value_is_named_by_its_place(siemc: Siemc, target: str) -> None:
    text = compiled(siemc, target)
    assert text.count(ONE_FIREFOX[target]) == 1
    run = judged(siemc, text.replace(ONE_FIREFOX[target], ""), target, "--format", "json")
    (lost,) = run.object()["lost"]
    assert (run.code, lost["name"]) == (1, "filter_main_firefox")
    assert lost["place"] == "detection.filter_main_firefox.Image[0]"
    image = lost["event"][IMAGE.get(target, "process.executable")]
    assert image.lower() == r"c:\program files\mozilla firefox\firefox.exe"


def test_a_wider_scope_loses_no_exclusion(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").partition("EventCode=3 ")[2]
    run = judged(siemc, text, "spl")
    assert run.code == 1
    assert "wider: " in run.out
    assert "lost exclusion" not in run.out


def test_another_index_is_shown_as_what_refuses_the_event(siemc: Siemc) -> None:
    run = judged(siemc, "index=wineventlog " + compiled(siemc, "spl"), "spl")
    assert run.code == 1
    assert "refused by characters 1 to 17: index=wineventlog" in run.out


def test_the_place_that_refuses_is_a_span_of_the_text(siemc: Siemc) -> None:
    text = f"{compiled(siemc, 'spl').rstrip()} index=main"
    found = judged(siemc, text, "spl", "--format", "json").object()
    assert found["verdict"] == "narrower"
    assert [text[start:end] for start, end in found["refusing"]] == ["index=main"]


def test_markdown_has_the_event_in_a_code_block(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").replace(SAFARI["spl"], "")
    run = judged(siemc, text, "spl", "--format", "markdown")
    assert run.out.startswith("### Suspicious Non-Browser")
    assert "```json\n{" in run.out
    assert "- lost exclusion: filter_main_safari" in run.out


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "1:1: error SC311"),
        (b"\xff\xfe", "not UTF-8 (byte 1)"),
        (b"a=b\0", "q.spl:1:4: error SC311"),
        (b"Image=a\nOR OR", "q.spl:2:"),
        (b"(" * 100_000, "error SC311"),
        (b'a="', "error SC311"),
    ],
    ids=["empty", "binary", "nul", "second line", "deep", "open quote"],
)
def test_what_is_no_query_is_2_with_its_place(siemc: Siemc, data: bytes, said: str) -> None:
    Path("q.spl").write_bytes(data)
    run = siemc("verify", "good.yml", "--query", "q.spl")
    assert (run.code, run.out) == (2, "")
    assert said in run.err


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("spl", "Image=a | stats count by Image"),
        ("kql", "process.name: (a or"),
        ("lucene", "process.name:(a"),
        ("lucene", ""),
        ("dsl", '{"term": {"a": }}'),
        ("dsl", "[]"),
        ("dsl", "\ufffd"),
    ],
)
def test_what_is_no_query_of_its_language_is_2(siemc: Siemc, target: str, text: str) -> None:
    run = judged(siemc, text, target)
    assert (run.code, run.out) == (2, "")
    assert "query:1:" in run.err
    assert "error SC311: " in run.err


def test_a_wrong_file_or_language_is_2(siemc: Siemc) -> None:
    Path("q.spl").write_text(HERE)
    Path("q.txt").write_text(HERE)
    Path("two.yml").write_text(f"{GOOD}\n---\n{GOOD.replace('1111-4', '1112-4')}")
    for args, said in [
        (["good.yml", "--query", "none.spl"], "cannot be read"),
        (["good.yml", "--query", ".", "-l", "spl"], "cannot be read"),
        (["good.yml", "--query", "q.txt"], "In which language"),
        (["good.yml", "--query", "q.spl", "-l", "sql"], "There is no language sql"),
        (["none.yml", "--query", "q.spl"], "error SC"),
        (["two.yml", "--query", "q.spl"], "holds 2 rules"),
        ([str(RULES), "--query", "q.spl"], "rules; one is wanted"),
    ]:
        run = siemc("verify", *args)
        assert (run.code, run.out) == (2, ""), args
        assert said in run.err, args


def test_a_query_of_another_scope_is_told_to_be_the_rule_without_it(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").partition("EventCode=3 ")[2]
    run = judged(siemc, f"index=wineventlog EventCode=3 {text}", "spl")
    assert run.code == 1
    assert "without the rule's source and index=wineventlog it is exact: " in run.out
    assert "the rule also asks for source (added by its mapping)" in run.out
    assert "lost exclusion" not in run.out


def test_a_macro_leaves_it_open_but_the_rest_is_judged(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").partition("EventCode=3 ")[2]
    run = judged(siemc, f"`sysmon` EventCode=3 {text}", "spl", "--format", "json")
    found = run.object()
    assert (run.code, found["verdict"], found["apart"]["verdict"]) == (3, "unknown", "exact")
    assert found["apart"]["spans"] == [[0, 8]]
    assert (found["apart"]["fields"], found["opaque"]) == (["source"], ["`sysmon`"])


def test_a_lost_exclusion_is_named_behind_a_macro_too(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").replace(SAFARI["spl"], "").partition("EventCode=3 ")[2]
    run = judged(siemc, f"`sysmon` {text}", "spl")
    assert run.code == 3
    said = "if what is not understood lets it through:\n  lost exclusion: filter_main_safari\n"
    assert said in run.out
    assert run.out.count("lost exclusion") == 1


def test_a_lost_exclusion_is_named_in_another_scope_too(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").replace(SAFARI["spl"], "").partition("EventCode=3 ")[2]
    found = judged(siemc, f"index=main {text}", "spl", "--format", "json").object()
    assert [each["name"] for each in found["lost"]] == ["filter_main_safari"]
    assert found["apart"]["verdict"] == "wider"


def test_a_wider_selection_loses_no_exclusion_and_is_named(siemc: Siemc) -> None:
    text = compiled(siemc, "spl").replace("*api.telegram.org*", "*telegram*")
    found = judged(siemc, text, "spl", "--format", "json").object()
    assert (found["verdict"], found["lost"], found["apart"]) == ("wider", [], None)
    assert found["unasked"] == [
        {
            "field": "DestinationHostname",
            "place": "detection.selection.DestinationHostname|contains",
        }
    ]


def test_the_pretty_layout_with_windows_line_ends_is_read_with_its_lines(siemc: Siemc) -> None:
    pretty = siemc("compile", TELEGRAM, "-t", "spl", "--pretty").out.rstrip("\n")
    assert judged(siemc, pretty.replace("\n", "\r\n") + "\r\n\r\n", "spl").code == 0
    run = judged(siemc, f"\n{pretty}\n  User=admin\n", "spl")
    assert run.code == 1
    last = pretty.count("\n") + 3
    assert f"refused by line {last}, column 3: User=admin" in run.out


def test_an_event_and_a_title_do_not_move_the_cursor(siemc: Siemc) -> None:
    Path("rule.yml").write_text(GOOD.replace("Good", '"a\\e[2J<b>`_c_"'), encoding="utf-8")
    Path("q.kql").write_text('process.executable: "\x9b\u202ex"', encoding="utf-8")
    where = ("rule.yml", "--query", "q.kql", "-s", "kql=raw")
    text, markdown = siemc("verify", *where), siemc("verify", *where, "--format", "markdown")
    for run in (text, markdown):
        assert not any(sign in run.out for sign in "\x1b\x9b\u202e")
    assert "\\<b\\>" in markdown.out


@pytest.mark.parametrize("suffix", [".dsl", ".json", ".dsl.json", ".kql", ".lucene", ".spl"])
def test_the_suffix_tells_the_language(siemc: Siemc, suffix: str) -> None:
    target = "dsl" if suffix.endswith("json") else suffix[1:]
    Path(f"q{suffix}").write_text(compiled(siemc, target))
    where = ("--query", f"q{suffix}", "-s", SCHEMAS[target])
    assert siemc("verify", TELEGRAM, *where).code == 0


def test_the_query_comes_from_standard_input(folder: Path) -> None:
    args: list[str | Path] = ["verify", TELEGRAM, "--query", "-", "-l", "spl"]
    query = process(["compile", TELEGRAM, "-t", "spl"], folder).stdout
    assert process(args, folder, input=query).returncode == 0
    ended = process(args[:-2], folder, input=query)
    assert (ended.returncode, "In which language is the query?" in ended.stderr) == (2, True)


def test_a_rule_that_the_schema_cannot_hold_is_2(siemc: Siemc) -> None:
    Path("typo.yml").write_text(TYPO)
    Path("q.kql").write_text("process.executable: x")
    run = siemc("verify", "typo.yml", "--query", "q.kql", "-s", "winlogbeat-9")
    assert (run.code, run.out) == (2, "")
    assert "typo.yml:" in run.err


def test_a_broken_rule_is_2_with_its_place(siemc: Siemc) -> None:
    Path("broken.yml").write_text(GOOD.replace("endswith", "endwith"))
    Path("q.spl").write_text("Image=a")
    run = siemc("verify", "broken.yml", "--query", "q.spl")
    assert (run.code, run.out) == (2, "")
    assert "broken.yml:7:5: error SC017" in run.err


LISTS = {"spl": ("IN (", ", "), "kql": (": (", " or "), "lucene": (":(", " OR ")}


@pytest.mark.parametrize("target", LISTS)
def test_each_value_of_the_list_is_the_only_one_named_when_it_is_dropped(
    siemc: Siemc, target: str
) -> None:
    text, (opening, between) = compiled(siemc, target), LISTS[target]
    start = text.index(opening) + len(opening)
    # the list ends where its last value, the filter for Whale, does
    end = text.index("whale.exe") + len("whale.exe") + (1 if target == "spl" else 0)
    values = text[start:end].split(between)
    assert len(values) == 17
    named = set()
    for i in range(len(values)):
        rest = between.join(values[:i] + values[i + 1 :])
        run = judged(siemc, text[:start] + rest + text[end:], target, "--format", "json")
        (lost,) = run.object()["lost"]
        event = str(lost["event"][IMAGE.get(target, "process.executable")]).lower()
        plain = values[i].replace('"', "").replace("\\\\", "\0").replace("\\", "")
        # the words of the value, whatever the language escapes between them
        words = plain.replace("\0", "\\").lower().strip("*").split("\\")
        assert all(word in event for word in words), (values[i], event)
        named.add((lost["name"], lost["place"]))
    assert len(named) == len(values)
