"""The encoding modifiers, against values worked out by hand and against Python's base64."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigma.types import Placeholder, SpecialChars

from siemc.encode import EncodeError, encode

RUN, ONE = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE


def parts(text: str, chain: str) -> list[list[object]]:
    return [list(value.s) for value in encode(text, chain.split("|"))]


@pytest.mark.parametrize(
    ("text", "chain", "expected"),
    [
        ("foobar", "base64", "Zm9vYmFy"),  # RFC 4648, section 10
        ("fooba", "base64", "Zm9vYmE="),  # RFC 4648, section 10
        (r"a\*b", "base64", "YSpi"),  # 61 2a 62: the backslash is an escape, not a letter
        (r"a\\", "base64", "YVw="),  # 61 5c: two backslashes are one
        ("a", "wide|base64", "YQA="),  # 61 00
        ("a", "utf16le|base64", "YQA="),
        ("a", "utf16be|base64", "AGE="),  # 00 61
        ("a", "utf16|base64", "//5hAA=="),  # ff fe 61 00
        ("\u00e9", "base64", "w6k="),  # c3 a9
        ("\u00e9", "wide|base64", "6QA="),  # e9 00
        ("\U0001f600", "wide|base64", "PdgA3g=="),  # 3d d8 00 de
    ],
)
def test_bytes_of_base64(text: str, chain: str, expected: str) -> None:
    assert parts(text, chain) == [[expected]]


@given(
    st.text(min_size=1, max_size=12).filter(lambda s: not set(s) & set("*?\\")),
    st.binary(max_size=5),
    st.binary(max_size=5),
    st.sampled_from([("", "utf-8"), ("wide|", "utf-16-le"), ("utf16be|", "utf-16-be")]),
)
def test_an_offset_is_found_at_its_alignment_whatever_is_around_it(
    text: str, before: bytes, after: bytes, coding: tuple[str, str]
) -> None:
    data = text.encode(coding[1])
    value = parts(text, coding[0] + "base64offset")[len(before) % 3]
    whole = b64encode(before + data + after).decode()
    assert "".join(map(str, value)) in whole


@given(st.text(min_size=1, max_size=12).filter(lambda s: not set(s) & set("*?\\")))
def test_an_offset_keeps_every_character_that_is_certain(text: str) -> None:
    size = len(text.encode("utf-8"))
    lengths = [sum(map(len, map(str, value))) for value in parts(text, "base64offset")]
    # 6 bits a character; the first characters hold bits of what stands before.
    assert lengths == [size * 8 // 6, (size + 1) * 8 // 6 - 2, (size + 2) * 8 // 6 - 3]


def test_offset_after_utf16_encodes_the_mark_as_two_bytes() -> None:
    assert parts("a", "utf16|base64offset")[0] == ["//5hA"]  # of //5hAA==, the last is uncertain


def test_affixes_go_around_each_variant() -> None:
    assert parts("foobar", "base64offset|contains")[0] == [RUN, "Zm9vYmFy", RUN]
    assert parts("a*", "contains") == [[RUN, "a", RUN]]
    assert parts("a", "startswith") == [["a", RUN]]
    assert parts("a", "endswith") == [[RUN, "a"]]
    assert parts("", "contains") == [[RUN]]


def test_a_wide_text_without_base64_has_nul_characters() -> None:
    assert parts("ab", "wide") == [["a\0b\0"]]
    assert parts("ab", "utf16be") == [["\0a\0b"]]
    assert parts("a*", "wide") == [["a\0", RUN]]
    assert parts("ab", "utf16") == [["\ufeffa\0b\0"]]


def test_windash_exchanges_every_option_dash() -> None:
    assert parts(" -x", "windash") == [[f" {dash}x"] for dash in "-/\u2013\u2014\u2015"]
    assert len(parts("-a /b", "windash")) == 25
    assert parts("/x", "windash") == [[f"{dash}x"] for dash in "-/\u2013\u2014\u2015"]
    assert parts("\u2013x", "windash") == parts("-x", "windash")


def test_windash_leaves_dashes_inside_words_alone() -> None:
    assert parts("a-b c- 1/2", "windash") == [["a-b c- 1/2"]]
    assert parts("*-x?", "windash")[1] == [RUN, "/x", ONE]


def test_expand_marks_placeholders() -> None:
    assert parts("%users%", "expand") == [[Placeholder("users")]]
    assert parts(r"a%b%c\%d%", "expand") == [["a", Placeholder("b"), "c%d%"]]
    assert parts("50% of %users%", "expand") == [["50% of ", Placeholder("users")]]
    assert parts("*%a%", "expand|contains") == [[RUN, Placeholder("a"), RUN]]
    assert parts("100%", "expand") == [["100%"]]


def test_modifiers_apply_in_their_order() -> None:
    assert parts("-a", "windash|base64") == [
        [b64encode(f"{dash}a".encode()).decode()] for dash in "-/\u2013\u2014\u2015"
    ]
    assert parts("-a", "base64|windash") == [["LWE="]]


@pytest.mark.parametrize(
    ("text", "chain", "message"),
    [
        ("a*b", "base64", "'base64' cannot encode a value with wildcards."),
        ("a?", "wide|base64", "'base64' cannot encode a value with wildcards."),
        ("a", "contains|base64offset", "'base64offset' cannot encode a value with wildcards."),
        ("%a%", "expand|base64", "'base64' cannot encode the placeholder %a%."),
        ("\u00e9", "wide", "A UTF-16 value with letters outside ASCII is no text."),
        (
            "-a -b -c -d -e -f",
            "windash",
            "'windash' would exchange 6 dashes in one value; five are the limit.",
        ),
        (
            "-a -b -c -d -e",
            "windash|base64offset",
            "'base64offset' makes more than 3125 values of this one.",
        ),
    ],
)
def test_what_cannot_be_encoded_says_why(text: str, chain: str, message: str) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(text, chain.split("|"))
    assert caught.value.message == message
    assert caught.value.hint


@given(
    st.text(max_size=8),
    st.lists(
        st.sampled_from(
            [
                "wide",
                "utf16",
                "utf16be",
                "base64",
                "base64offset",
                "windash",
                "expand",
                "contains",
                "endswith",
            ]
        ),
        max_size=4,
    ),
)
def test_any_text_is_encoded_or_refused(text: str, chain: list[str]) -> None:
    try:
        found = [str(value) for value in encode(text, chain)]
    except EncodeError as error:
        found = [error.message]
    assert found
