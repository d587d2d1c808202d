"""Codes of an authenticator app (TOTP, RFC 6238): 30-second steps, each good once."""

import base64
import hmac
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

STEP_S = 30
DRIFT = 1
"Steps that a phone's clock may be away."
ISSUER = "IPT Rooms"


def accepted_step(secret: str, code: str, now: datetime, used: int) -> int | None:
    """The step whose code this is, when it is near `now` and later than the last one used; None otherwise."""
    given = "".join(letter for letter in code if letter.isdecimal())
    here = int(now.timestamp()) // STEP_S
    otp = pyotp.TOTP(secret)
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(otp.generate_otp(step).encode(), given.encode()) and step > used:
            found = step
    return found


def secret_of(digest: bytes) -> str:
    """An authenticator's secret, 160 bits, out of a keyed digest: the same for every view of one set-up."""
    return base64.b32encode(digest[:20]).decode()


def in_groups(secret: str) -> str:
    """The secret as people type it: four letters at a time."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def picture(secret: str, account: str) -> Markup:
    """The QR code that an authenticator app reads, as SVG for the page. Black on white in every colour
    scheme: cameras need it.
    """
    address = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(drawing)  # noqa: S704 (drawn by us: squares only)
