"""Splunk's configuration files: what is written is read again, and no value is another line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.publish.conffile import ConfError, Stray, read_conf, write_stanza
from siemc.publish.texts import one_line, slug, stanza_title, without_tokens

WILD = st.text(
    st.sampled_from('ab\\\n\r\t[]#=$`"| \u2028\x0b\x85\x00\u202e') | st.characters(), max_size=30
)


def test_a_value_of_several_lines_goes_on_after_a_backslash() -> None:
    text = write_stanza("a b", {"search": "index=x\n| where y", "disabled": "1"})
    assert text == "[a b]\nsearch = index=x \\\n| where y\ndisabled = 1\n"
    (stanza,), strays = read_conf(text)
    assert not strays
    assert stanza.get("search") == "index=x\n| where y"
    assert [each.line for each in stanza.settings] == [2, 4]


@pytest.mark.parametrize("value", ["a\\", "a\\\nb", "a\\ ", "a\\\t\nb", "a\x00b", "a\u202eb"])
def test_a_value_that_would_swallow_or_hide_a_line_is_refused(value: str) -> None:
    with pytest.raises(ConfError):
        write_stanza("name", {"key": value})


@pytest.mark.parametrize("name", ["", " a", "a]", "[a", "a\nb", "a\x00", "a\u2028b"])
def test_a_name_that_ends_its_header_is_refused(name: str) -> None:
    with pytest.raises(ConfError):
        write_stanza(name, {})


@pytest.mark.parametrize("key", ["", "a b", "a=b", "[a]", "a\nb", "#a"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ConfError):
        write_stanza("name", {key: "x"})


@given(WILD, WILD)
def test_whatever_is_written_is_read_again_as_one_setting(first: str, second: str) -> None:
    try:
        text = write_stanza("name", {"one": first, "two": second, "three": "end"})
    except ConfError:
        return
    stanzas, strays = read_conf(text)
    assert not strays
    (stanza,) = stanzas
    assert [each.key for each in stanza.settings] == ["one", "two", "three"]
    assert stanza.get("three") == "end"


@given(WILD)
def test_a_text_on_one_line_can_always_be_a_value(text: str) -> None:
    for made in (one_line(text), without_tokens(text)):
        stanzas, strays = read_conf(write_stanza("name", {"key": made, "next": "x"}))
        assert not strays
        assert [s.get("key") for s in stanzas] == [made.strip()]
        assert [s.get("next") for s in stanzas] == ["x"]
    assert "$" not in without_tokens(text)


@given(WILD)
def test_a_title_can_always_be_the_name_of_a_stanza(text: str) -> None:
    name = f"App - {stanza_title(text) or 'x'} - Rule"
    stanzas, strays = read_conf(write_stanza(name, {"key": "x"}))
    assert not strays
    assert [each.name for each in stanzas] == [name]
    assert not set('[]\\`$"|*') & set(name)


@given(WILD)
def test_a_slug_is_a_name_of_a_macro(text: str) -> None:
    assert slug(text).replace("_", "a").isalnum()
    assert slug(text).isascii()
    assert len(slug(text)) <= 80


def test_what_is_no_setting_is_told_with_its_line() -> None:
    text = "# comment \\\n[a]\nkey = 1\nnonsense\n[open\nkey = 2\n"
    stanzas, strays = read_conf(text)
    assert [(each.name, each.line) for each in stanzas] == [("a", 2)]
    assert strays == [Stray("nonsense", 4), Stray("[open", 5)]
    assert stanzas[0].get("key") == "2"  # the last one, as Splunk takes it


def test_what_stands_before_the_first_header_is_the_default() -> None:
    stanzas, _ = read_conf("\ufeffa = 1\r\n[b]\r\nc = 2\r\n")
    assert [(each.name, each.get("a"), each.get("c")) for each in stanzas] == [
        ("default", "1", None),
        ("b", None, "2"),
    ]
