"""What the clock writes into the outbox ahead of time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.outbox
import store.pauses
import store.plan
from scheduler import join_links, plans
from store.database import Database
from store.outbox import Message
from store.sealing import Keys
from tests.scheduler import house
from tests.scheduler.house import START, House

DAY = timedelta(days=1)


async def waiting(home: House) -> list[Message]:
    async with home.db.read() as tx:
        return await store.outbox.listing(tx)


async def test_the_day_before_each_participant_gets_one_link_that_dies_at_the_start(home: House) -> None:
    for minutes in (0, 1, 60):
        await join_links.tick(home.db, START - DAY + timedelta(minutes=minutes))
    queued = await waiting(home)
    assert {message.person for message in queued} == {home.members[name].person for name in ("Ada", "Ben")}
    assert len(queued) == 2
    assert {(message.kind, message.expires_at) for message in queued} == {("join_link", START)}


async def test_who_is_in_a_pause_then_gets_no_link_and_gets_it_on_coming_back_early(home: House) -> None:
    office, ada = home.members["Cory"].id, home.members["Ada"]
    async with home.db.write() as tx:
        await store.pauses.pause(
            tx, home.keys, ada.id, START - 2 * DAY, START + DAY, "bereavement", office, START - 3 * DAY
        )
    await join_links.tick(home.db, START - DAY)
    links = {one.person for one in await waiting(home) if one.kind == "join_link"}
    assert links == {home.members["Ben"].person}
    back = START - timedelta(hours=6)
    async with home.db.write() as tx:
        await store.pauses.resume(tx, home.keys, ada.id, office, back)
    await join_links.tick(home.db, back)
    links = {one.person for one in await waiting(home) if one.kind == "join_link"}
    assert links == {home.members["Ben"].person, ada.person}


async def test_a_link_that_waits_for_the_morning_is_not_made_due_again_each_minute(home: House) -> None:
    early = START - DAY
    await join_links.tick(home.db, early)
    morning = early + timedelta(hours=9)
    async with home.db.write() as tx:
        for message in await store.outbox.claim(tx, early):
            assert message.token is not None
            await store.outbox.release(tx, message.id, message.token, morning)
    await join_links.tick(home.db, early + timedelta(minutes=1))
    assert {message.due_at for message in await waiting(home)} == {morning}


async def test_nothing_is_written_two_days_before_or_once_the_session_began(home: House) -> None:
    await join_links.tick(home.db, START - 2 * DAY)
    await join_links.tick(home.db, START)
    assert await waiting(home) == []


async def planned(home: House, now: datetime) -> None:
    """One turn of everything that plans and looks at windows."""
    await plans.tick(home.db, now)
    await plans.advance(home.db, now)


async def test_a_group_about_to_begin_gets_its_first_check_in_and_one_invitation_each(
    database: Database, keys: Keys
) -> None:
    home = await house.build(database, keys, present=1)
    two_weeks_before = START - timedelta(days=14)
    for later in range(3):
        await planned(home, two_weeks_before + timedelta(hours=later))
    queued = [one for one in await waiting(home) if one.due_at <= two_weeks_before + DAY]
    assert {message.kind for message in queued} == {"checkin_invitation"}
    assert len(queued) == 2
    assert all(message.expires_at == START for message in queued)


async def test_a_group_further_away_hears_nothing_yet(database: Database, keys: Keys) -> None:
    home = await house.build(database, keys, present=1)
    await planned(home, START - timedelta(days=22))
    assert await waiting(home) == []
    async with home.db.read() as tx:
        items = await store.checkins.of_group(tx, home.group)
    assert len(items) == 2 * 18, "but every round is known"


async def test_a_check_in_that_is_over_invites_nobody(database: Database, keys: Keys) -> None:
    home = await house.build(database, keys, present=1)
    await planned(home, START - DAY)
    await planned(home, START)
    left = [one for one in await waiting(home) if one.state == "pending"]
    assert "checkin_invitation" not in {one.kind for one in left}
    async with home.db.read() as tx:
        states = {one.state for one in await store.checkins.of_group(tx, home.group) if one.wave == "pre"}
    assert states == {"expired"}


async def test_a_scheduler_that_was_away_for_a_month_sends_only_what_is_not_too_late(
    database: Database, keys: Keys
) -> None:
    home = await house.build(database, keys, present=1)
    await planned(home, START - timedelta(days=20))
    late = START + timedelta(days=16)
    await planned(home, late)
    soon = [one for one in await waiting(home) if one.state == "pending"]
    assert soon
    assert all(one.expires_at > late for one in soon)


async def test_one_poisoned_group_stops_no_other(
    database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await house.build(database, keys, present=1)
    good = await house.build(database, keys, present=1)
    plan = store.plan.load

    async def load(tx: AsyncConnection, group: str) -> object:
        if group == bad.group:
            raise ValueError("poisoned")
        return await plan(tx, group)

    monkeypatch.setattr(store.plan, "load", load)
    await plans.tick(good.db, START - timedelta(days=14))
    async with good.db.read() as tx:
        assert len(await store.checkins.of_group(tx, good.group)) == 36
        assert await store.checkins.of_group(tx, bad.group) == []
        assert await store.plan.longest_ago(tx, START - timedelta(days=14), 50) == []


async def test_a_settled_group_is_only_looked_at(database: Database, keys: Keys) -> None:
    home = await house.build(database, keys, present=1)
    now = START - timedelta(days=14)
    await planned(home, now)
    async with home.db.read() as tx:
        before = await store.checkins.of_group(tx, home.group)
        assert await store.plan.settled(tx, home.group, now + timedelta(minutes=6))
    await plans.tick(home.db, now + timedelta(minutes=6))
    async with home.db.read() as tx:
        assert await store.checkins.of_group(tx, home.group) == before
        assert await store.plan.longest_ago(tx, now + timedelta(minutes=6), 50) == []
