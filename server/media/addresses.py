"""Where clients are told to find the media ports: candidate lines of answers (RFC 8839 section 5.1)."""

import ipaddress
import socket
from collections.abc import Sequence

_SOMEWHERE = {4: (socket.AF_INET, "192.0.2.1"), 6: (socket.AF_INET6, "2001:db8::1")}
"Addresses for documentation (RFC 5737, RFC 3849): the route to them is the route to everybody."
_UDP, _TCP = 126, 90
"Type preferences: RFC 6544 section 4.2 wants TCP below UDP."
_PASSIVE = 4 << 13
"Direction preference of a passive host candidate (RFC 6544 section 4.2)."


def reachable(bound: Sequence[str]) -> tuple[str, ...]:
    """The addresses listened on; for all of a kind, the one which this machine speaks from."""
    found: list[str] = []
    for host in bound:
        address = ipaddress.ip_address(host.partition("%")[0])
        found.append(_own(address.version) if address.is_unspecified else host)
    return tuple(dict.fromkeys(found))


def candidates(hosts: Sequence[str], udp: int, tcp: int | None) -> tuple[str, ...]:
    """Candidate attributes in order of preference; `tcp` adds a passive one for each host (RFC 6544)."""
    lines = [
        f"{place + 1} 1 udp {_UDP << 24 | (65535 - place) << 8 | 255} {host} {udp} typ host"
        for place, host in enumerate(hosts)
    ]
    if tcp is not None:
        lines += [
            f"{len(hosts) + place + 1} 1 tcp {_TCP << 24 | (_PASSIVE | 8191 - place) << 8 | 255} {host} {tcp}"
            " typ host tcptype passive"
            for place, host in enumerate(hosts)
        ]
    return tuple(lines)


def _own(version: int) -> str:
    """The address from which this machine would speak to the world; loopback when it has no way there."""
    family, somewhere = _SOMEWHERE[version]
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((somewhere, 9))  # picks a route and sends nothing
        except OSError:
            return "127.0.0.1" if version == 4 else "::1"
        return str(probe.getsockname()[0])
