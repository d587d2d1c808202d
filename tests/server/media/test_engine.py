"""Real peers through the real engine over loopback: DTLS, SRTP and every RTCP message are the wire's own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from server.media.messages import Arrange, CloseRoom, Down, FirstMedia, Offer, Prefer, Slot, Table, Up
from server.media.options import MediaOptions
from server.media.outgoing import BLACKS, SILENCES
from server.media.rtc_backend import Certificate
from tests.peers import clips, rtcp, sdp
from tests.peers.direct import Refusal, Stage
from tests.peers.incoming import Incoming
from tests.peers.leg import Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay

LOOPBACK = MediaOptions(bind=("127.0.0.1",))
Joins = Callable[..., Awaitable[Replay]]


async def until(right: Callable[[], bool], timeout: float = 5.0) -> None:
    """Returns when the condition holds; looks each 10 ms, fails after `timeout` seconds."""
    async with asyncio.timeout(timeout):
        while not right():
            await asyncio.sleep(0.01)


async def flows(stream: Incoming, packets: int) -> None:
    """Returns when so many packets came."""
    await until(lambda: stream.packets > packets, 10)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(LOOPBACK) as made:
        yield made


@pytest.fixture
async def join(stage: Stage) -> AsyncIterator[Joins]:
    """Connects a peer with microphone and camera on."""
    pacer = Pacer()
    peers: list[Replay] = []

    async def join(name: str, *, injected: float = 0.0, **profile: object) -> Replay:
        leg = Leg(sdp.Profile(slots=2, **profile), seed=len(peers) + 1, injected=injected)  # type: ignore[arg-type]
        layers = [clips.filler_video()] * max(1, len(leg.profile.rids))
        peer = Replay(leg, pacer, origin=len(peers) + 1, audio=clips.filler_audio(), video=layers)
        peers.append(peer)
        await leg.connect(stage.negotiate("room", name))
        peer.mic(True)
        peer.camera(True)
        return peer

    yield join
    for peer in peers:
        peer.close(goodbye=False)
    pacer.close()


async def test_two_peers_hear_and_see_each_other(stage: Stage, join: Joins) -> None:
    ada, ben = await join("ada"), await join("ben")
    stage.arrange({"ada": {0: "ben"}, "ben": {0: "ada"}})

    for peer in (ada, ben):
        for kind in ("audio", "video"):
            await flows(peer.leg.slots[0, kind], 50)
    assert ada.leg.slots[0, "audio"].origin == 2
    assert ben.leg.slots[0, "audio"].origin == 1
    assert ada.leg.slots[1, "audio"].packets == 0
    assert ada.leg.tally.faults() == ben.leg.tally.faults() == {}


async def test_nothing_reaches_a_peer_that_no_table_names(stage: Stage, join: Joins) -> None:
    ada, ben = await join("ada"), await join("ben")
    stage.arrange({"ada": {0: "ben"}})

    await until(lambda: ada.leg.slots[0, "audio"].packets > 50)

    assert ben.leg.slots[0, "audio"].packets == ben.leg.slots[0, "video"].packets == 0


async def test_the_events_of_a_leg_come_in_order(stage: Stage, join: Joins) -> None:
    ada = await join("ada")
    await stage.until(lambda e: isinstance(e, FirstMedia) and e.kind == "audio")
    await stage.until(lambda e: isinstance(e, FirstMedia) and e.kind == "video")
    ada.close()
    down = await stage.until(lambda e: isinstance(e, Down))

    kinds = [type(e).__name__ for e in stage.events if getattr(e, "leg", "") == "ada"]
    assert kinds == ["Answered", "Up", "FirstMedia", "FirstMedia", "Down"]
    assert down.reason == "closed"
    assert down.last_alive_ms >= next(e for e in stage.events if isinstance(e, Up)).at_ms


async def test_a_table_may_come_before_its_people(stage: Stage, join: Joins) -> None:
    ada = await join("ada")
    stage.arrange({"ada": {0: "ben"}})
    await join("ben")

    await until(lambda: ada.leg.slots[0, "video"].packets > 10)


async def test_closing_a_room_ends_its_legs_alone(stage: Stage, join: Joins) -> None:
    await join("ada")
    stage.engine.send(CloseRoom(room="another"))
    stage.engine.send(CloseRoom(room="room"))

    down = await stage.until(lambda e: isinstance(e, Down))
    assert down.reason == "requested"


async def test_an_offer_that_makes_no_sense_is_refused(stage: Stage) -> None:
    with pytest.raises(Refusal, match="bad_offer"):
        await stage.negotiate("room", "eve")("v=0\r\nm=audio 9 RTP/AVP 0\r\n")


async def test_commands_about_strangers_change_nothing(stage: Stage) -> None:
    stage.engine.send(Arrange(tables=(Table(leg="nobody", slots=(Slot(index=0, source="none"),)),)))
    stage.close_leg("nobody")
    stage.engine.send(Offer(room="r", leg="x", request=1, sdp=""))

    await stage.until(lambda e: type(e).__name__ == "Refused")
    assert not any(isinstance(e, Down) for e in stage.events)


@pytest.mark.parametrize(
    "profile", [{"rtx": False}, {"twcc": False}, {"audio_nack": False}, {"rids": ("q", "h", "f")}]
)
async def test_a_peer_that_can_do_less_still_takes_part(
    stage: Stage, join: Joins, profile: dict[str, object]
) -> None:
    ada, ben = await join("ada", **profile), await join("ben")
    stage.arrange({"ada": {0: "ben"}, "ben": {1: "ada"}})

    for stream in (ada.leg.slots[0, "audio"], ada.leg.slots[0, "video"], ben.leg.slots[1, "video"]):
        await flows(stream, 30)


async def test_losses_both_ways_are_repaired(stage: Stage, join: Joins) -> None:
    ada, ben = await join("ada", injected=0.05), await join("ben", injected=0.05)
    stage.arrange({"ada": {0: "ben"}, "ben": {0: "ada"}})
    picture = ada.leg.slots[0, "video"]

    await until(lambda: picture.packets > 250, 10)
    ben.camera(False)
    ben.mic(False)
    await until(lambda: not picture.gaps, 3)

    assert ada.leg.tally.faults() == ben.leg.tally.faults() == {}
    assert ada.leg.tally.lost == 0
    assert ada.leg.tally.repairs > 0
    assert ben.leg.tally.nack_got > 0
    assert ada.leg.tally.sr_got > 0
    assert ben.leg.tally.rr_got > 0
    assert ben.leg.tally.twcc_got > 10


async def test_the_layer_follows_the_shown_height_and_a_hidden_picture_is_not_sent(
    stage: Stage, join: Joins
) -> None:
    ada = await join("ada")
    await join("ben", rids=("q", "h", "f"))
    stage.arrange({"ada": {0: "ben"}})
    picture = ada.leg.slots[0, "video"]

    for height, layer in ((1080, 3), (90, 1), (720, 3)):
        stage.engine.send(Prefer(leg="ada", heights=((0, height),)))
        await until(lambda layer=layer: picture.stream == layer)  # type: ignore[misc]
    stage.engine.send(Prefer(leg="ada", heights=((0, 0),)))
    await until(lambda: time.monotonic() - picture.last_at > 0.3)
    stage.engine.send(Prefer(leg="ada", heights=((0, 90),)))
    await until(lambda: picture.stream == 1)

    assert ada.leg.tally.faults() == {}
    assert ada.leg.tally.lost == 0


async def test_a_freed_slot_is_blanked_and_never_repaired_with_the_former_person(
    stage: Stage, join: Joins
) -> None:
    ada = await join("ada")
    await join("ben")
    await join("cleo")
    stage.arrange({"ada": {0: "ben"}})
    sound, picture = ada.leg.slots[0, "audio"], ada.leg.slots[0, "video"]
    await flows(sound, 20)
    await flows(picture, 20)

    stage.arrange({"ada": {0: None}})
    await until(lambda: ada.leg.tally.blanks == SILENCES + BLACKS)
    before = (sound.packets, picture.packets, ada.leg.tally.repairs)
    ada.leg.send_rtcp(rtcp.nack(1, picture.ssrc, [picture.expected - n & 0xFFFF for n in range(8, 3, -1)]))
    stage.arrange({"ada": {0: "cleo"}})
    await until(lambda: sound.origin == 3 and picture.origin == 3)

    assert ada.leg.tally.repairs == before[2]
    assert ada.leg.tally.faults() == {}


async def test_a_swap_in_one_slot_is_one_unbroken_stream(stage: Stage, join: Joins) -> None:
    ada = await join("ada")
    await join("ben")
    await join("cleo")
    for source, origin in (("ben", 2), ("cleo", 3), ("ben", 2), ("cleo", 3)):
        stage.arrange({"ada": {0: source}})
        for kind in ("audio", "video"):
            stream = ada.leg.slots[0, kind]
            await until(lambda stream=stream, origin=origin: stream.origin == origin)  # type: ignore[misc]

    assert ada.leg.tally.faults() == {}
    assert ada.leg.tally.lost == 0


async def test_a_muted_slot_carries_picture_without_sound(stage: Stage, join: Joins) -> None:
    ada = await join("ada")
    await join("ben")
    muted = Slot(index=0, source="ben", audio=False)
    stage.engine.send(Arrange(tables=(Table(leg="ada", slots=(muted,)),)))

    await flows(ada.leg.slots[0, "video"], 20)

    assert ada.leg.slots[0, "audio"].packets == 0


async def test_an_ice_restart_from_a_new_port_keeps_the_media(stage: Stage, join: Joins) -> None:
    ada, _ = await join("ada"), await join("ben")
    stage.arrange({"ada": {0: "ben"}})
    sound = ada.leg.slots[0, "audio"]
    await flows(sound, 20)

    await ada.leg.restart(stage.negotiate("room", "ada"), move=True)
    await flows(sound, sound.packets + 50)

    assert ada.leg.tally.faults() == {}
    assert not any(isinstance(event, Down) for event in stage.events)


async def test_a_new_port_without_a_word_is_followed(stage: Stage, join: Joins) -> None:
    ada, _ = await join("ada"), await join("ben")
    stage.arrange({"ada": {0: "ben"}})
    sound = ada.leg.slots[0, "audio"]
    await flows(sound, 20)

    ada.leg.move()

    await flows(sound, sound.packets + 50)


async def test_a_second_connection_under_the_same_name_replaces_the_first(stage: Stage, join: Joins) -> None:
    await join("ada")
    other = Certificate().fingerprint
    offer = Leg(sdp.Profile(slots=2), seed=77)
    text = offer.offer()
    mine = text.split("a=fingerprint:sha-256 ")[1].split("\r\n")[0]
    await stage.negotiate("room", "ada")(text.replace(mine, other))

    down = await stage.until(lambda e: isinstance(e, Down))
    assert down.reason == "replaced"
    offer.close(goodbye=False)
