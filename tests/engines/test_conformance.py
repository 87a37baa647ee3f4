"""The page about the recorded trials: it is what was recorded, and nothing is open."""

from __future__ import annotations

import yaml

from bench import conformance

RECORDED = conformance.recorded()


def test_the_page_is_current() -> None:
    assert conformance.PAGE.read_text(encoding="utf-8") == conformance.page(RECORDED)


def test_every_trial_is_recorded_without_a_disagreement() -> None:
    assert set(RECORDED) == set(conformance.TRIALS)
    for recorded in RECORDED.values():
        assert all(each["disagreements"] == [] for each in recorded["tallies"])


def test_each_language_has_as_many_random_pairs_as_were_promised() -> None:
    languages: dict[str, int] = {}
    for each in RECORDED["random"]["tallies"]:
        language = each["language"].split()[0]
        languages[language] = languages.get(language, 0) + each["pairs"]
    assert set(languages) == {"lucene", "dsl", "kql"}
    assert min(languages.values()) >= 200_000


def test_what_was_found_names_a_test_that_is_there() -> None:
    entries = yaml.safe_load(conformance.FOUND.read_text(encoding="utf-8"))
    assert all((conformance.ROOT / each["test"]).is_file() for each in entries)


def test_every_schema_is_tried() -> None:
    tried = {each["trial"].rpartition(", ")[2] for each in RECORDED["rules"]["tallies"]}
    assert tried == set(conformance.PROFILES)
