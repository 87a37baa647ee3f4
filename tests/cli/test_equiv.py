"""``siemc equiv``: two queries, of one language or of two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli import Run

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
