"""``siemc equiv``: two queries, of one language or of two."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import Run, process

Siemc = Callable[..., Run]


def test_order_and_case_make_no_difference_in_splunk(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a User=b")
    Path("b.spl").write_text("User=B (Image=A)\n")
    run = siemc("equiv", "a.spl", "b.spl")
    assert run.code == 0
    assert run.out.startswith("a.spl and b.spl: equal: ")


def test_the_wider_one_is_told_with_an_event_that_only_it_matches(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a User=b")
    Path("b.spl").write_text("Image=a")
    found = siemc("equiv", "a.spl", "b.spl", "--format", "json").object()
    assert (found["verdict"], found["misses"], found["extra"]) == ("wider", "no", "yes")
    (witness,) = found["witnesses"]
    assert (witness["first"], witness["second"]) == (False, True)
    assert witness["event"]["Image"].lower() == "a"
    assert siemc("equiv", "a.spl", "b.spl").code == 1


def test_two_languages_on_one_schema(siemc: Siemc) -> None:
    Path("a.kql").write_text("event.code: 1 and not user.name: x")
    Path("b.lucene").write_text("event.code:1 AND NOT user.name:x")
    run = siemc("equiv", "a.kql", "b.lucene", "-s", "winlogbeat-9")
    assert run.code == 0, run.out + run.err


def test_a_broken_query_is_2_with_its_name_and_place(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a")
    Path("b.spl").write_text("Image=a (")
    run = siemc("equiv", "a.spl", "b.spl")
    assert (run.code, run.out) == (2, "")
    assert "b.spl:1:" in run.err


def test_platforms_with_no_field_in_common_are_not_compared(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a")
    Path("b.kql").write_text("process.executable: a")
    run = siemc("equiv", "a.spl", "b.kql")
    assert (run.code, run.out) == (2, "")
    assert "Image is one of a.spl, process.executable of b.kql" in run.err


def test_platforms_with_the_same_field_names_are_compared(siemc: Siemc) -> None:
    Path("a.spl").write_text(r'Image="*\\evil.exe" NOT User=x')
    Path("b.kql").write_text(r"Image: *\\evil.exe and not User: x")
    run = siemc("equiv", "a.spl", "b.kql", "-s", "raw")
    assert run.code == 0, run.out + run.err


def test_an_event_tells_two_platforms_apart(siemc: Siemc) -> None:
    Path("a.kql").write_text("Image: *cmd.exe and not User: system")
    Path("b.spl").write_text("Image=*cmd.exe")
    run = siemc("equiv", "a.kql", "b.spl", "-s", "raw", "--format", "json")
    (witness,) = run.object()["witnesses"]
    assert (run.code, witness["first"], witness["second"]) == (1, False, True)
    assert witness["event"]["User"].lower() == "system"


def test_a_field_of_one_schema_is_not_absent_because_the_other_lacks_it(siemc: Siemc) -> None:
    Path("a.kql").write_text("event.code: 1")
    Path("b.lucene").write_text("event.code:1 AND NOT process.Ext.effective_parent.name:x")
    schemas = ("-s", "kql=winlogbeat-9", "-s", "lucene=defend")
    found = siemc("equiv", "a.kql", "b.lucene", *schemas, "--format", "json").object()
    assert found["verdict"] == "narrower"


def test_what_half_of_is_settled_is_a_difference(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a")
    Path("b.spl").write_text("Image=a User=b `macro`")
    run = siemc("equiv", "a.spl", "b.spl")
    assert run.code == 1
    assert "matched by a.spl alone:" in run.out


def test_a_text_that_is_not_understood_is_3_and_named(siemc: Siemc) -> None:
    Path("a.spl").write_text("Image=a")
    Path("b.spl").write_text("`macro` Image=a")
    run = siemc("equiv", "a.spl", "b.spl")
    assert run.code == 3
    assert "unknown: it rests on a text" in run.out
    assert "`macro`" in run.out
    assert siemc("equiv", "b.spl", "b.spl").code == 0


def test_only_one_comes_from_standard_input_and_two_languages_are_enough(siemc: Siemc) -> None:
    Path("a.spl").write_text("a=b")
    for args in (["-", "-", "-l", "spl"], ["a.spl", "a.spl", *(["-l", "spl"] * 3)]):
        run = siemc("equiv", *args)
        assert (run.code, run.out) == (2, "")


@pytest.mark.parametrize(
    ("language", "text"),
    [("kql", "event.code: 1 and not host.nmae: x"), ("lucene", "event.code:1 AND NOT host.nmae:x")],
)
def test_a_field_that_the_schema_lacks_is_named_with_its_place(
    siemc: Siemc, language: str, text: str
) -> None:
    Path(f"a.{language}").write_text(text)
    Path(f"b.{language}").write_text("event.code:1")
    run = siemc("equiv", f"a.{language}", f"b.{language}", "-s", "winlogbeat-9")
    assert f"a.{language}:1:{text.index('host') + 1}: warning SC312: " in run.err
    assert "Did you mean host.name?" in run.err
    assert "rests on SA16" in run.out


@pytest.mark.parametrize("name", ["_index", "_id", "_ignored"])
def test_what_is_about_the_document_is_not_read(siemc: Siemc, name: str) -> None:
    Path("a.lucene").write_text(f"event.code:1 AND NOT {name}:x")
    Path("b.lucene").write_text("event.code:1")
    assert siemc("equiv", "a.lucene", "b.lucene", "-s", "winlogbeat-9").code == 2


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("destination.port:{443 TO 445}", "destination.port:444"),
        ("destination.port:[443 TO 444]", "destination.port:(443 OR 444)"),
    ],
)
def test_two_bounds_are_asked_of_one_value(siemc: Siemc, text: str, other: str) -> None:
    Path("a.lucene").write_text(text)
    Path("b.lucene").write_text(other)
    run = siemc("equiv", "a.lucene", "b.lucene", "-s", "winlogbeat-9")
    assert (run.code, "rests on SA13" in run.out) == (0, True)


def test_no_event_breaks_the_assumption_that_a_field_has_one_value(siemc: Siemc) -> None:
    Path("a.spl").write_text("x=1 | where a=1")
    Path("b.spl").write_text("x=1 a=2")
    found = siemc("equiv", "a.spl", "b.spl", "--format", "json").object()
    assert found["verdict"] == "different"
    values = [each for w in found["witnesses"] for each in w["event"].values()]
    assert values
    assert not [each for each in values if isinstance(each, list)]


@pytest.mark.parametrize("size", [1, 20_000])
def test_the_code_is_the_answer_where_nobody_reads_it(folder: Path, size: int) -> None:
    Path("a.spl").write_text("Image=a")
    Path("b.spl").write_text("Image IN (" + ", ".join(f"b{n}" for n in range(size)) + ")")
    reading, writing = os.pipe()
    os.close(reading)
    done = process(["equiv", "a.spl", "b.spl", "--format", "json"], folder, stdout=writing)
    os.close(writing)
    assert done.returncode == 1
    assert not done.stderr


def test_the_place_is_where_the_field_is_tested(siemc: Siemc) -> None:
    text = 'event.code:"host.nmae"\nAND NOT (user.name:x AND host.nmae:y)'
    Path("a.lucene").write_text(text)
    Path("b.lucene").write_text("event.code:1")
    run = siemc("equiv", "a.lucene", "b.lucene", "-s", "winlogbeat-9")
    assert "a.lucene:2:26: warning SC312: " in run.err
