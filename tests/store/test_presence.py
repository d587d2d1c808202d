"""Facts are written once. After a crash open spans end at the last proof of life."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from care.facts import Fact, Kind
from store import presence, rooms
from store.ids import fresh_id
from store.rooms import RoomRecord
from tests.services.circle import NOW, make_circle

SECOND = timedelta(seconds=1)


def at(second, kind, circle, member=None, connection=None, boot="first", **more):
    return Fact(
        id=fresh_id(),
        session=circle.session,
        member=member,
        connection=connection,
        kind=kind,
        at=NOW + second * SECOND,
        mono_ms=500_000 + second * 1000,
        boot=boot,
        **more,
    )


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await rooms.save(tx, made.session, RoomRecord(state="open", opened_at=NOW))
        return made


async def stored(database, circle):
    async with database.read() as tx:
        return await presence.facts(tx, circle.session)


async def test_facts_come_back_as_they_were_in_the_order_they_were_stored(database, circle):
    ada = circle.participants[0].id
    facts = [
        at(5, Kind.ROOM_OPENED, circle),
        at(3, Kind.TRANSPORT_UP, circle, ada, "c1"),
        at(9, Kind.ATTEMPT_FAILED, circle, ada, "c2", detail="ice_failed"),
    ]
    async with database.write() as tx:
        await presence.append(tx, facts)
    assert await stored(database, circle) == facts


async def test_a_repeated_fact_is_stored_once_and_never_changed(database, circle):
    fact = at(5, Kind.ROOM_OPENED, circle)
    async with database.write() as tx:
        await presence.append(tx, [fact])
        await presence.append(tx, [replace(fact, detail="changed"), at(6, Kind.LOCKED, circle)])
    found = await stored(database, circle)
    assert found[0] == fact
    assert [one.kind for one in found] == [Kind.ROOM_OPENED, Kind.LOCKED]


async def test_a_fact_of_no_session_is_refused(database, circle):
    lost = replace(at(5, Kind.ROOM_OPENED, circle), session="nowhere")
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await presence.append(tx, [lost])


async def crash(database, circle, facts, alive_at, legs, node=""):
    """The first boot stores facts and one heartbeat, and is never heard of again."""
    async with database.write() as tx:
        await presence.beat(tx, "first", NOW, {}, node)
        await presence.append(tx, facts)
        proofs = {leg: NOW + second * SECOND for leg, second in legs.items()}
        await presence.beat(tx, "first", NOW + alive_at * SECOND, proofs, node)


async def restart(database, second=100, boot="second", node=""):
    async with database.write() as tx:
        await presence.beat(tx, boot, NOW + second * SECOND, {}, node)
        return await presence.close_open(tx, boot, NOW + second * SECOND, 7_000, node)


def told(facts):
    return [(one.kind, one.connection, (one.at - NOW) // SECOND, one.boot) for one in facts]


async def test_after_a_crash_each_connection_ends_at_its_own_last_proof_of_life(database, circle):
    ada, bela = (member.id for member in circle.participants)
    facts = [
        at(1, Kind.TRANSPORT_UP, circle, ada, "a"),
        at(2, Kind.TRANSPORT_UP, circle, bela, "b"),
        at(3, Kind.SOCKET_OPEN, circle, ada, "s"),
    ]
    await crash(database, circle, facts, alive_at=40, legs={"a": 38, "b": 25, "s": 40})
    written = await restart(database)
    assert told(written) == [
        (Kind.TRANSPORT_DOWN, "a", 38, "first"),
        (Kind.TRANSPORT_DOWN, "b", 25, "first"),
        (Kind.SOCKET_CLOSED, "s", 40, "first"),
        (Kind.SERVICE_STOPPED, None, 40, "first"),
        (Kind.SERVICE_STARTED, None, 100, "second"),
    ]
    assert written[0].member == ada
    assert written[0].mono_ms == 500_000 + 38_000
    assert written[-1].mono_ms == 7_000
    assert (await stored(database, circle))[3:] == written


async def test_what_ended_by_itself_is_not_ended_again(database, circle):
    ada = circle.participants[0].id
    facts = [
        at(1, Kind.TRANSPORT_UP, circle, ada, "a"),
        at(5, Kind.TRANSPORT_DOWN, circle, ada, "a"),
        at(6, Kind.TRANSPORT_UP, circle, ada, "b"),
    ]
    await crash(database, circle, facts, alive_at=10, legs={"b": 9})
    written = await restart(database)
    assert [one for one in told(written) if one[1]] == [(Kind.TRANSPORT_DOWN, "b", 9, "first")]


async def test_a_late_end_of_an_old_connection_does_not_end_the_new_one(database, circle):
    ada = circle.participants[0].id
    facts = [
        at(1, Kind.TRANSPORT_UP, circle, ada, "old"),
        at(6, Kind.TRANSPORT_UP, circle, ada, "new"),
        at(7, Kind.TRANSPORT_DOWN, circle, ada, "old"),
    ]
    await crash(database, circle, facts, alive_at=10, legs={"new": 10})
    assert told(await restart(database))[0] == (Kind.TRANSPORT_DOWN, "new", 10, "first")


async def test_a_connection_younger_than_the_last_heartbeat_ends_at_its_own_last_fact(database, circle):
    ada = circle.participants[0].id
    await crash(database, circle, [], alive_at=10, legs={})
    async with database.write() as tx:
        await presence.append(
            tx,
            [
                at(12, Kind.TRANSPORT_UP, circle, ada, "a"),
                at(14, Kind.FIRST_MEDIA, circle, ada, "a", detail="audio"),
            ],
        )
    assert told(await restart(database))[:2] == [
        (Kind.TRANSPORT_DOWN, "a", 14, "first"),
        (Kind.SERVICE_STOPPED, None, 14, "first"),
    ]


async def test_closing_twice_changes_nothing(database, circle):
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, circle.participants[0].id, "a")], 10, {})
    await restart(database)
    before = await stored(database, circle)
    assert await restart(database) == []
    assert await stored(database, circle) == before


async def test_two_crashes_in_a_row_are_two_interruptions(database, circle):
    ada = circle.participants[0].id
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, ada, "a")], 10, {"a": 10})
    await restart(database, 20)
    async with database.write() as tx:
        await presence.append(tx, [at(25, Kind.TRANSPORT_UP, circle, ada, "b", boot="second")])
        await presence.beat(tx, "second", NOW + 30 * SECOND, {"b": NOW + 30 * SECOND})
    written = await restart(database, 40, "third")
    assert told(written) == [
        (Kind.TRANSPORT_DOWN, "b", 30, "second"),
        (Kind.SERVICE_STOPPED, None, 30, "second"),
        (Kind.SERVICE_STARTED, None, 40, "third"),
    ]


async def test_a_crash_right_after_a_restart_is_an_interruption_too(database, circle):
    await crash(database, circle, [at(1, Kind.ROOM_OPENED, circle)], 10, {})
    await restart(database, 20)
    assert told(await restart(database, 30, "third")) == [
        (Kind.SERVICE_STOPPED, None, 20, "second"),
        (Kind.SERVICE_STARTED, None, 30, "third"),
    ]


async def test_a_server_that_ended_in_order_is_left_alone(database, circle):
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, circle.participants[0].id, "a")], 10, {})
    async with database.write() as tx:
        await presence.stopped(tx, "first", NOW)
    assert await restart(database) == []


async def test_another_node_is_dead_only_after_thirty_seconds_of_silence(database, circle):
    ada = circle.participants[0].id
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, ada, "a")], 10, {"a": 10}, node="one")
    assert await restart(database, 40, node="two") == []
    assert told(await restart(database, 41, "third", node="two"))[0] == (
        Kind.TRANSPORT_DOWN,
        "a",
        10,
        "first",
    )


async def test_an_ended_room_hears_of_no_interruption(database, circle):
    await crash(database, circle, [at(1, Kind.ROOM_OPENED, circle)], 10, {})
    async with database.write() as tx:
        await rooms.end(tx, circle.session, NOW)
    assert await restart(database) == []


async def test_heartbeats_of_a_session_name_the_boots_that_served_it(database, circle):
    await crash(database, circle, [at(1, Kind.ROOM_OPENED, circle)], 10, {})
    async with database.write() as tx:
        await presence.beat(tx, "idle", NOW, [])
    async with database.read() as tx:
        assert await presence.heartbeats(tx, circle.session) == {"first": NOW + 10 * SECOND}


async def test_a_server_that_was_taken_for_dead_lives_again_with_its_next_beat(database, circle):
    ada = circle.participants[0].id
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, ada, "a")], 10, {"a": 10}, node="one")
    await restart(database, 50, node="two")
    async with database.write() as tx:
        assert await presence.beat(tx, "first", NOW + 55 * SECOND, {"a": NOW + 55 * SECOND}, "one")
        await presence.append(
            tx,
            [
                at(55, Kind.SERVICE_STARTED, circle, detail="revived"),
                at(55, Kind.TRANSPORT_UP, circle, ada, "a"),
            ],
        )
        assert not await presence.beat(tx, "first", NOW + 60 * SECOND, {"a": NOW + 60 * SECOND}, "one")
    written = await restart(database, 95, node="two")
    assert told(written) == [
        (Kind.TRANSPORT_DOWN, "a", 60, "first"),
        (Kind.SERVICE_STOPPED, None, 60, "first"),
        (Kind.SERVICE_STARTED, None, 95, "second"),
    ]
    assert (await stored(database, circle))[-3:] == written, "the second death is stored beside the first"


async def test_a_first_beat_and_an_unbroken_one_bring_nobody_back(database):
    async with database.write() as tx:
        assert not await presence.beat(tx, "first", NOW, {})
        assert not await presence.beat(tx, "first", NOW + 10 * SECOND, {})


async def test_a_server_that_was_silent_itself_closes_nobody(database, circle):
    ada = circle.participants[0].id
    await crash(database, circle, [at(1, Kind.TRANSPORT_UP, circle, ada, "a")], 10, {"a": 10}, node="one")

    async def close(second):
        async with database.write() as tx:
            return await presence.close_open(tx, "second", NOW + second * SECOND, 7_000, "two")

    assert await close(60) == [], "it never beat"
    async with database.write() as tx:
        await presence.beat(tx, "second", NOW + 20 * SECOND, {}, "two")
    assert await close(60) == [], "its own last beat is as old"
    async with database.write() as tx:
        await presence.beat(tx, "second", NOW + 55 * SECOND, {}, "two")
    assert told(await close(60))[0] == (Kind.TRANSPORT_DOWN, "a", 10, "first")
