from datetime import UTC, datetime, timedelta

import pytest

from care import request_signature

NOW = datetime(2027, 3, 2, 11, 0, tzinfo=UTC)
SECRET, BODY = b"Jefe" * 8, b'{"id": "4f0c"}'
STAMP = request_signature.stamp(NOW)
SIGNED = request_signature.sign(SECRET, STAMP, BODY)


def test_the_code_is_hmac_sha_256_over_time_full_stop_and_body():
    """Computed once by `openssl dgst -sha256 -hmac Jefe` over the three together."""
    known = request_signature.sign(b"Jefe", "what do ya want ", b"for nothing?")
    assert known == "v1=83fb3421ec48dc8ee8cd58e1f03bb1f80ae0110c64a82771c98a0cea22cecdd2"


def test_what_was_signed_with_the_secret_lately_holds():
    assert request_signature.holds(SECRET, STAMP, BODY, SIGNED, NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("secret", "stamp", "body", "given", "minutes"),
    [
        (b"other" * 8, STAMP, BODY, SIGNED, 0),
        (SECRET, str(int(STAMP) + 1), BODY, SIGNED, 0),
        (SECRET, STAMP, BODY + b" ", SIGNED, 0),
        (SECRET, STAMP, BODY, SIGNED.removeprefix("v1="), 0),
        (SECRET, STAMP, BODY, "", 0),
        (SECRET, STAMP, BODY, SIGNED, 6),
        (SECRET, STAMP, BODY, SIGNED, -6),
        (SECRET, "", BODY, SIGNED, 0),
        (SECRET, "now", BODY, SIGNED, 0),
        (SECRET, "9" * 40, BODY, SIGNED, 0),
    ],
)
def test_anything_else_does_not(secret, stamp, body, given, minutes):
    assert not request_signature.holds(secret, stamp, body, given, NOW + timedelta(minutes=minutes))
