import pytest

from server.media import rtcp, twcc


def test_a_nack_names_what_is_missing_across_the_wrap() -> None:
    wanted = [65534, 65535, 0, 14, 15, 40]
    packet = rtcp.nack(1, 2, wanted)
    (part,) = rtcp.parse(packet)

    assert rtcp.media_ssrc(part) == 2
    assert rtcp.nacked(part) == wanted
    assert len(packet) == 12 + 2 * 4 + 4


def test_a_sender_report_is_read_as_written() -> None:
    info = rtcp.SenderInfo(ssrc=7, ntp=0x0123456789ABCDEF, rtp=99, packets=3, octets=400)
    report, description = rtcp.parse(rtcp.sender_report(info, "s0"))

    assert rtcp.sender_info(report) == info
    assert rtcp.reports(report) == []
    assert (description.kind, description.form) == (rtcp.SDES, 1)


def test_a_receiver_report_is_read_as_written() -> None:
    block = rtcp.Report(ssrc=5, fraction=64, lost=-3, highest=70000, jitter=12, last_sr=1, delay=2)
    (part,) = rtcp.parse(rtcp.receiver_report(9, [block]))

    assert rtcp.reports(part) == [block]


def test_the_bitrate_of_a_remb_message_is_read() -> None:
    body = bytes(8) + b"REMB" + bytes((1, 0x1B, 0xD0, 0x90)) + bytes(4)
    assert rtcp.remb(rtcp.Part(rtcp.PSFB, 15, body)) == 0x3D090 << 6
    assert rtcp.remb(rtcp.Part(rtcp.PSFB, 15, bytes(20))) is None


@pytest.mark.parametrize(
    "data", ["80", "80c90001", "40c9000000", "a0c9000100000000", "a0c9000100000009", "80c9ffff00000000"]
)
def test_a_malformed_compound_is_a_value_error(data: str) -> None:
    with pytest.raises(ValueError, match="RTCP"):
        rtcp.parse(bytes.fromhex(data))


def test_transport_feedback_is_read_as_written() -> None:
    arrivals = [(65530, 100.0), (65531, 100.001), (65533, 100.002), (2, 100.300), (1, 100.310)]
    (part,) = rtcp.parse(twcc.build(1, 2, 3, arrivals))
    found = dict(twcc.parse(part))

    assert [n for n, at in found.items() if at is None] == [65532, 65534, 65535, 0]
    base = found[65530]
    assert base is not None
    for number, at in arrivals:
        got = found[number]
        assert got is not None
        assert got - base == pytest.approx(at - 100.0, abs=0.0006)


def test_long_runs_and_mixed_patterns_of_transport_feedback_survive() -> None:
    arrivals = [(n, 5.0 + n / 1000) for n in range(600) if n % 50 > 3 and n % 7 != 2]
    (part,) = rtcp.parse(twcc.build(1, 2, 3, arrivals))

    assert [n for n, at in twcc.parse(part) if at is not None] == [n for n, _ in arrivals]


@pytest.mark.parametrize("size", range(16, 28))
def test_cut_transport_feedback_is_a_value_error(size: int) -> None:
    (part,) = rtcp.parse(twcc.build(1, 2, 3, [(n, n / 100) for n in range(9)]))
    with pytest.raises(ValueError, match="feedback"):
        twcc.parse(rtcp.Part(part.kind, part.form, part.body[: min(size, len(part.body) - 5)]))
