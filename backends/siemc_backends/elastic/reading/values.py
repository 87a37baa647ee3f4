"""Texts of a query as values: patterns, numbers, addresses, and what a normalizer makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from siemc.folding import lower_map, odd_lower
from siemc.formula import ONE, RUN, Cidr, Exists, Glob, GlobPart, Test, glob

_NUMBER = re.compile(r"[+-]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][+-]?\d{1,3})?", re.A)
_PATTERN = re.compile(r"([^\\*?]+)|\\(.)|(.)", re.S)
_WILD = {"*": RUN, "?": ONE}


@cache
def _lower_all() -> dict[int, int]:
    return {**lower_map(), **odd_lower()}


def lower(text: str) -> str:
    """What a lowercase normalizer makes of ``text``: Java's mapping of each code point."""
    return text.lower() if text.isascii() else text.translate(_lower_all())


@lru_cache(maxsize=8192)
def pattern(text: str) -> tuple[tuple[GlobPart, ...], str]:
    r"""The parts of a wildcard pattern, and the letters in it that are escaped.

    ``\`` takes the next character as it is; at the end it is itself (Lucene, ``WildcardQuery``).
    """
    parts: list[GlobPart] = []
    escaped = ""
    for found in _PATTERN.finditer(text):
        plain, taken, char = found.groups()
        if taken is not None and lower(taken) != taken.upper():
            escaped += taken
        parts.append(plain or taken or _WILD.get(char, char))
    return glob(parts).parts, escaped


def simple(text: str) -> tuple[GlobPart, ...]:
    """The parts of a pattern with ``*`` and nothing else (``Regex.simpleMatch``)."""
    parts: list[GlobPart] = []
    for number, piece in enumerate(text.split("*")):
        parts.extend((RUN, piece) if number else (piece,))
    return glob(parts).parts


def simplest(test: Glob) -> Test:
    """The same test; a lone ``*`` asks no more than that there is a value."""
    return Exists() if test.parts == (RUN,) else test


def is_taken_for_exists(parts: tuple[GlobPart, ...]) -> bool:
    """Whether a ``wildcard`` field takes the pattern for an ``exists`` query.

    ``WildcardFieldMapper.getApproxWildCardQuery``: it has a ``*`` and no text, so ``??*`` does.
    """
    return RUN in parts and not any(isinstance(part, str) for part in parts)


def show(parts: Iterable[GlobPart]) -> str:
    """The parts as a pattern, with escapes."""
    return "".join(
        re.sub(r"[\\*?]", r"\\\g<0>", part) if isinstance(part, str) else part.value
        for part in parts
    )


def quoted(text: str) -> str:
    """The text for a message, cut where it is long."""
    return f"'{text[:60]}…'" if len(text) > 61 else f"'{text}'"


def number(text: str) -> int | float | None:
    """The number that the text is in plain or exponent notation, or ``None``."""
    if _NUMBER.fullmatch(text) is None:
        return None
    if text.lstrip("+-").isdecimal():
        return int(text)
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        return None
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


_IPV4 = IPv4Network("0.0.0.0/0")
_IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")


def address(text: str) -> tuple[Test, ...]:
    """The tests, of which one must hold, for an address or the network around it; none for neither.

    ``IpFieldMapper.termQuery``: IPv4 in IPv6 is IPv4. ``InetAddresses.parseCidr`` drops the host
    bits of a network and takes none with an address of that kind. An IPv4 address is kept as one in
    IPv6 (``InetAddressPoint``), so that a network of IPv6 wide enough has all of them.
    """
    try:
        if "%" in text:
            return ()
        if "/" not in text:
            found = ip_address(text)
            return (Glob((str(getattr(found, "ipv4_mapped", None) or found),)),)
        if getattr(ip_address(text.partition("/")[0]), "ipv4_mapped", None):
            return ()
        network = ip_network(text, strict=False)
    except ValueError:
        return ()
    if isinstance(network, IPv6Network) and _IPV4_IN_IPV6.subnet_of(network):
        return Cidr(network), Cidr(_IPV4)
    return (Cidr(network),)


def java_length(text: str) -> int:
    """How many UTF-16 units the text has, which is what Java counts."""
    return len(text) + (0 if text.isascii() else sum(char > "\uffff" for char in text))
