"""A second reading of Lucene's expressions: into Python's, to be tried with ``fullmatch``.

Written from the Javadoc of ``RegExp`` and apart from the emitter. It takes only the constructs that
mean the same with every optional operator on or off, and raises on any other.
"""

import re

OPERATORS = set(
    '"#&<>@~{}[]^$-'
)  # `^ $ -` are no operators of Lucene's, and must be escaped anyway
SPACE = r"\t\n\r "
NO_SPACE = r"\x00-\x08\x0b\x0c\x0e-\x1f!-\U0010ffff"
_COUNT = re.compile(r"\{\d+(,\d*)?\}")


def to_python(text: str) -> re.Pattern[str]:
    """The pattern whose ``fullmatch`` is Lucene's answer."""
    result, at = "", 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            result += f"[{SPACE}]" if text[at + 1] == "s" else _escaped(text[at + 1])
            at += 2
        elif char == "[":
            found, at = _class(text, at)
            result += found
        elif char == "{":
            count = _COUNT.match(text, at)
            assert count, f"a bare brace in {text!r}"
            result += count[0]
            at = count.end()
        else:
            assert char not in OPERATORS, f"{char!r} is not escaped in {text!r}"
            result += char if char in "().|*+?" else re.escape(char)
            at += 1
    assert not re.search(r"(?<!\\)[*+?}][?+]", text), "Lucene has no lazy or possessive quantifiers"
    return re.compile(result, re.DOTALL)


def _class(text: str, at: int) -> tuple[str, int]:
    at += 1
    result = "["
    if text[at] == "^":
        result, at = "[^", at + 1
    start = at
    while text[at] != "]":
        if text[at] == "\\":
            named = {"s": SPACE, "S": NO_SPACE}
            result += named.get(text[at + 1]) or _escaped(text[at + 1])
            at += 2
        elif text[at] == "-":
            assert at > start, f"a bare hyphen in {text!r}"
            assert text[at - 2] != "\\", f"a range that begins with an escape in {text!r}"
            result, at = result + "-", at + 1
        else:
            assert text[at] not in OPERATORS, f"{text[at]!r} is not escaped in {text!r}"
            result, at = result + re.escape(text[at]), at + 1
    assert at > start, f"an empty class in {text!r}"
    return result + "]", at + 1


def _escaped(char: str) -> str:
    assert not char.isalnum(), f"an escape that means something else: {char!r}"
    return re.escape(char)
