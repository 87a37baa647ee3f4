"""The terms of ``search``, as the manual and people write them.

What is expected is worked out by hand from Splunk's Search Reference ("search", "Time modifiers")
and Search Manual ("Search command primer", "Boolean expressions with logical operators",
"Difference between NOT and !=", "Wildcards", "Backslashes", "Use CASE() and TERM() to match
phrases", "Add comments to searches").
"""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import TRUE, And, Atom, Cidr, Compare, Formula, Glob, Not, Or
from siemc.reading import place
from tests.splunk.reading.make import RUN, formula, has, is_there, leaf, opaque, reading


def both(*items: Formula) -> Formula:
    return And(items)


def either(*items: Formula) -> Formula:
    return Or(items)


def differs(name: str, *parts: str | object) -> Formula:
    return And((is_there(name), Not(leaf(name, Glob(tuple(parts))))))  # type: ignore[arg-type]


ERROR, LOGIN, FAIL = opaque('term "error"'), opaque('term "login"'), opaque('term "fail"')

MANUAL: list[tuple[str, Formula]] = [
    # Search Reference, "search"
    ("status=404", has("status", "404")),
    ("status!=404", differs("status", "404")),
    ("host=webserver*", has("host", "webserver", RUN)),
    ("search host=webserver*", has("host", "webserver", RUN)),
    ("error login", both(ERROR, LOGIN)),
    ("error AND login", both(ERROR, LOGIN)),
    ("login NOT (error OR fail)", both(LOGIN, Not(either(ERROR, FAIL)))),
    ('"database error"', opaque('term "database error"')),
    ("fail*", opaque('term "fail*"')),
    ('country="IN"', has("country", "IN")),
    ('error "AND"', both(ERROR, opaque('term "and"'))),
    ('error "startswith=foo"', both(ERROR, opaque('term "startswith=foo"'))),
    (
        'src="10.9.165.*" OR dst="10.9.165.8"',
        either(has("src", "10.9.165.", RUN), has("dst", "10.9.165.8")),
    ),
    (
        '(code=10 OR code=29 OR code=43) host!="localhost"',
        both(
            either(has("code", "10"), has("code", "29"), has("code", "43")),
            differs("host", "localhost"),
        ),
    ),
    (
        "host=webserver* (status=4* OR status=5*)",
        both(
            has("host", "webserver", RUN),
            either(has("status", "4", RUN), has("status", "5", RUN)),
        ),
    ),
    (
        "host=webserver* status IN (4*, 5*)",
        both(
            has("host", "webserver", RUN),
            either(has("status", "4", RUN), has("status", "5", RUN)),
        ),
    ),
    ("error_code IN (40*, 500)", either(has("error_code", "40", RUN), has("error_code", "500"))),
    (
        "NOT clientip IN (211.166.11.101, 182.236.164.11)",
        Not(either(has("clientip", "211.166.11.101"), has("clientip", "182.236.164.11"))),
    ),
    ('NOT fieldA="value2"', Not(has("fieldA", "value2"))),
    ('fieldA!="value2"', differs("fieldA", "value2")),
    ("NOT fieldA=*", Not(is_there("fieldA"))),
    ("fieldA!=*", both(is_there("fieldA"), Not(is_there("fieldA")))),
    ('ip="10.10.10.0/24"', leaf("ip", Cidr(ip_network("10.10.10.0/24")))),
    ("ip=2001:0db8:ffff::/48", leaf("ip", Cidr(ip_network("2001:db8:ffff::/48")))),
    ("*", TRUE),
    # Search Manual, "Boolean expressions with logical operators": OR comes before AND
    ("A=1 AND B=2 OR C=3", both(has("A", "1"), either(has("B", "2"), has("C", "3")))),
    ("A=1 OR B=2 AND C=3", both(either(has("A", "1"), has("B", "2")), has("C", "3"))),
    ("NOT A=1 OR B=2", either(Not(has("A", "1")), has("B", "2"))),
    # Search Manual, "Search command primer", "File paths"
    ("path=D:\\\\Digital\\\\RTFM", has("path", "D:\\Digital\\RTFM")),
    ("host=CASE(LOCALHOST)", opaque("host=CASE(LOCALHOST)")),
    ("TERM(127.0.0.1)", opaque("TERM(127.0.0.1)")),
    ("CASE(%ASA-1*)", opaque("CASE(%ASA-1*)")),
    (
        "sourcetype=access_* status=200 ```Get all successful website access events.```",
        both(has("sourcetype", "access_", RUN), has("status", "200")),
    ),
]

