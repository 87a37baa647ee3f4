"""The languages of addresses and networks, and what is left of one network without others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from siemc.prove.base import Language
from siemc.regex.read import parse
from siemc.regex.tree import Chars, Node, alternate, concat

Network = IPv4Network | IPv6Network
Span = tuple[int, int, int]  # version, first address, last address

# What any IPv6 address looks like (Python's ipaddress, "Address objects"): hexadecimal groups, at
# times an IPv4 address at the end, a scope.
_IPV6 = (
    r"([0-9A-Fa-f]{0,4}:){2,8}"
    r"([0-9A-Fa-f]{0,4}|[0-9]{1,3}(\.[0-9]{1,3}){3})(%[\x{0}-\x{10FFFF}]*)?"
)
_IPV6_SHORT = r"([0-9a-f]{0,4}:){2,8}([0-9a-f]{0,4}|[0-9]{1,3}(\.[0-9]{1,3}){3})"
# RFC 5952: no leading zeros, lower case; with no group of zeros there is nothing to shorten.
_IPV6_FULL = r"[1-9a-f][0-9a-f]{0,3}(:[1-9a-f][0-9a-f]{0,3}){7}"
_DOT = Chars(((46, 46),))


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text spells (Python's ``ipaddress``)."""
    try:
        return ip_address(text)
    except ValueError:
        return None


class NetworkLanguage(Language):
    """The texts of the addresses of a network."""

    is_caseless = True

    def __init__(self, network: Network, key: object) -> None:
        self.key = key
        self.network = network

    def contains(self, value: str) -> bool:
        """Whether the value is an address of the network."""
        address = address_of(value)
        return address is not None and address in self.network

    def samples(self) -> Sequence[str]:
        """Its first, second and last address."""
        net = self.network
        last = min(2, net.num_addresses - 1)
        return tuple(dict.fromkeys(str(net[number]) for number in (last // 2, 0, last, -1)))

    @cached_property
    def upper(self) -> Node:
        """The dotted quads of the network, exactly; or what any other address looks like."""
        if isinstance(self.network, IPv4Network):
            return _quads(int(self.network[0]), int(self.network[-1]))
        return parse(_IPV6)

    @property
    def lower(self) -> Node:
        """The same for IPv4."""
        return self.upper if isinstance(self.network, IPv4Network) else super().lower


class Addresses(Language):
    """The texts of all addresses, each in its one text form, without a scope."""

    key = "addresses"

    def contains(self, value: str) -> bool:
        """Whether the value is an address, written in the shortest form."""
        address = address_of(value)
        return address is not None and "%" not in value and str(address) == value

    def samples(self) -> Sequence[str]:
        """One of each version."""
        return ("10.0.0.1", "2001:db8::1")

    @cached_property
    def upper(self) -> Node:
        """What any address looks like."""
        return alternate([_quads(0, 2**32 - 1), parse(_IPV6_SHORT)])

    @cached_property
    def lower(self) -> Node:
        """Those of IPv4, and of IPv6 those without a zero group."""
        return alternate([_quads(0, 2**32 - 1), parse(_IPV6_FULL)])


def _quads(first: int, last: int) -> Node:
    """The dotted quads of a network: each octet is one, or any, or between two."""
    pairs = zip(first.to_bytes(4, "big"), last.to_bytes(4, "big"), strict=True)
    octets = [_octet(low, high) for low, high in pairs]
    return concat([octets[0], *(node for octet in octets[1:] for node in (_DOT, octet))])


def _octet(low: int, high: int) -> Node:
    """The numbers between two, without leading zeros: those with the same last digits together."""
    ends: dict[tuple[int, int], list[str]] = {}
    for tens in range(low // 10, high // 10 + 1):
        units = max(low, tens * 10) % 10, min(high, tens * 10 + 9) % 10
        ends.setdefault(units, []).append(str(tens or ""))
    return alternate(
        concat([_any_of(prefixes), _digits(*units)]) for units, prefixes in ends.items()
    )


def _any_of(prefixes: list[str]) -> Node:
    """Any of these texts of up to two digits: by the first, then the second."""
    return alternate(concat(_digits(int(digit), int(digit)) for digit in p) for p in prefixes)


def _digits(first: int, last: int) -> Node:
    return Chars(((48 + first, 48 + last),))


def spans(networks: Iterable[Network | None]) -> list[Span]:
    """The addresses in all of the networks; ``None`` is all there are."""
    found: list[Span] = [(4, 0, 2**32 - 1), (6, 0, 2**128 - 1)]
    for network in networks:
        if network is not None:
            low, high = int(network[0]), int(network[-1])
            found = [
                (version, max(low, first), min(high, last))
                for version, first, last in found
                if version == network.version and max(low, first) <= min(high, last)
            ]
    return found


def without(found: list[Span], network: Network) -> list[Span]:
    """The addresses that are not in the network."""
    low, high = int(network[0]), int(network[-1])
    rest: list[Span] = []
    for version, first, last in found:
        if version != network.version or last < low or first > high:
            rest.append((version, first, last))
            continue
        if first < low:
            rest.append((version, first, low - 1))
        if last > high:
            rest.append((version, high + 1, last))
    return rest


def addresses_of(found: Iterable[Span]) -> Iterator[str]:
    """Some addresses of each span, in text; those of IPv6 also in their longest form."""
    for version, first, last in found:
        make = IPv4Address if version == 4 else IPv6Address
        for number in dict.fromkeys((min(first + 1, last), first, last, (first + last) // 2)):
            yield str(make(number))
            if version == 6:
                yield make(number).exploded


def host(address: IPv4Address | IPv6Address) -> Network:
    """The network of one address."""
    return IPv4Network(address) if isinstance(address, IPv4Address) else IPv6Network(address)
