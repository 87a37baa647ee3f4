"""Addresses: which network a text test means, and the text of the addresses of a network."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from siemc.formula import Glob, Wild

IPV4_IN_IPV6: Final = IPv6Network("::ffff:0:0/96")
OCTET: Final = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"


def network_of(test: Glob) -> str | None:
    """The address or IPv4 network that an ``ip`` field must be in for the glob to hold, or none.

    ``192.168.*`` is 192.168.0.0/16. An IPv6 address has several texts, of which the field keeps
    none: the test is then of the address, whichever text the event had.
    """
    if test.literal is not None:
        return _address(test.literal)
    if len(test.parts) != 2 or test.parts[1] is not Wild.RUN or not isinstance(test.parts[0], str):
        return None
    octets = test.parts[0].split(".")
    if octets.pop() != "" or not 1 <= len(octets) <= 3:
        return None
    text = ".".join(octets + ["0"] * (4 - len(octets)))
    return f"{text}/{8 * len(octets)}" if _address(text) == text else None


def _address(text: str) -> str | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else str(found)


def holds_ipv4(network: IPv4Network | IPv6Network) -> bool:
    """Whether an ``ip`` field finds IPv4 addresses in this network of IPv6, which no text is in.

    Lucene's ``InetAddressPoint`` keeps an IPv4 address as one in ``::ffff:0:0/96``.
    """
    return isinstance(network, IPv6Network) and network.overlaps(IPV4_IN_IPV6)


def text_expression(network: IPv4Network) -> str:
    """A Lucene expression for the dotted texts, and only those, of the network's addresses."""
    fixed, bits = divmod(network.prefixlen, 8)
    octets = str(network.network_address).split(".")
    parts = octets[:fixed]
    if bits:
        first = int(octets[fixed])
        parts.append(octet_range(first, first + (1 << (8 - bits)) - 1))
    rest = 4 - len(parts)
    text = "\\.".join(parts)
    if not rest:
        return text
    if not parts:
        return f"{OCTET}(\\.{OCTET}){{3}}"
    return f"{text}\\.{OCTET}" if rest == 1 else f"{text}(\\.{OCTET}){{{rest}}}"


def octet_range(first: int, last: int) -> str:
    """An expression for the numbers from ``first`` to ``last``, both below 256."""
    if (first, last) == (0, 255):
        return OCTET
    tens: dict[str, list[str]] = {}
    for number in range(first, last + 1):
        tens.setdefault(str(number)[:-1], []).append(str(number)[-1])
    options = [f"{lead}{_digits(ones)}" for lead, ones in tens.items()]
    return options[0] if len(options) == 1 else f"({'|'.join(options)})"


def _digits(ones: list[str]) -> str:
    return ones[0] if len(ones) == 1 else f"[{ones[0]}-{ones[-1]}]"
