import pytest

from server.media import stun

TRANSACTION = bytes(range(12))
# RFC 5769 section 2.1: a sample request with software, priority, controlled, user name, integrity,
# fingerprint.
SAMPLE = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff"
    "80290008932ff9b151263b36000600096576746a3a6836765920202000080014"
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
SAMPLE_PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"


def test_the_sample_request_of_rfc_5769_is_read_and_verified() -> None:
    message = stun.parse(SAMPLE)

    assert message.kind == stun.BINDING_REQUEST
    assert message.username == "evtj:h6vY"
    assert message.controlled
    assert stun.verify(SAMPLE, message, SAMPLE_PASSWORD)
    assert not stun.verify(SAMPLE, message, b"another password")


@pytest.mark.parametrize("address", [("192.0.2.1", 32853), ("2001:db8:1234:5678:11:2233:4455:6677", 32853)])
def test_a_success_answer_tells_the_address_and_carries_integrity(address: tuple[str, int]) -> None:
    answer = stun.success(stun.parse(SAMPLE), address, b"password")
    message = stun.parse(answer)

    assert message.kind == stun.BINDING_SUCCESS
    assert message.mapped == address
    assert stun.verify(answer, message, b"password")


def test_attributes_behind_the_integrity_do_not_count() -> None:
    check = stun.request(TRANSACTION, "a:b", b"p", use_candidate=False)
    body = check[20:-8] + b"\x00\x25\x00\x00"  # USE-CANDIDATE smuggled in behind the integrity
    forged = check[:2] + len(body).to_bytes(2, "big") + check[4:20] + body

    message = stun.parse(forged)

    assert not message.use_candidate
    assert stun.verify(forged, message, b"p")


@pytest.mark.parametrize("cut", range(len(SAMPLE)))
def test_a_cut_message_is_refused_as_a_value_error(cut: int) -> None:
    with pytest.raises(ValueError, match="STUN"):
        stun.parse(SAMPLE[:cut])


def test_a_flipped_bit_breaks_the_fingerprint() -> None:
    for at in range(4, len(SAMPLE) - 8):
        broken = bytearray(SAMPLE)
        broken[at] ^= 1
        with pytest.raises(ValueError, match="STUN"):
            stun.parse(bytes(broken))
