"""STUN as a controlling ICE agent needs it (RFC 8489, RFC 8445): binding requests with short-term
credentials, and the reading of what comes back. Written apart from the server's own parser, so that the two
check each other."""

from __future__ import annotations

import hashlib
import hmac
import socket
import struct
import zlib
from dataclasses import dataclass, field

COOKIE = 0x2112A442
REQUEST, INDICATION, SUCCESS, ERROR = 0x0001, 0x0011, 0x0101, 0x0111
USERNAME, INTEGRITY, ERROR_CODE, XOR_MAPPED = 0x0006, 0x0008, 0x0009, 0x0020
PRIORITY, USE_CANDIDATE, FINGERPRINT = 0x0024, 0x0025, 0x8028
CONTROLLED, CONTROLLING = 0x8029, 0x802A
FINGERPRINT_XOR = 0x5354554E


@dataclass(frozen=True)
class Message:
    """A parsed STUN message; `attributes` holds the first value of each type."""

    kind: int
    transaction: bytes
    attributes: dict[int, bytes] = field(default_factory=dict)
    raw: bytes = b""

    @property
    def error(self) -> int:
        """The error code of an error response, 0 when there is none."""
        value = self.attributes.get(ERROR_CODE, b"")
        return value[2] % 8 * 100 + value[3] if len(value) >= 4 else 0

    @property
    def mapped(self) -> tuple[str, int] | None:
        """XOR-MAPPED-ADDRESS (IPv4 and IPv6), None when absent."""
        value = self.attributes.get(XOR_MAPPED)
        if value is None or len(value) not in (8, 20):
            return None
        port = struct.unpack_from("!H", value, 2)[0] ^ (COOKIE >> 16)
        mask = struct.pack("!I", COOKIE) + self.transaction
        packed = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
        return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed), port

    def signed_by(self, password: str) -> bool:
        """Whether MESSAGE-INTEGRITY is there and right under `password`."""
        at = _find(self.raw, INTEGRITY)
        if at is None:
            return False
        signed = self.raw[:2] + struct.pack("!H", at - 20 + 24) + self.raw[4:at]
        return hmac.compare_digest(_hmac(password, signed), self.raw[at + 4 : at + 24])


def parse(data: bytes) -> Message:
    """The message in `data`; ValueError when it is not well-formed STUN or its fingerprint is wrong."""
    if len(data) < 20 or data[0] > 3 or len(data) % 4:
        raise ValueError("not STUN")
    kind, length, cookie = struct.unpack_from("!HHI", data)
    if cookie != COOKIE or length != len(data) - 20:
        raise ValueError("not STUN of RFC 8489")
    attributes: dict[int, bytes] = {}
    at = 20
    while at + 4 <= len(data):
        name, size = struct.unpack_from("!HH", data, at)
        if at + 4 + size > len(data):
            raise ValueError("attribute beyond the end")
        attributes.setdefault(name, data[at + 4 : at + 4 + size])
        at += 4 + size + (-size % 4)
    _check_fingerprint(data, attributes.get(FINGERPRINT))
    return Message(kind, data[8:20], attributes, data)


def request(
    transaction: bytes,
    username: str,
    password: str,
    *,
    tie: int,
    nominate: bool = True,
    priority: int = 1853759231,
) -> bytes:
    """A signed binding request of a controlling agent; `username` is REMOTE:LOCAL."""
    attributes = [(USERNAME, username.encode()), (PRIORITY, struct.pack("!I", priority))]
    attributes.append((CONTROLLING, struct.pack("!Q", tie)))
    if nominate:
        attributes.append((USE_CANDIDATE, b""))
    return build(REQUEST, transaction, attributes, password)


def success(transaction: bytes, address: tuple[str, int], password: str) -> bytes:
    """A signed binding success response that names the sender's `address` (IPv4)."""
    packed = struct.unpack("!I", socket.inet_aton(address[0]))[0] ^ COOKIE
    value = struct.pack("!BBHI", 0, 1, address[1] ^ (COOKIE >> 16), packed)
    return build(SUCCESS, transaction, [(XOR_MAPPED, value)], password)


def build(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], password: str | None) -> bytes:
    """A STUN message with MESSAGE-INTEGRITY (when there is a password) and FINGERPRINT."""
    body = b"".join(struct.pack("!HH", n, len(v)) + v + bytes(-len(v) % 4) for n, v in attributes)
    head = struct.pack("!HHI", kind, len(body) + (24 if password is not None else 0), COOKIE) + transaction
    data = head + body
    if password is not None:
        data += struct.pack("!HH", INTEGRITY, 20) + _hmac(password, data)
    data = data[:2] + struct.pack("!H", len(data) - 20 + 8) + data[4:]
    return data + struct.pack("!HHI", FINGERPRINT, 4, checksum(data))


def checksum(data: bytes) -> int:
    """The FINGERPRINT value over a message without that attribute (RFC 8489 14.7)."""
    return zlib.crc32(data) ^ FINGERPRINT_XOR


def _hmac(password: str, data: bytes) -> bytes:
    return hmac.new(password.encode(), data, hashlib.sha1).digest()


def _find(data: bytes, wanted: int) -> int | None:
    at = 20
    while at + 4 <= len(data):
        name, size = struct.unpack_from("!HH", data, at)
        if name == wanted:
            return at
        at += 4 + size + (-size % 4)
    return None


def _check_fingerprint(data: bytes, value: bytes | None) -> None:
    if value is None:
        return
    if value != struct.pack("!I", checksum(data[:-8])):
        raise ValueError("wrong fingerprint")
