"""A room survives its server: everything comes back as it was stored, and an ended room stays ended."""

from dataclasses import replace

from store import groups, rooms, signals
from store.rooms import RoomRecord, SeatRecord
from tests.services.circle import HOUR, NOW, make_circle


async def opened(tx, keys):
    circle = await make_circle(tx, keys)
    record = RoomRecord(
        state="open",
        locked=True,
        opened_at=NOW,
        deadline_at=NOW + 2 * HOUR,
        seats={
            circle.facilitator.id: SeatRecord(seat=0, stage="room", admitted_at=NOW),
            circle.participants[0].id: SeatRecord(
                seat=1, stage="lobby", muted=True, greeted_at=NOW, greeted_device="abcd"
            ),
        },
    )
    await rooms.save(tx, circle.session, record)
    return circle, record


async def test_a_room_comes_back_as_it_was(database, keys):
    async with database.write() as tx:
        circle, record = await opened(tx, keys)
    async with database.read() as tx:
        assert await rooms.load(tx, circle.session) == record
        assert await rooms.unended(tx) == [circle.session]


async def test_a_room_that_was_never_opened_is_none(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        assert await rooms.load(tx, circle.session) is None


async def test_saving_again_replaces_what_changed_and_keeps_other_seats(database, keys):
    async with database.write() as tx:
        circle, record = await opened(tx, keys)
        held = replace(record, state="held", held_at=NOW + HOUR, locked=False, seats={})
        await rooms.save(tx, circle.session, held)
        admitted = SeatRecord(seat=1, stage="room", admitted_at=NOW + HOUR)
        await rooms.save_seat(tx, circle.session, circle.participants[0].id, admitted)
        assert await rooms.load(tx, circle.session) == replace(
            held,
            seats={
                circle.facilitator.id: record.seats[circle.facilitator.id],
                circle.participants[0].id: admitted,
            },
        )


async def test_an_ended_room_stays_ended_whatever_a_late_record_says(database, keys):
    async with database.write() as tx:
        circle, record = await opened(tx, keys)
        assert await rooms.end(tx, circle.session, NOW + HOUR)
        assert not await rooms.end(tx, circle.session, NOW + 2 * HOUR)
        await rooms.save(tx, circle.session, record)
        found = await rooms.load(tx, circle.session)
        assert (found.state, found.ended_at) == ("ended", NOW + HOUR)
        assert await rooms.unended(tx) == []


async def test_who_was_greeted_on_a_device_is_known_in_later_sessions(database, keys):
    async with database.write() as tx:
        circle, _ = await opened(tx, keys)
        bela = circle.participants[0].id
        assert await rooms.greeted(tx, bela, "abcd")
        assert not await rooms.greeted(tx, bela, "other")
        assert not await rooms.greeted(tx, circle.participants[1].id, "abcd")


async def test_a_session_is_due_to_close_when_its_room_is_over(database, keys):
    async with database.write() as tx:
        circle, _ = await opened(tx, keys)
        end = NOW + 1.5 * HOUR

        async def due(at):
            return [one.id for one in await groups.due_to_close(tx, at)]

        assert await due(end) == [], "the room may run over"
        assert await due(NOW + 2 * HOUR) == [circle.session], "its deadline has come"
        await rooms.end(tx, circle.session, end)
        assert await due(end - HOUR / 100) == []
        assert await due(end) == [circle.session]


async def test_a_session_nobody_opened_is_due_at_its_end(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        assert await groups.due_to_close(tx, NOW + HOUR) == []
        assert [one.id for one in await groups.due_to_close(tx, NOW + 1.5 * HOUR)] == [circle.session]


async def test_closing_happens_once_and_servers_hear_of_it(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        reader = signals.Reader()
        await reader.poll(tx)
        assert await groups.set_session_state(tx, circle.session, "open", NOW)
        assert not await groups.set_session_state(tx, circle.session, "open", NOW)
        assert await groups.set_session_state(tx, circle.session, "closed", NOW)
        assert not await groups.set_session_state(tx, circle.session, "open", NOW)
        assert not await groups.set_session_state(tx, circle.session, "cancelled", NOW)
        assert [one.body for one in await reader.poll(tx)] == [{"what": "closed", "session": circle.session}]
        assert [one.id for one in await groups.closed_between(tx, NOW, NOW)] == [circle.session]
