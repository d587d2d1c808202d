"""Addresses as the socket module has them, and as the kernel has them (sockaddr_in and sockaddr_in6)."""

import ipaddress
import socket
import struct
from typing import Any


def to_kernel(address: Any) -> bytes:
    """The kernel's form of (host, port) or (host, port, flow, scope)."""
    host, port = address[0], address[1]
    if ":" not in host:
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))
    flow, scope = (address[2], address[3]) if len(address) > 3 else (0, 0)
    raw = ipaddress.IPv6Address(host.partition("%")[0]).packed
    return (
        struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16s", port, flow, raw) + struct.pack("=I", scope)
    )


def from_kernel(raw: bytes) -> tuple[Any, ...]:
    """What `recvfrom` reports for a peer with this address."""
    if len(raw) == 16:
        port, host = struct.unpack_from("!H4s", raw, 2)
        return socket.inet_ntoa(host), port
    port, flow, host = struct.unpack_from("!HI16s", raw, 2)
    scope = struct.unpack_from("=I", raw, 24)[0]
    name = socket.inet_ntop(socket.AF_INET6, host)
    return (f"{name}%{socket.if_indextoname(scope)}" if scope else name), port, flow, scope
