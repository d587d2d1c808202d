"""Facts and rooms reach the database, late at worst."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import store.presence
import store.rooms
from care.facts import Fact, Kind
from server import clock
from server.observe import Metrics
from server.rooms.keeper import Keeper
from store.database import Database
from store.rooms import RoomRecord
from store.sealing import Keys
from tests.services.circle import make_circle


def fact(session: str, number: int, member: str | None = None) -> Fact:
    now = clock.read()
    return Fact(
        id=f"fact-{number}",
        session=session,
        member=member,
        kind=Kind.ROOM_OPENED,
        at=now.wall,
        mono_ms=now.mono_ms,
        boot="boot-1",
    )


async def test_facts_are_stored_in_their_order_on_both_databases(database: Database, keys: Keys) -> None:
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
    keeper = Keeper(database, Metrics(), clock.read)
    running = asyncio.create_task(keeper.run())
    for number in range(700):
        keeper.fact(fact(circle.session, number))
    keeper.room(circle.session, RoomRecord(state="open", opened_at=datetime.now(UTC)))
    await keeper.flush()
    async with database.read() as tx:
        facts = await store.presence.facts(tx, circle.session)
        record = await store.rooms.load(tx, circle.session)
    assert [f.id for f in facts] == [f"fact-{n}" for n in range(700)]
    assert record is not None
    assert record.state == "open"
    keeper.stop()
    await running


async def test_what_the_database_will_never_take_does_not_hold_up_the_rest(
    sqlite: Database, sqlite_keys: Keys
) -> None:
    async with sqlite.write() as tx:
        circle = await make_circle(tx, sqlite_keys)
    metrics = Metrics()
    keeper = Keeper(sqlite, metrics, clock.read)
    running = asyncio.create_task(keeper.run())
    good = fact(circle.session, 1)
    keeper.fact(replace(good, id="fact-0", session="no-such-session"))
    keeper.fact(good)
    await keeper.flush()
    async with sqlite.read() as tx:
        assert [f.id for f in await store.presence.facts(tx, circle.session)] == ["fact-1"]
    assert metrics.registry.get_sample_value("ipt_facts_refused_total") == 1
    keeper.stop()
    await running


async def test_whatever_goes_wrong_facts_and_rooms_are_tried_again(
    sqlite: Database, sqlite_keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rooms.keeper.AGAIN_S", 0.01)
    async with sqlite.write() as tx:
        circle = await make_circle(tx, sqlite_keys)
    keeper = Keeper(sqlite, Metrics(), clock.read)
    save, calls = store.rooms.save, 0

    async def unsure(*about: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ArithmeticError
        await save(*about)

    monkeypatch.setattr("store.rooms.save", unsure)
    running = asyncio.create_task(keeper.run())
    keeper.fact(fact(circle.session, 1))
    keeper.room(circle.session, RoomRecord(state="open", opened_at=datetime.now(UTC)))
    await keeper.flush()
    async with sqlite.read() as tx:
        assert await store.rooms.load(tx, circle.session) is not None
        assert len(await store.presence.facts(tx, circle.session)) == 1
    keeper.stop()
    await running


async def test_while_the_database_is_busy_facts_wait_and_nothing_is_lost(
    sqlite: Database, sqlite_keys: Keys
) -> None:
    async with sqlite.write() as tx:
        circle = await make_circle(tx, sqlite_keys)
    keeper = Keeper(sqlite, Metrics(), clock.read)
    running = asyncio.create_task(keeper.run())
    async with sqlite.write():
        for number in range(5):
            keeper.fact(fact(circle.session, number))
        await asyncio.sleep(0)
    await keeper.flush()
    async with sqlite.read() as tx:
        assert len(await store.presence.facts(tx, circle.session)) == 5
    keeper.stop()
    await running
