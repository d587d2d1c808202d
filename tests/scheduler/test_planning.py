"""What the clock writes into the outbox ahead of time."""

from datetime import timedelta

import store.checkins
import store.outbox
from scheduler import checkins, join_links
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


async def test_a_group_about_to_begin_gets_its_first_check_in_and_one_invitation_each(
    database: Database, keys: Keys
) -> None:
    home = await house.build(database, keys, present=1)
    two_weeks_before = START - timedelta(days=14)
    for later in range(3):
        now = two_weeks_before + timedelta(hours=later)
        await checkins.plan_first(home.db, now)
        await checkins.tick(home.db, now)
    queued = await waiting(home)
    assert {message.kind for message in queued} == {"checkin_invitation"}
    assert len(queued) == 2
    assert all(message.expires_at == START for message in queued)


async def test_a_group_further_away_gets_none_yet(database: Database, keys: Keys) -> None:
    home = await house.build(database, keys, present=1)
    await checkins.plan_first(home.db, START - timedelta(days=15))
    await checkins.tick(home.db, START - timedelta(days=15))
    assert await waiting(home) == []


async def test_a_check_in_that_is_over_invites_nobody(database: Database, keys: Keys) -> None:
    home = await house.build(database, keys, present=1)
    await checkins.plan_first(home.db, START - DAY)
    await checkins.tick(home.db, START)
    assert await waiting(home) == []
    async with home.db.read() as tx:
        assert await store.checkins.due(tx, START - DAY) == [], "the window is over, the row says so"
