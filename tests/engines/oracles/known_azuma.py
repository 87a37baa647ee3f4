"""Where azuma reads Sigma otherwise."""

from __future__ import annotations

from siemc.evaluate import Event
from tests.engines.oracles.azuma_ways import (
    UNKNOWN,
    counts_letters,
    encodes_an_escape,
    ends_in_a_line,
    has_a_plus,
    has_all_of_keywords,
    has_any_of,
    has_backslashes,
    has_bare_keyword,
    has_dash_in_a_word,
    has_hidden_names,
    has_mixed_list,
    has_no_end,
    has_odd_letters,
    has_two_nots,
    has_unicode_classes,
    is_another_case_of_base64,
    is_compared_as_it_is,
    is_keyword_in_a_map,
    is_no_address,
    is_no_number,
    is_not_at_the_start,
    is_whole_float,
    is_written_large,
    mixes_dashes,
)
from tests.engines.oracles.known import Example, Known, has, one
from tests.engines.oracles.known_sqlite import BASE64, UTF16, has_other_dashes, is_empty_null


def names(*found: str, condition: str, event: Event, right: bool, said: bool | None) -> Example:
    """An example of keyword lists, one for each name; the last word is the name's own."""
    lists = {name: [f"{name}1", f"{name}2"] for name in found}
    return Example({**lists, "condition": condition}, event, right, said)


