"""Values as SPL writes them: quoted text in ``search``, PCRE within a string in ``where``.

In a string of SPL ``\\\\`` is a backslash and ``\\"`` a quotation mark (help.splunk.com, Search
Manual, Backslashes; SPL Search Reference, search, "Quotes and escaping characters"); before any
other character a backslash stays, as in the manual's own ``match(field, "^\\d{1,3}\\.\\d{1,3}$")``
(SPL Search Reference, Comparison and Conditional functions, match) and in the expressions that
Splunk Web writes (``match('f', "^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$")``). A macro's backticks do
nothing within quotes (Knowledge Manager Manual, Use search macros in searches); of comments in
backticks no page says so, hence no quoted text holds one.
"""

from __future__ import annotations

import re

from siemc.formula import RUN, Glob, GlobPart

_CIDR = re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}")
_META = frozenset("^$.[]|()?*+{}")


def quoted(text: str, first: str = "", last: str = "") -> str:
    """A text between quotation marks, for ``search``, with the wildcards around it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    return f'"{first}{text}{last}"'


def search_core(test: Glob) -> str | None:
    """The text between a glob's outer ``*``, if a value of ``search`` says exactly that glob.

    ``search`` compares without case; ``*`` is its one wildcard, sure only at either end ("in the
    middle of a word or string might cause inconsistent results"), and cannot be escaped (Search
    Manual, Wildcards; Backslashes). A text that looks like a network is read as one (SPL Search
    Reference, search, CIDR notation).
    """
    parts = test.parts
    if not parts:
        return ""
    first, last = parts[0] is RUN, parts[-1] is RUN
    if len(parts) - first - last != 1 or not isinstance(text := parts[first], str):
        return None
    if not plain(text) or (test.cased and has_case(text)):
        return None
    is_network = "/" in text and not first and not last and _CIDR.fullmatch(text)
    return None if is_network else text


def search_value(test: Glob) -> str | None:
    """The glob as a quoted value of ``search``; ``None`` if no value says exactly that."""
    core = search_core(test)
    if core is None:
        return None
    parts = test.parts or ("",)
    return quoted(core, "*" if parts[0] is RUN else "", "*" if parts[-1] is RUN else "")


def plain(text: str) -> bool:
    """Whether ``search`` can hold every character of the text, on one line and as itself."""
    return "*" not in text and "`" not in text and text.isprintable()


def has_case(text: str) -> bool:
    """Whether some letter of the text has another case."""
    return text.lower() != text or text.upper() != text


def encodable(text: str) -> bool:
    """Whether the text is Unicode at all: no half of a surrogate pair alone."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def glob_regex(test: Glob) -> str:
    """The glob as a string of ``where`` for ``match()``: anchored, and in one line."""
    parts = test.parts
    first, last = parts[:1] == (RUN,), parts[-1:] == (RUN,)
    inner = parts[first : len(parts) - last] if len(parts) > 1 else parts
    body = "".join(_part(part) for part in inner)
    cased = test.cased or not any(isinstance(part, str) and has_case(part) for part in inner)
    flags = _flags(ignorecase=not cased, dotall=any(not isinstance(part, str) for part in inner))
    return f'"{flags}{"" if first else "^"}{body}{"" if last else BACKSLASH + "z"}"'


BACKSLASH = "\\"


def _part(part: GlobPart) -> str:
    if isinstance(part, str):
        return "".join(map(_literal, part))
    return ".*" if part is RUN else "."


def _flags(*, ignorecase: bool, multiline: bool = False, dotall: bool = False) -> str:
    letters = "i" * ignorecase + "m" * multiline + "s" * dotall
    return f"(?{letters})" if letters else ""


def _literal(char: str, in_class: bool = False) -> str:
    """One character of the text in PCRE, within a string of SPL.

    A backslash is a class of its own: ``[\\\\\\\\]`` is one backslash whether or not the string's
    own layer halves them.
    """
    if char == BACKSLASH:
        return "\\\\\\\\" if in_class else "[\\\\\\\\]"
    if char == '"':
        return '\\"'
    if char == "`" or not char.isprintable():
        return _code(char)
    return BACKSLASH + char if char in _META or (in_class and char in "-^") else char


def _code(char: str) -> str:
    point = ord(char)
    return f"\\x{point:02X}" if point < 256 else f"\\x{{{point:X}}}"


def regex(source: str, *, ignorecase: bool, multiline: bool, dotall: bool) -> str:
    """The expression as a string of ``where``: the same PCRE, with what a string needs escaped."""
    flags = _flags(ignorecase=ignorecase, multiline=multiline, dotall=dotall)
    return f'"{flags}{"".join(_tokens(source))}"'


def _tokens(source: str) -> list[str]:
    """The expression's characters, escapes and POSIX names, each as the string holds it."""
    out: list[str] = []
    class_at = -1
    for found in _TOKEN.finditer(source):
        token, start = found[0], found.start()
        if token[0] == BACKSLASH:
            out.append(_escape(token, class_at >= 0))
            continue
        if token == "[" and class_at < 0:
            class_at = found.end() + source.startswith("^", found.end())
        elif token == "]" and start != class_at:
            class_at = -1
        out.append(token if len(token) > 1 else _bare(token))
    return out


# An escape, literal text in \Q..\E, a POSIX class, or any one character.
_TOKEN = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[:\^?[a-z]+:\]|.|\\\Z", re.DOTALL)


def _bare(char: str) -> str:
    if char == '"':
        return '\\"'
    return _code(char) if char == "`" or not char.isprintable() else char


def _escape(token: str, in_class: bool) -> str:
    if token.startswith("\\Q"):
        return "".join(_literal(char, in_class) for char in token[2:].removesuffix("\\E"))
    char = token[1:]
    if char in {"", BACKSLASH}:
        return _literal(BACKSLASH, in_class)
    return _bare(char) if char in {'"', "`"} or not char.isprintable() else token
