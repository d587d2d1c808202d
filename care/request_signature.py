"""How a request between us and a provider is signed, in both directions: HMAC-SHA-256 (RFC 2104) over
the time, a full stop and the body. A request older than OLD is refused, so that it cannot be sent again."""

import hashlib
import hmac
from datetime import datetime, timedelta

SIGNATURE, TIMESTAMP = "IPT-Signature", "IPT-Timestamp"
VERSION = "v1="
OLD = timedelta(minutes=5)
SECRET_SIGNS = 32  # of a secret, at the least


def stamp(at: datetime) -> str:
    """The time as the header carries it: whole seconds since 1970."""
    return str(int(at.timestamp()))


def sign(secret: bytes, stamp: str, body: bytes) -> str:
    """The value of the signature's header."""
    return VERSION + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def holds(secret: bytes, stamp: str, body: bytes, given: str, now: datetime) -> bool:
    """Whether a request was signed with this secret, and lately."""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= STAMP_DIGITS):
        return False
    fresh = abs(now.timestamp() - int(stamp)) <= OLD.total_seconds()
    return hmac.compare_digest(sign(secret, stamp, body).encode(), given.encode()) and fresh


STAMP_DIGITS = 12