KNOWN = (
    Known(
        "unknown modifiers",
        "azuma refuses them. Modifiers, Generic (`neq`), Time, Specific (`expand`, `fieldref`).",
        one("F|neq", "x", "y", True, None),
        leaf=lambda leaf, event: has(leaf, *UNKNOWN),
    ),
    Known(
        "an expression with all",
        "azuma takes no modifier beside `re` but its own. Modifiers, Generic: `all` links any "
        "list of values.",
        Example(
            {"selection": {"F|re|all": ["a", "b"]}, "condition": "selection"},
            {"F": ["ab"]},
            True,
            None,
        ),
        leaf=lambda leaf, event: has(leaf, "re") and has(leaf, "all"),
    ),
    Known(
        "keywords with modifiers",
        "azuma takes the empty name for a field's. Specification, Keywords search: `'|all':` asks "
        "for all of the keywords.",
        one("|contains", "word", "word", True, False),
        leaf=is_keyword_in_a_map,
    ),
    Known(
        "UTF-16 without Base64",
        "azuma refuses it. Modifiers, Encoding: each is a modifier of its own.",
        one("F|wide", "cmd", "c\0m\0d\0", True, None),
        leaf=lambda leaf, event: has(leaf, *UTF16) and not has(leaf, *BASE64),
    ),
    Known(
        "a value compared as it is",
        "azuma compares the text of its own expression with the value's, where the value is empty "
        "or ends in an escape. Specification, Special Field Values: `''` is the empty value; "
        "Escaping: a backslash before another character is plain.",
        one("F", "", "", True, False),
        leaf=is_compared_as_it_is,
    ),
    Known(
        "backslashes in a row",
        "azuma reads each as one. Specification, Escaping: three or four backslashes are handled "
        "as double backslash, two as one.",
        one("F", "a\\\\bc", "a\\bc", True, False),
        leaf=has_backslashes,
    ),
    Known(
        "no end",
        "With a modifier that says nothing of the place (`cased`, `all`, `base64`, `windash`) "
        "azuma asks for the start of a value. Modifiers, Generic: only `startswith` does.",
        one("F|cased", "ab", "abc", False, True),
        leaf=has_no_end,
    ),
    Known(
        "a line's end",
        "azuma's `$` is true before a last line break too. Specification, String Wildcard: a value "
        "without one is the whole.",
        one("F", "ab", "ab\n", False, True),
        leaf=ends_in_a_line,
    ),
    Known(
        "expressions at the start",
        "azuma looks at the start of a value, but with `m`. Modifiers, Regular Expression: PCRE, "
        "with `^` for an anchor.",
        one("F|re", "b", "ab", True, False),
        leaf=is_not_at_the_start,
    ),
    Known(
        "classes of Unicode",
        "azuma's `\\w` has letters beyond ASCII. Modifiers, Regular Expression: PCRE, where it has "
        "not unless asked.",
        one("F|re", "^\\w$", "é", False, True),
        leaf=has_unicode_classes,
    ),
    Known(
        "Base64 with case",
        "azuma compares it with case. Modifiers, Generic: without, unless `cased`.",
        one("F|base64|contains", "abc", "ywjj", True, False),
        leaf=is_another_case_of_base64,
    ),
    Known(
        "Base64 of an expression",
        "azuma encodes the value with the escapes of a regular expression. Modifiers, Encoding: "
        "the value is encoded.",
        one("F|base64|contains", "a b", "YSBi", True, False),
        leaf=encodes_an_escape,
    ),
    Known(
        "Base64 as an expression",
        "azuma reads the `+` of Base64 as a repetition. Modifiers, Encoding: it is a text.",
        one("F|utf16|base64offset|contains", "cmd", "77u/YwBtAGQA", False, True),
        leaf=has_a_plus,
    ),
    Known(
        "letters for bytes",
        "azuma counts the letters of a value where its bytes decide which end is cut. Modifiers, "
        "Encoding: the static part in the middle.",
        one("F|base64offset|contains", "éa", "w6x", False, True),
        leaf=counts_letters,
    ),
    Known(
        "dashes all alike",
        "azuma exchanges all dashes for the same. Modifiers, String: all possible permutations.",
        one("F|windash|contains", " -a -b", "x /a -b", True, False),
        leaf=mixes_dashes,
    ),
    Known(
        "dashes in words",
        "azuma exchanges a dash within a word too. Modifiers, String: the dashes of flags.",
        one("F|windash|contains", "a-b", "a/b", False, True),
        leaf=has_dash_in_a_word,
    ),
    Known(
        "the dashes of a rule",
        "azuma exchanges `-` and `/` only where a rule has them, and leaves other dashes as they "
        "are. Modifiers, String: the five characters are converted interchangeably.",
        one("F|windash|contains", "\u2013a", "-a", True, False),
        leaf=has_other_dashes,
    ),
    Known(
        "full case folding",
        "azuma's expressions fold by Unicode's full table. Specification, General: without case, "
        "and no table is named; docs/semantics.md names one.",
        one("F", "ß", "ss", False, True),
        leaf=has_odd_letters,
    ),
    Known(
        "null is no empty text",
        "To azuma an empty text is not null. Specification, Special Field Values, leaves it to the "
        "target; docs/semantics.md says that null holds of an empty value.",
        one("F", None, "", True, False),
        leaf=is_empty_null,
    ),
    Known(
        "a whole number with its point",
        "azuma has the text of Python, `4688.0`. docs/semantics.md: a number has one text form.",
        one("F", 4688, 4688.0, True, False),
        leaf=is_whole_float,
    ),
    Known(
        "a truth value in capitals",
        "azuma has the text of Python, `True`. docs/semantics.md: it is `true`.",
        one("F|cased|contains", "true", True, True, False),
        leaf=is_written_large,
    ),
    Known(
        "no address",
        "azuma fails on what is no address, and takes a number for one. Modifiers, IP: only on IP "
        "values; a field with another fails the test.",
        one("F|cidr", "10.0.0.0/8", "x", False, None),
        leaf=is_no_address,
    ),
    Known(
        "no number",
        "azuma fails on what is no number, or has Python's reading of it. Modifiers, Numeric: only "
        "on numeric values; a field with another fails the test.",
        one("F|gt", 5, "x", False, None),
        leaf=is_no_number,
    ),
    Known(
        "a bare keyword",
        "azuma refuses a search that is one text. Specification, Search-Identifier: lists and "
        "maps; docs/semantics.md takes a text for a list of one.",
        Example({"a": "x", "condition": "a"}, {"F": ["x"]}, True, None),
        rule=has_bare_keyword,
    ),
    Known(
        "maps among texts",
        "azuma takes a map in a list of texts for a text. Specification, Lists: maps and texts are "
        "linked with OR.",
        Example({"a": ["y", {"F": "x"}], "condition": "a"}, {"F": ["x"]}, True, False),
        rule=has_mixed_list,
    ),
    Known(
        "all of keywords",
        "`all of` makes azuma ask for all keywords of a list. Specification, Condition: search "
        "identifiers are linked with their default behaviour, lists with OR.",
        names("a", condition="all of them", event={"F": ["a1"]}, right=True, said=False),
        rule=has_all_of_keywords,
    ),
    Known(
        "hidden names",
        "azuma counts names that begin with an underscore. Specification, Condition: they are "
        "excluded from `them` and from patterns.",
        names("a", "_b", condition="1 of them", event={"F": ["_b1"]}, right=False, said=True),
        rule=has_hidden_names,
    ),
    Known(
        "any of",
        "azuma refuses `any of`, which is `1 of` to pySigma. Specification, Condition, has `1 of` "
        "and `all of` only.",
        names("a", condition="any of them", event={"F": ["a1"]}, right=True, said=None),
        rule=has_any_of,
    ),
    Known(
        "not not",
        "azuma refuses a `not` before another. Specification, Condition: `not` stands before an "
        "expression.",
        names("a", condition="not not a", event={"F": ["a1"]}, right=True, said=None),
        rule=has_two_nots,
    ),
)
