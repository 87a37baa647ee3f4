"""Trees and globs as Python patterns, for evaluating a rule.

Expressions are run by the package ``regex``, whose ``search`` can be given a time, as Python's own
cannot: what a rule says may take for ever on an event.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from siemc.folding import cases
from siemc.formula import Wild
from siemc.regex.charset import ANY, Ranges, invert
from siemc.regex.errors import RegexUnsupported
from siemc.regex.tree import Alternate, Anchor, Assert, Chars, Concat, Empty, Node, Repeat

_ODD_BRACE = re.compile(r"\{(?!\d+(,\d*)?\})")
_WORD = "[0-9A-Z_a-z]"
_ANCHORS = {
    Anchor.START: r"\A",
    Anchor.END: r"(?!.)",
    Anchor.LINE_START: r"(?:\A|(?<=\n)(?=.))",
    Anchor.LINE_END: r"(?=\n|(?!.))",
    Anchor.END_BEFORE_NEWLINE: r"(?=\n?(?!.))",
    Anchor.WORD: f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    Anchor.NOT_WORD: f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}


@lru_cache(maxsize=4096)
def glob_to_python(parts: tuple[str | Wild, ...], cased: bool) -> re.Pattern[str]:
    """The pattern whose ``fullmatch`` says whether a value passes the glob.

    Each literal after a run is taken at its first place and not given back (as ``fnmatch`` does):
    the time is linear in the number of runs.
    """
    chunks: list[str] = [""]
    for part in parts:
        if part is Wild.RUN:
            chunks.append("")
        else:
            chunks[-1] += "." if part is Wild.ONE else _literal(part, cased)
    first, *rest = chunks
    middle = "".join(f"(?>.*?{chunk})" for chunk in rest[:-1])
    last = f".*{rest[-1]}" if rest else ""
    flags = re.DOTALL | re.ASCII | (re.NOFLAG if cased else re.IGNORECASE)
    return re.compile(first + middle + last, flags)


def _literal(text: str, cased: bool) -> str:
    """Letters beyond ASCII as classes: with ``re.ASCII``, Python ignores the case of ASCII only."""
    if cased or text.isascii():
        return re.escape(text)
    return "".join(re.escape(char) if char.isascii() else _both(char) for char in text)


def _both(char: str) -> str:
    return "[" + "".join(cases(char)) + "]"


@lru_cache(maxsize=1024)
def node_to_python(node: Node) -> regex.Pattern[str]:
    """The pattern whose ``search`` says whether ``node`` is found in a value."""
    return regex.compile(_text(node), regex.DOTALL)


def source_to_python(
    source: str, *, ignorecase: bool, multiline: bool, dotall: bool
) -> regex.Pattern[str]:
    """The pattern of an expression as it is written, where it is one that PCRE reads alike.

    Raises ``RegexUnsupported`` where it may not: on what Python's ``re`` does not know (``regex``
    means something else by it than PCRE, or more), and on a brace that counts nothing, which is
    literal in PCRE and an approximate match in ``regex``.
    """
    chosen = {"IGNORECASE": ignorecase, "MULTILINE": multiline, "DOTALL": dotall}
    names = ["ASCII", *(name for name, on in chosen.items() if on)]
    try:
        re.compile(source, sum(getattr(re, name) for name in names))
        if _ODD_BRACE.search(source):
            raise RegexUnsupported("a brace beside look-around or a back-reference")
        return regex.compile(source, sum(getattr(regex, name) for name in names))
    except (re.error, regex.error) as error:
        raise RegexUnsupported(str(error)) from None
    except RecursionError:
        raise RegexUnsupported("groups nested too deeply") from None


def _text(node: Node) -> str:
    match node:
        case Empty():
            return ""
        case Chars(ranges):
            return _class(ranges)
        case Concat(parts):
            return "".join(map(_text, parts))
        case Alternate(options):
            return "(?:" + "|".join(map(_text, options)) + ")"
        case Repeat(inner, low, high):
            return f"(?:{_text(inner)}){{{low},{'' if high is None else high}}}"
        case Assert(kind):
            return _ANCHORS[kind]


def _class(ranges: Ranges) -> str:
    if not ranges:
        return "(?!)"
    if ranges == ANY:
        return "."
    outside = invert(ranges)
    if len(outside) < len(ranges):
        return "[^" + _members(outside) + "]"
    return "[" + _members(ranges) + "]"


def _members(ranges: Ranges) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
