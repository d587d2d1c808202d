"""The room of an individual meeting: its own two people, the same door, and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

import store.openable
import store.presence
import store.rooms
from care.facts import Kind
from store.groups import Session
from store.tables import individual, session
from tests.server.house import House
from tests.services.meetings import offered


@pytest.fixture(autouse=True)
def short_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment between telling of a look and its opening is tested without sockets."""
    monkeypatch.setattr("server.rooms.door.GREET_NOTICE_MS", 20)


@pytest.fixture
async def alone(house: House) -> House:
    """A house whose room is that of the first participant's meeting, which begins now."""
    now, circle = datetime.now(UTC), house.circle
    async with house.db.write() as tx:
        slot = await offered(tx, circle.facilitator, "pre", now + timedelta(days=1), now)
        meeting = "meeting1"
        await tx.execute(
            session.insert().values(
                id=meeting,
                member=circle.participants[0].id,
                uid="u",
                local_at="2026-03-02T18:00",
                tzdata="x",
                starts_at=now,
                ends_at=now + timedelta(minutes=45),
                zone="UTC",
                state="planned",
                sequence=0,
            )
        )
        await tx.execute(
            individual.insert().values(
                id="booking1",
                member=circle.participants[0].id,
                topic="pre",
                state="booked",
                slot=slot,
                session=meeting,
                reason="",
                made_by=circle.facilitator.id,
                made_at=now,
            )
        )
    object.__setattr__(circle, "session", meeting)
    return house


async def meeting(house: House) -> Session:
    """The meeting as it is now."""
    async with house.db.read() as tx:
        found = await store.openable.find(tx, house.circle.session)
    assert found is not None
    return found


async def test_two_people_meet_by_the_same_door(alone: House) -> None:
    ada = alone.circle.participants[0]
    leader = await alone.seated(alone.circle.facilitator)
    guest = await alone.seated(ada)
    await leader.until(lambda s: any(w["member"] == ada.id for w in s["waiting"]))
    await leader.say("greet", member=ada.id)
    await guest.until(lambda s: s["greet"] is not None and s["greet"]["open"])
    await leader.say("admit", members=[ada.id])
    await guest.until(lambda s: s["stage"] == "room")
    assert guest.state["session"]["ordinal"] == 0
    await alone.registry.keeper.flush()
    assert (await meeting(alone)).state == "open"
    async with alone.db.read() as tx:
        facts = await store.presence.facts(tx, alone.circle.session)
    assert {Kind.ARRIVED, Kind.GREETED, Kind.ADMITTED} <= {one.kind for one in facts if one.member == ada.id}


async def test_another_member_gets_no_ticket_and_no_seat(alone: House) -> None:
    await alone.seated(alone.circle.facilitator)
    bela = await alone.guest(alone.circle.participants[1])
    status, refusal = await bela.ticket()
    assert (status, refusal["code"]) == (404, "unknown")
    live = alone.registry.rooms[alone.circle.session]
    assert set(live.room.data.seats) == {alone.circle.facilitator.id, alone.circle.participants[0].id}


async def test_a_ticket_of_another_member_does_not_open_the_socket(alone: House) -> None:
    """Also one that was made for the group's own session."""
    leader = await alone.seated(alone.circle.facilitator)
    bela = await alone.guest(alone.circle.participants[1])
    ws = await bela.socket()
    hello = {"type": "hello", "ticket": "0123456789abcdef", "versions": [1], "slots": 0, "device": "phone"}
    await ws.send_json(hello)
    assert (await ws.receive_json())["code"] == "ticket"
    await ws.close()
    assert [one["member"] for one in leader.state["members"]] == [alone.circle.facilitator.id]


async def test_a_restarted_server_brings_the_room_back(alone: House) -> None:
    await alone.seated(alone.circle.facilitator)
    await alone.registry.keeper.flush()
    async with alone.db.read() as tx:
        assert await store.rooms.unended(tx) == [alone.circle.session]
    alone.registry.forget(alone.circle.session)
    await alone.registry.live.release(alone.circle.session, alone.registry.node)
    await alone.registry.restore()
    live = alone.registry.rooms[alone.circle.session]
    assert live.room.data.state in ("open", "held")
    assert len(live.room.data.seats) == 2


async def test_the_emergency_sheet_opens_for_the_facilitator(alone: House) -> None:
    ada = alone.circle.participants[0]
    leader = await alone.seated(alone.circle.facilitator)
    guest = await alone.guest(ada)
    await guest.join()
    await guest.say("arrive", where="Kitchen", phone="1", alone=True, headphones=True)
    await leader.until(lambda s: any(w["member"] == ada.id for w in s["waiting"]))
    await leader.say("sheet", member=ada.id)
    assert (await leader.hears("sheet"))["where"] == "Kitchen"


async def test_a_moved_meeting_lets_nobody_in_before_its_new_hour(alone: House) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    async with alone.db.write() as tx:
        times = {"starts_at": later, "ends_at": later + timedelta(minutes=45)}
        await tx.execute(update(session).where(session.c.id == alone.circle.session).values(times))
    guest = await alone.guest(alone.circle.participants[0])
    status, refusal = await guest.ticket()
    assert (status, refusal["code"]) == (409, "too_early")
