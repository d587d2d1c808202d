import contextlib
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from server.rooms import protocol, said, told
from server.rooms.protocol import MAX_FRAME_BYTES, MAX_OFFER_BYTES, ProtocolError

EXAMPLES = json.loads((Path(__file__).resolve().parents[2] / "wire" / "said.json").read_text("utf-8"))


def code_of(frame: str) -> str:
    with pytest.raises(ProtocolError) as caught:
        protocol.parse(frame)
    return caught.value.code


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        '"mic"',
        "{}",
        '{"type":"state"}',
        '{"type":"mic"}',
        '{"type":"mic","on":1}',
        '{"type":"mic","on":"true"}',
        '{"type":"mic","on":true,"loud":true}',
        '{"type":"pulse","n":1.0}',
        '{"type":"pulse","n":NaN}',
        '{"type":"pulse","n":-1}',
        '{"type":"text","text":"   "}',
        '{"type":"text","text":"\\ud800"}',
        '{"type":"admit"}',
        '{"type":"admit","all":false}',
        '{"type":"admit","all":true,"members":["p0"]}',
        '{"type":"admit","members":[]}',
        '{"type":"greet","member":"a b"}',
        '{"type":"show","slots":{"11":1}}',
        '{"type":"show","slots":{"01":1}}',
        '{"type":"show","slots":{"1":4321}}',
        '{"type":"offer","request":0,"connection":"short","sdp":"v=0"}',
        "[" * 50_000,
    ],
)
def test_whatever_is_not_in_the_document_is_malformed(frame: str) -> None:
    assert code_of(frame) == "malformed"


VALID = [json.dumps(example) for some in EXAMPLES.values() for example in some]


@given(st.text())
def test_any_text_is_a_message_or_a_protocol_error(frame: str) -> None:
    with contextlib.suppress(ProtocolError):
        protocol.parse(frame)


@given(st.sampled_from(VALID), st.integers(0, 400), st.integers(0, 6), st.text(max_size=6))
def test_a_damaged_message_is_a_message_or_a_protocol_error(
    frame: str, start: int, length: int, instead: str
) -> None:
    with contextlib.suppress(ProtocolError):
        protocol.parse(frame[:start] + instead + frame[start + length :])


def test_only_an_offer_may_be_larger_than_other_frames() -> None:
    sdp = "v=0\r\n" + "a" * 100_000
    offer = protocol.parse(
        json.dumps({"type": "offer", "request": 0, "connection": "connection-1", "sdp": sdp})
    )
    assert isinstance(offer, said.Offer)
    assert len(offer.sdp) == len(sdp)
    assert code_of(json.dumps({"type": "arrive", "where": "x" * MAX_FRAME_BYTES})) == "too_large"
    assert code_of('{"type":"offer","sdp":"' + "x" * MAX_OFFER_BYTES + '"}') == "too_large"


def test_sizes_are_counted_in_bytes() -> None:
    assert code_of(json.dumps({"type": "arrive", "where": "ü" * 40_000}, ensure_ascii=False)) == "too_large"


def test_surrounding_space_is_not_text() -> None:
    message = protocol.parse('{"type":"text","text":"  hello  "}')
    assert isinstance(message, said.Text)
    assert message.text == "hello"


def test_a_sender_is_called_from_on_the_wire() -> None:
    line = told.Text(sender="f0", name="Ada", to=None, text="hello", at_ms=1)
    assert json.loads(protocol.dump(line)) == {
        "type": "text",
        "from": "f0",
        "name": "Ada",
        "to": None,
        "text": "hello",
        "at_ms": 1,
    }
