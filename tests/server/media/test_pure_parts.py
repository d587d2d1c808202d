import pytest

from server.media import messages, vp8
from server.media.history import History
from server.media.keyframes import PAUSE_S, Patience, Throttle
from server.media.lost import FIRST_DELAY_MS, MAX_MISSING, REPEAT_MS, TRIES, Missing

EXAMPLES: list[messages.Command | messages.Event] = [
    messages.Offer(room="r", leg="a", request=1, sdp="v=0\r\n"),
    messages.Arrange(
        tables=(messages.Table(leg="a", slots=(messages.Slot(index=0, source="b", priority=1),)),)
    ),
    messages.Prefer(leg="a", heights=((0, 360), (1, 0))),
    messages.CloseLeg(leg="a"),
    messages.CloseRoom(room="r"),
    messages.Alive(legs=(("a", 5), ("b", 6))),
    messages.Held(leg="a", slots=(1, 2)),
    messages.Load(share=0.5, lag_ms=1.5, accepting=True, legs=3, packets_out=9),
    messages.WorkerLost(rooms=("r",), legs=("a", "b")),
]


@pytest.mark.parametrize("message", EXAMPLES)
def test_a_message_survives_its_line(message: messages.Command | messages.Event) -> None:
    line = messages.to_line(message)
    is_command = isinstance(message, messages.Offer | messages.Arrange | messages.Prefer)
    is_command = is_command or isinstance(message, messages.CloseLeg | messages.CloseRoom)
    read = messages.command_from_line(line) if is_command else messages.event_from_line(line)
    assert read == message
    assert line.count(b"\n") == 1


@pytest.mark.parametrize("line", [b"1", b"{}", b'{"type":"Load"}', b'{"type":"Offer","x":1}', b"nonsense"])
def test_a_line_that_is_no_message_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        messages.command_from_line(line)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ("10 00 00", (True, 0, 0, 0)),
        ("10 01 00", (False, 0, 0, 0)),
        ("90 80 92 34 00", (True, -2, 0x1234, 0)),
        ("90 c0 92 34 07 00", (True, 2, 0x1234, 7)),
        ("90 80 12 00", (True, 0, 0, 0)),
        ("80 e0 92 34 07 40 01", (False, 2, 0x1234, 7)),
        ("91 80 92 34 00", (False, -2, 0x1234, 0)),
    ],
)
def test_a_vp8_descriptor_is_read(payload: str, found: vp8.Descriptor) -> None:
    data = bytes.fromhex(payload)
    assert vp8.parse(b"head" + data, 4, 4 + len(data)) == found


@pytest.mark.parametrize("payload", ["10", "90 c0", "90 c0 92 34", "90 c0 92 34 07"])
def test_a_cut_vp8_descriptor_is_refused(payload: str) -> None:
    data = bytes.fromhex(payload)
    with pytest.raises(ValueError, match="VP8"):
        vp8.parse(data + bytes(9), 0, len(data))


def test_a_black_packet_starts_a_key_frame_with_its_numbers() -> None:
    payload = vp8.black_packet(0x1234, 0x56)
    assert vp8.parse(payload, 0, len(payload)) == (True, 2, 0x1234, 0x56)


def test_history_finds_a_packet_until_the_ring_comes_round() -> None:
    history = History(16)
    for sequence in range(65530, 65530 + 20):
        history.put((sequence & 0xFFFF, b"", 0, 0, False))

    assert history.get(65530) is None
    assert history.get(65535) is not None
    assert history.get(13) is not None
    assert history.get(14) is None


def test_a_missing_packet_is_asked_for_again_until_it_is_given_up() -> None:
    missing = Missing()
    assert missing.gap(65535, 2, 1000)

    assert missing.due(1000) == []
    now = 1000 + FIRST_DELAY_MS
    for _ in range(TRIES):
        assert missing.due(now) == [65535, 0]
        assert missing.due(now + 1) == []
        now += REPEAT_MS
    assert missing.due(now) == []
    assert missing.given_up == 2
    assert not missing


def test_a_packet_that_came_is_not_asked_for() -> None:
    missing = Missing()
    missing.gap(5, 3, 0)

    assert missing.arrived(6)
    assert not missing.arrived(6)
    assert missing.due(100) == [5, 7]


def test_a_break_too_long_to_repair_is_left_to_a_key_frame() -> None:
    assert not Missing().gap(0, MAX_MISSING + 1, 0)


def test_a_key_frame_request_inside_the_pause_is_kept_and_made_later() -> None:
    throttle = Throttle()
    throttle.ask()
    assert throttle.due(10.0)
    throttle.came(10.1)

    throttle.ask()
    assert not throttle.due(10.2)
    assert throttle.due(10.1 + PAUSE_S)


def test_a_key_frame_that_never_comes_is_asked_for_ever_more_slowly() -> None:
    throttle = Throttle()
    throttle.ask()
    sent = [at / 10 for at in range(600) if throttle.due(at / 10)]

    assert len(sent) == 8
    assert sent[1] - sent[0] == pytest.approx(PAUSE_S)
    assert sent[-1] - sent[-2] == pytest.approx(4.0)


def test_a_subscriber_that_asks_all_the_time_is_heard_ever_less() -> None:
    patience = Patience()
    heard = [at / 10 for at in range(600) if patience.hears(at / 10)]

    assert len(heard) < 15
    assert patience.hears(60 + 11)