WRITTEN_BY_PEOPLE: list[tuple[str, Formula]] = [
    (
        '`sysmon` EventCode=10 TargetImage=*lsass.exe NOT (SourceUser="NT AUTHORITY\\\\*")',
        both(
            opaque("`sysmon`"),
            has("EventCode", "10"),
            has("TargetImage", RUN, "lsass.exe"),
            Not(has("SourceUser", "NT AUTHORITY\\", RUN)),
        ),
    ),
    (
        '`powershell` EventCode=4104 AND NOT(ScriptBlockText IN ("*SHA*","*MD5*"))',
        both(
            opaque("`powershell`"),
            has("EventCode", "4104"),
            Not(
                either(
                    has("ScriptBlockText", RUN, "SHA", RUN), has("ScriptBlockText", RUN, "MD5", RUN)
                )
            ),
        ),
    ),
    (
        'SignatureStatus != Valid NOT (Image IN("C:\\\\Windows\\\\*"))',
        both(differs("SignatureStatus", "Valid"), Not(has("Image", "C:\\Windows\\", RUN))),
    ),
    (
        "properties.authenticationDetails{}.succeeded=true user.groups{} IN (a)",
        both(
            has("properties.authenticationDetails{}.succeeded", "true"),
            has("user.groups{}", "a"),
        ),
    ),
    ('"responseStatus.code"=403', has("responseStatus.code", "403")),
    ("OperationType=%%14674", has("OperationType", "%%14674")),
    (
        "aclProtocol=-1 src_user=system:anonymous",
        both(has("aclProtocol", "-1"), has("src_user", "system:anonymous")),
    ),
    ('ShareName="\\\\\\\\*\\\\IPC$"', has("ShareName", "\\\\", RUN, "\\IPC$")),
    ("index=`windows` Name=x", both(opaque("index=`windows`"), has("Name", "x"))),
    ("index=*", opaque('index="*"')),
    ("index=win*", has("index", "win", RUN)),
    (
        "eventtype=ms-ad tag=web tag::host=dmz savedsearch=mine",
        both(
            opaque('eventtype="ms-ad"'),
            opaque('tag="web"'),
            opaque('tag::host="dmz"'),
            opaque('savedsearch="mine"'),
        ),
    ),
    (
        "sourcetype=a earliest=-1h@h latest=now",
        both(has("sourcetype", "a"), opaque('earliest="-1h@h"'), opaque('latest="now"')),
    ),
    ('(a="1" OR\n  b="2")\n\tc="3"', both(either(has("a", "1"), has("b", "2")), has("c", "3"))),
    ('a="x"|table a b', has("a", "x")),
    ('User=""', has("User")),
    ('_raw="*mimikatz*"', has("_raw", RUN, "mimikatz", RUN)),
    ('CommandLine="*a?b*"', has("CommandLine", RUN, "a?b", RUN)),
    ("NOT NOT F=*", is_there("F")),
    ("search=1 search", both(has("search", "1"), opaque('term "search"'))),
]


@pytest.mark.parametrize(("text", "expected"), MANUAL)
def test_what_the_manual_shows_is_read_as_it_says(text: str, expected: Formula) -> None:
    assert formula(text) == expected


@pytest.mark.parametrize(("text", "expected"), WRITTEN_BY_PEOPLE)
def test_what_people_write_is_read(text: str, expected: Formula) -> None:
    assert formula(text) == expected


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_numbers_compare_as_numbers_and_other_values_as_text(op: str) -> None:
    """ "numerically compare two numbers and lexicographically compare other values"."""
    compare = Compare(op, 200)  # type: ignore[arg-type]
    text = opaque(f'text {op} "200"', "status")
    assert formula(f"status{op}200") == Or((leaf("status", compare), text))
    assert formula(f'status{op}"abc"') == opaque(f'text {op} "abc"', "status")


def test_the_limit_of_a_comparison_is_kept_exact() -> None:
    large = 2**70
    assert formula(f"x>{large}") == Or(
        (leaf("x", Compare(">", large)), opaque(f'text > "{large}"', "x"))
    )


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (r'"a\"b"', ['a"b']),
        (r'"a\\b"', ["a\\b"]),
        (r'"a\|b"', ["a|b"]),
        (r'"a\sb"', ["a\\sb"]),
        (r'"a\\sb"', ["a\\sb"]),
        (r'"a\\\\b"', ["a\\\\b"]),
        (r'"a\*"', ["a\\", RUN]),
        (r'"C:\temp"', ["C:\\temp"]),
        (r'"x\\"', ["x\\"]),
        (r"C:\\x\*", ["C:\\x\\", RUN]),
        (r"a\"b", ['a"b']),
        ('"a | b, (c)"', ["a | b, (c)"]),
        ('"```no comment```"', ["```no comment```"]),
        ('"**a***"', [RUN, "a", RUN]),
    ],
)
def test_only_quotes_backslashes_and_pipes_are_escaped(value: str, parts: list[str]) -> None:
    assert formula(f"x={value}") == leaf("x", Glob(tuple(parts)))


def test_equal_spellings_of_what_is_opaque_are_equal() -> None:
    assert formula("Error") == formula('"error"')
    assert formula("earliest=-1h") == formula('earliest="-1h"')
    assert formula("`a(b)`") == formula("` a(b) `")
    assert formula("TERM(Abc)") == formula("TERM(aBC)")
    assert formula("CASE(Abc)") != formula("CASE(abc)")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("EventCode=1", ()),
        ("Image=*cmd*", ("SA02",)),
        ("x=1*2", ("SA14",)),
        ('x IN ("1", "a*b")', ("SA02", "SA14")),
        ("x!=1", ("SA09",)),
        ("NOT x=1", ()),
        ("x>5", ()),
        ("x=10.0.0.0/8", ()),
        ("x=é", ("SA02",)),
    ],
)
def test_what_a_search_rests_on_is_recorded(text: str, codes: tuple[str, ...]) -> None:
    assert reading(text).assumptions == codes


def test_a_network_with_host_bits_is_left_open() -> None:
    assert formula("x=10.0.0.1/8") == opaque('="10.0.0.1/8"', "x")
    assert formula("x=10.0.0.0/33") == has("x", "10.0.0.0/33")
    assert formula("x=1/2") == has("x", "1/2")


def test_a_leaf_says_where_it_stands() -> None:
    text = 'x="a" NOT (y IN (b, "c*"))'
    found = formula(text)
    assert isinstance(found, And)
    first, second = found.items
    assert isinstance(second, Not)
    assert isinstance(second.item, Or)
    leaves = [leaf for leaf in (first, *second.item.items) if isinstance(leaf, Atom)]
    assert [leaf.origins for leaf in leaves] == [place(0, 5), place(17, 18), place(20, 24)]
    assert (text[0:5], text[17:18], text[20:24]) == ('x="a"', "b", '"c*"')
