"""The values of the ``search`` command: what ``field=value`` tests."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import isfinite

from siemc.folding import has_case
from siemc.formula import Cidr, Exists, Glob, GlobPart, Opaque, Test, Wild
from siemc_backends.splunk.reading.tokens import search_text

RUN = Wild.RUN

_NETWORK = re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,100}")

Codes = tuple[str, ...]


@lru_cache(maxsize=8192)
def value_test(raw: str) -> tuple[Test, Codes]:
    """The test of ``=`` against this word or quoted text, and what it rests on.

    Text compares without case (Search Manual, "Search command primer"; so SA02) and as text, so
    that "1" does not match "1.0"; ``*`` is the one wildcard, in quotation marks too, and cannot be
    escaped (Search Reference, "search"; Search Manual, "Wildcards", "Backslashes"). A wildcard
    inside a value may be inconsistent where there is punctuation ("Wildcards": SA14). A network in
    CIDR notation tests addresses (Search Reference, "search", "CIDR matching").
    """
    text = search_text(raw)
    if "/" in text:
        network = network_of(text)
        if network is not None:
            return (Opaque(f'="{text}"') if isinstance(network, str) else Cidr(network)), ()
    parts = _parts(text)
    if parts == (RUN,):
        return Exists(), ()
    codes: Codes = ("SA02",) if has_letters(text) else ()
    if RUN in parts[1:-1]:
        codes += ("SA14",)
    return Glob(parts), codes


def _parts(text: str) -> tuple[GlobPart, ...]:
    if "*" not in text:
        return (text,) if text else ()
    first, *rest = text.split("*")
    parts: list[GlobPart] = [first] if first else []
    for literal in rest:
        if not parts or parts[-1] is not RUN:
            parts.append(RUN)
        if literal:
            parts.append(literal)
    return tuple(parts)


def has_letters(text: str) -> bool:
    """Whether some character of ``text`` has two cases; quick where it is ASCII."""
    return text.swapcase() != text if text.isascii() else has_case(text)


def network_of(text: str) -> IPv4Network | IPv6Network | str | None:
    """The network that ``text`` names, ``None`` if none, or ``text`` if it may be one.

    What Splunk does with a network whose host bits are set is not documented.
    """
    if not _NETWORK.fullmatch(text):
        return None
    try:
        return ip_network(text)
    except ValueError:
        return text if _has_host_bits(text) else None


def _has_host_bits(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def number_of(text: str) -> int | float | None:
    """``text`` as a number in plain decimal notation, or ``None``."""
    if not _NUMBER.fullmatch(text):
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text)
    return number if isfinite(number) else None
