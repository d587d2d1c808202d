"""STUN binding messages for an ICE-lite agent: parse, answer, verify.

Only what RFC 8445 section 7 and RFC 8489 ask of a server that answers connectivity checks, written for one
datagram at a time without allocation beyond the result. Parsing raises ValueError and nothing else.
"""

import hmac
import socket
import struct
import zlib
from dataclasses import dataclass

COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
BINDING_INDICATION = 0x0011
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

_USERNAME = 0x0006
_MESSAGE_INTEGRITY = 0x0008
_ERROR_CODE = 0x0009
_XOR_MAPPED_ADDRESS = 0x0020
_PRIORITY = 0x0024
_USE_CANDIDATE = 0x0025
_FINGERPRINT = 0x8028
_ICE_CONTROLLED = 0x8029
_ICE_CONTROLLING = 0x802A

_HEADER = struct.Struct(">HHI12s")
_ATTRIBUTE = struct.Struct(">HH")
_FINGERPRINT_XOR = 0x5354554E
_HMAC_LENGTH = 20
_MAX_ATTRIBUTES = 32


@dataclass(frozen=True, slots=True)
class Message:
    """A STUN message as far as a lite agent looks at it."""

    kind: int
    transaction: bytes
    username: str = ""
    use_candidate: bool = False
    controlled: bool = False
    "The sender says that it is controlled, which a peer of a lite agent must never be."
    integrity_at: int = 0
    "Offset of the MESSAGE-INTEGRITY attribute, 0 when there is none."
    mapped: tuple[str, int] | None = None


def parse(data: bytes) -> Message:
    """The message in a datagram. Raises ValueError when it is malformed or its fingerprint is wrong."""
    if len(data) < _HEADER.size:
        raise ValueError("STUN message is shorter than its header")
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if cookie != COOKIE or kind & 0xC000 or length % 4 or length != len(data) - _HEADER.size:
        raise ValueError("STUN header is not valid")
    username, use_candidate, controlled, integrity_at = "", False, False, 0
    mapped = None
    for code, start, size in _attributes(data):
        if code == _FINGERPRINT:
            _check_fingerprint(data, start, size)
        elif integrity_at:
            continue  # whatever follows the integrity attribute is not protected by it
        elif code == _USERNAME:
            username = _text(data[start : start + size])
        elif code == _USE_CANDIDATE:
            use_candidate = True
        elif code == _ICE_CONTROLLED:
            controlled = True
        elif code == _XOR_MAPPED_ADDRESS:
            mapped = _unmask(data[start : start + size], transaction)
        elif code == _MESSAGE_INTEGRITY:
            if size != _HMAC_LENGTH:
                raise ValueError("STUN integrity has a wrong length")
            integrity_at = start - 4
    return Message(kind, transaction, username, use_candidate, controlled, integrity_at, mapped)


def verify(data: bytes, message: Message, password: bytes) -> bool:
    """True when the message is signed with this password (RFC 8489 section 14.5)."""
    at = message.integrity_at
    if not at:
        return False
    covered = data[:2] + struct.pack(">H", at + 4) + data[4:at]
    return hmac.compare_digest(hmac.digest(password, covered, "sha1"), data[at + 4 : at + 4 + _HMAC_LENGTH])


def success(message: Message, address: tuple[str, int], password: bytes) -> bytes:
    """The answer to a valid check: the address it came from, integrity and fingerprint."""
    mapped = _masked(address, message.transaction)
    return _sealed(BINDING_SUCCESS, message.transaction, _attribute(_XOR_MAPPED_ADDRESS, mapped), password)


def error(message: Message, code: int, reason: str, password: bytes | None) -> bytes:
    """An error answer; without password it carries no integrity (RFC 8489 section 9.1.3)."""
    value = struct.pack(">HBB", 0, code // 100, code % 100) + reason.encode()
    return _sealed(BINDING_ERROR, message.transaction, _attribute(_ERROR_CODE, value), password)


def request(
    transaction: bytes,
    username: str,
    password: bytes,
    *,
    use_candidate: bool = True,
    controlling: bool = True,
) -> bytes:
    """A connectivity check as a client sends it; the server never does, tests and probes do."""
    body = _attribute(_USERNAME, username.encode()) + _attribute(_PRIORITY, struct.pack(">I", 1845501695))
    body += _attribute(_ICE_CONTROLLING if controlling else _ICE_CONTROLLED, bytes(8))
    if use_candidate:
        body += _attribute(_USE_CANDIDATE, b"")
    return _sealed(BINDING_REQUEST, transaction, body, password)


def _attributes(data: bytes) -> list[tuple[int, int, int]]:
    """(code, offset of the value, length) of each attribute."""
    found: list[tuple[int, int, int]] = []
    at, end = _HEADER.size, len(data)
    while at < end:
        if at + 4 > end or len(found) == _MAX_ATTRIBUTES:
            raise ValueError("STUN attributes are cut or too many")
        code, size = _ATTRIBUTE.unpack_from(data, at)
        at += 4
        if at + size > end:
            raise ValueError("STUN attribute is longer than the message")
        found.append((code, at, size))
        at += (size + 3) & ~3
    return found


def _check_fingerprint(data: bytes, start: int, size: int) -> None:
    if size != 4 or start + 4 != len(data):
        raise ValueError("STUN fingerprint is not the last attribute")
    if int.from_bytes(data[start : start + 4], "big") != zlib.crc32(data[: start - 4]) ^ _FINGERPRINT_XOR:
        raise ValueError("STUN fingerprint does not match")


def _text(value: bytes) -> str:
    if len(value) > 513:
        raise ValueError("STUN username is too long")
    return value.decode("ascii", "replace")


def _attribute(code: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(code, len(value)) + value + bytes(-len(value) % 4)


def _sealed(kind: int, transaction: bytes, body: bytes, password: bytes | None) -> bytes:
    if password is not None:
        covered = _HEADER.pack(kind, len(body) + 24, COOKIE, transaction) + body
        body += _attribute(_MESSAGE_INTEGRITY, hmac.digest(password, covered, "sha1"))
    covered = _HEADER.pack(kind, len(body) + 8, COOKIE, transaction) + body
    return covered + _attribute(_FINGERPRINT, struct.pack(">I", zlib.crc32(covered) ^ _FINGERPRINT_XOR))


def _masked(address: tuple[str, int], transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS value (RFC 8489 section 14.2)."""
    host, port = address
    head = struct.pack(">BBH", 0, 2 if ":" in host else 1, port ^ (COOKIE >> 16))
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    mask = struct.pack(">I", COOKIE) + transaction
    return head + bytes(a ^ b for a, b in zip(packed, mask, strict=False))


def _unmask(value: bytes, transaction: bytes) -> tuple[str, int]:
    if len(value) not in (8, 20) or value[1] != (1 if len(value) == 8 else 2):
        raise ValueError("STUN mapped address is not valid")
    mask = struct.pack(">I", COOKIE) + transaction
    packed = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
    family = socket.AF_INET if len(value) == 8 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int.from_bytes(value[2:4], "big") ^ (COOKIE >> 16)
