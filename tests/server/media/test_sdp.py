from pathlib import Path

import pytest

from server.media import answer, sdp

CAPTURES = Path(__file__).parent / "captures"
SIMULCAST = (CAPTURES / "chromium_simulcast_11.sdp").read_bytes().decode()
PLAIN = (CAPTURES / "chromium_plain_2_all_codecs.sdp").read_bytes().decode()
TRANSPORT = answer.Transport(
    "serverUF", "serverPassword0123456789", "AA:BB", ("1 1 udp 1 192.0.2.1 7 typ host",)
)


def written(offer: str) -> str:
    plan = answer.plan(sdp.parse(offer))
    sources = {
        s.mid: answer.Source(1000 + n, 2000 + n if s.rtx_type is not None else None)
        for n, s in enumerate(plan.slots())
    }
    return answer.write(plan, TRANSPORT, sources, 1)


def sections(text: str) -> list[str]:
    return text.split("m=")[1:]


def test_the_first_sending_sections_are_microphone_and_camera_and_the_rest_are_slots() -> None:
    plan = answer.plan(sdp.parse(SIMULCAST))
    microphone, camera = plan.microphone(), plan.camera()

    assert microphone is not None
    assert (microphone.mid, microphone.payload_type) == ("0", 111)
    assert camera is not None
    assert (camera.mid, camera.payload_type, camera.rtx_type, camera.rids) == ("1", 96, 97, ("q", "h", "f"))
    assert [(s.slot, s.kind) for s in plan.slots()[:4]] == [
        (0, "audio"),
        (0, "video"),
        (1, "audio"),
        (1, "video"),
    ]
    assert len(plan.slots()) == 22


def test_the_answer_has_transport_attributes_at_session_level_and_setup_in_each_section() -> None:
    text = written(SIMULCAST)
    head = text.split("m=")[0]

    assert "a=ice-lite\r\n" in head
    assert "a=ice-ufrag:serverUF\r\n" in head
    assert "a=fingerprint:sha-256 AA:BB\r\n" in head
    assert "a=group:BUNDLE " + " ".join(str(n) for n in range(24)) in head
    assert text.count("a=setup:passive") == len(sections(text)) == 24
    assert "a=candidate" in sections(text)[0]
    assert text.count("a=candidate") == 1


def test_the_answer_repeats_ids_and_payload_types_of_the_offer() -> None:
    microphone, camera, sound, picture = sections(written(SIMULCAST))[:4]

    assert microphone.startswith("audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
    assert "a=recvonly" in microphone
    assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1" in microphone
    assert "a=rtcp-fb:111 nack" in microphone
    assert f"a=extmap:1 {answer.LEVEL}" in microphone
    assert "a=simulcast:recv q;h;f" in camera
    assert f"a=extmap:10 {answer.RID}" in camera
    assert "toffset" not in camera
    assert "a=msid:s0 s0-a" in sound
    assert "a=ssrc:1000 cname:s0" in sound
    assert "a=msid:s0 s0-v" in picture
    assert "a=ssrc-group:FID 1001 2001" in picture


def test_an_offer_with_all_codecs_is_answered_with_opus_and_vp8_alone() -> None:
    text = written(PLAIN)

    assert [line for line in text.split("\r\n") if line.startswith("m=")] == [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
    ] * 3
    assert "simulcast" not in text


def test_a_data_channel_is_refused_and_the_rest_goes_on() -> None:
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:data\r\n"
    text = written(PLAIN.replace("BUNDLE 0", "BUNDLE 0 data") + data)

    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in text
    assert "BUNDLE 0 1 2 3 4 5" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=ice-ufrag:", "a=x-ufrag:"),
        ("a=ice-pwd:", "a=ice-pwd:\x00"),
        ("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz"),
        ("a=mid:1\r\n", "a=mid:0\r\n"),
        ("a=mid:1\r\n", ""),
        ("a=group:BUNDLE", "a=group:LS"),
        ("a=rtpmap:111", "a=rtpmap:999"),
        ("m=audio 9", "m=audio 99999999999999999999"),
        ("opus/48000/2", "pcmu/8000"),
    ],
)
def test_a_broken_offer_is_refused_as_a_value_error(old: str, new: str) -> None:
    offer = PLAIN.replace("VP8", "VP7").replace(old, new)
    with pytest.raises(ValueError, match=r"."):
        answer.plan(sdp.parse(offer))


def test_what_an_offer_says_cannot_inject_lines_into_the_answer() -> None:
    with pytest.raises(ValueError, match="rid"):
        written(SIMULCAST.replace("a=rid:q send", "a=rid:q;x send"))
