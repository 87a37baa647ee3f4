"""Hostile and malformed files: a diagnostic with the exact line and column, never a traceback."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ryaml import loads_all

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath
from siemc.load import load, load_text
from siemc.locate import locate
from siemc.yamlio import MAX_BYTES, decode, documents, read, split
from tests.load import HEADER, MARK, all_diagnostics, found_in, marked

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

MALFORMED = [
    ("SC004", "title: [unfinished\n¶", "did not find expected ',' or ']'"),
    ("SC004", "title: 'never closed\nid: x\n¶", "unexpected end of stream"),
    ("SC004", "title: a ¶\x00 b\n", "U+0000"),
    ("SC004", "title: a\nid: é ¶\x07\n", "U+0007"),
    ("SC004", "title: a\n¶\tid: b\n", "a tab character"),
    ("SC004", "title: a\nauthor: ¶@me\n", "cannot start any token"),
    ("SC004", "title: a¶: b\n", "mapping values are not allowed"),
    ("SC004", "a: ¶*unknown\n", "unknown anchor"),
    ("SC004", "title: a\nlevel: ¶123456789012345678901234567890\n", "is too large"),
    ("SC005", "title: a\nid: b\n¶title: c\n", "'title'"),
    ("SC005", "detection:\n  selection:\n    Image: a\n    ¶Image: b\n", "'Image'"),
    ("SC005", "a: {b: 1, c: 2, ¶b: 3}\n", "'b'"),
    ("SC005", "- x\n- a: 1\n  é: [{a: 1}]\n  ¶'a': 2\n", "'a'"),
    ("SC006", "a: " + "[" * 127 + "¶" + "[" * 5000, "nested too deeply"),
    ("SC006", "a: " + "[" * 127 + "¶" + "[" * 100 + "]" * 227, "nested too deeply"),
    ("SC006", "¶" + BOMB, "repeats itself"),
    ("SC006", "a: ¶&a [*a]\n", "nested too deeply"),
    ("SC007", "a: 1\n? ¶[x, y]\n: 2\n", "list or a map"),
]


@pytest.mark.parametrize(("code", "text", "message"), MALFORMED)
def test_a_malformed_file_has_a_line_and_column(code: str, text: str, message: str) -> None:
    plain, line, column = marked(text)
    (found,) = found_in(plain)
    assert (found.code, found.line, found.column) == (code, line, column)
    assert message in found.message
    assert found.hint


@pytest.mark.parametrize(("code", "text", "message"), MALFORMED)
def test_a_malformed_document_does_not_take_the_next_one_with_it(
    code: str, text: str, message: str
) -> None:
    rule = HEADER + "detection: {s: {a: 1}, condition: s}\n"
    ending = "" if text.rstrip(MARK).endswith("\n") else "\n"
    plain, line, column = marked(f"{rule}---\n{text}{ending}---\n{rule}")
    loaded = load_text(plain)
    assert [each.document for each in loaded.rules] == [0, 2]
    (found,) = (locate(each, plain) for each in all_diagnostics(loaded))
    assert (found.code, found.line, found.column) == (code, line, column)
    assert found.document == 1
    assert message in found.message


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"title: a\nauthor: M\xfcller\n", 2, 10, "0xfc"),
        ("title: é".encode() + b"\xff", 1, 9, "0xff"),
        (b"\r\n\xc3", 2, 1, "0xc3"),
        ("title: a\n".encode("utf-16"), 1, 1, "UTF-16"),
        (b"\xfe\xff\x00t", 1, 1, "UTF-16"),
        ("title: a\n".encode("utf-32"), 1, 1, "UTF-32"),
    ],
)
def test_what_is_not_utf8_shows_its_first_bad_byte(
    data: bytes, line: int, column: int, message: str
) -> None:
    found = decode(data, "p")
    assert isinstance(found, Diagnostic)
    assert (found.code, found.line, found.column) == ("SC003", line, column)
    assert message in found.message


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "rule.yml"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"detection: {s: {a: 1}, condition: x}\n")
    (broken,) = load([path]).broken
    (found,) = map(locate, broken.diagnostics)
    assert (found.code, found.line, found.column) == ("SC015", 3, 35)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    found = read(str(path))
    assert isinstance(found, Diagnostic)
    assert found.code == "SC002"
    path.write_bytes(b"#" * MAX_BYTES)
    assert isinstance(read(str(path)), str)


def test_carriage_returns_count_as_line_ends() -> None:
    (found,) = found_in("title: a\r\nid: b\r\ntitle: c\r\n")
    assert (found.line, found.column) == (3, 1)


def test_values_are_those_of_yaml_1_2() -> None:
    assert documents("a: yes\nb: on\nc: 2024-01-01\nd: ~\ne: 0x10\n<<: {f: 1}\n", "p") == [
        {"a": "yes", "b": "on", "c": "2024-01-01", "d": None, "e": 16, "<<": {"f": 1}}
    ]


def test_positions_of_keys_and_items() -> None:
    text = "# c\n---\na:\n  - b: 1\n    c: [x, y]\n  - d\n---\ne: {f: g}\n"
    places: dict[YamlPath, tuple[int, int]] = {
        (): (3, 1),
        ("a",): (3, 1),
        ("a", 0): (4, 5),
        ("a", 0, "b"): (4, 5),
        ("a", 0, "c"): (5, 5),
        ("a", 0, "c", 0): (5, 9),
        ("a", 0, "c", 1): (5, 12),
        ("a", 1): (6, 5),
        ("a", 7, "b"): (3, 1),  # not there: the nearest thing around it
    }
    for place, where in places.items():
        found = locate(Diagnostic("SC014", "m", path="p", place=place), text)
        assert (found.line, found.column) == where, place
    found = locate(Diagnostic("SC014", "m", path="p", place=("e", "f"), document=1), text)
    assert (found.line, found.column) == (8, 5)


def test_an_offset_in_a_value_counts_only_where_it_is_written_as_it_is() -> None:
    def where(text: str) -> tuple[int | None, int | None]:
        finding = Diagnostic("SC014", "m", path="p", place=("c", 0), column=5)
        found = locate(finding, text)
        return found.line, found.column

    assert where("c: abc def\n") == (1, 8)
    assert where("c: 'abc def'\n") == (1, 9)
    assert where("c: [abc def]\n") == (1, 9)
    assert where('c: "a\\x62c def"\n') == (1, 5)  # escaped before the offset: the value's start
    assert where("c: abc\n  def\n") == (1, 4)  # a line break before the offset
    assert where("c: a\n  bc def\n") == (1, 4)
    assert where("c: |\n  abc def\n") == (1, 4)


@given(st.lists(st.sampled_from(["a: 1", "---", "...", "# c", "", "--- b", "- x", " y", "---\tz"])))
@example(["a: 1", "...", "---", "a: 1"])
@example(["# c", "---", "# c", "---"])
def test_cutting_at_markers_finds_the_documents_that_the_reader_finds(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        whole = loads_all(text) or []
    except ValueError:
        whole = None
    if whole is not None and text.strip():
        assert [(loads_all(chunk.text) or [None])[0] for chunk in split(text)] == whole


WORDS = [
    "title",
    "id",
    "level",
    "tags",
    "logsource",
    "product",
    "detection",
    "condition",
    "filter",
    "rules",
    "correlation",
    "s",
]
WORDS += [
    "action",
    "global",
    "repeat",
    "reset",
    "|re",
    "|base64",
    "|cidr",
    "|lt",
    "|windash",
    "null",
    "1",
    "1.5",
    "true",
    "~",
    ".nan",
]
WORDS += [": ", ":\n", ":\n  ", ":\n    ", "- ", "\n", "\n---\n", "\n...\n", "[", "]", "{", "}"]
WORDS += [", ", "'", '"', "*", "&a ", "*a", "!x ", "\t", "not ", "1 of ", "them", "(", ")", "|"]
WORDS += [">", "%", "@", "\\", "#", "\u00e9", "\x00", "\u2028"]
YAML = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)


@given(st.one_of(YAML, st.text(max_size=80)))
@example("a: \ud800")
@example("%YAML 9.9\n---\na: 1\n")
@example("title: a\u2028b\n---\n@")
def test_any_text_loads_or_is_diagnosed(text: str) -> None:
    for found in found_in(text):
        assert found.message
        assert found.line is None or found.line >= 1
