"""A secret address for a calendar: one at a time, ended at once, and known to the database as a hash."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store import audit, calendar_feeds, groups
from store.tables import calendar_feed
from tests.services.circle import HOUR, NOW, make_circle


@pytest.fixture
async def member(database, keys):
    async with database.write() as tx:
        return (await make_circle(tx, keys)).participants[0]


async def test_there_is_none_until_somebody_asks_for_it(database, member):
    async with database.read() as tx:
        assert await calendar_feeds.of_member(tx, member.id) is None


async def test_a_token_leads_to_the_member_and_is_kept_as_a_hash(database, keys, member):
    async with database.write() as tx:
        token = await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        feed = await calendar_feeds.by_token(tx, token)
        stored = (await tx.execute(select(calendar_feed))).all()

    assert (feed.member, feed.group, feed.created_at, feed.read_at) == (member.id, member.group, NOW, None)
    assert len(token) == calendar_feeds.TOKEN_LENGTH
    assert token not in repr(stored)


async def test_a_new_address_ends_the_old_one(database, keys, member):
    async with database.write() as tx:
        old = await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        new = await calendar_feeds.turn_on(tx, keys, member.id, NOW + HOUR)

        assert await calendar_feeds.by_token(tx, old) is None
        assert (await calendar_feeds.by_token(tx, new)).created_at == NOW + HOUR


async def test_turned_off_it_leads_nowhere(database, keys, member):
    async with database.write() as tx:
        token = await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        assert await calendar_feeds.turn_off(tx, keys, member.id, NOW)

        assert await calendar_feeds.by_token(tx, token) is None
        assert not await calendar_feeds.turn_off(tx, keys, member.id, NOW)


async def test_whoever_left_the_group_has_none(database, keys, member):
    async with database.write() as tx:
        token = await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        await groups.withdraw_member(tx, member.id, NOW)

        assert await calendar_feeds.by_token(tx, token) is None
        with pytest.raises(LookupError):
            await calendar_feeds.turn_on(tx, keys, member.id, NOW)


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "x" * 5000, "\u0000" * 43])
async def test_any_other_token_leads_nowhere(database, keys, member, token):
    async with database.write() as tx:
        await calendar_feeds.turn_on(tx, keys, member.id, NOW)

        assert await calendar_feeds.by_token(tx, token) is None


async def test_readings_are_kept_to_the_hour(database, keys, member):
    async with database.write() as tx:
        token = await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        feed = await calendar_feeds.by_token(tx, token)
        assert calendar_feeds.due_to_note(feed, NOW)
        for minutes in (0, 30, 59):
            await calendar_feeds.noted(tx, feed.id, NOW + timedelta(minutes=minutes))
        found = await calendar_feeds.by_token(tx, token)
        assert found.read_at == NOW
        assert not calendar_feeds.due_to_note(found, NOW + timedelta(minutes=59))
        await calendar_feeds.noted(tx, feed.id, NOW + HOUR)
        assert (await calendar_feeds.by_token(tx, token)).read_at == NOW + HOUR


async def test_on_and_off_stand_in_the_audit(database, keys, member):
    async with database.write() as tx:
        await calendar_feeds.turn_on(tx, keys, member.id, NOW)
        await calendar_feeds.turn_off(tx, keys, member.id, NOW)
        found = await audit.of_group(tx, member.group)

    assert [each.action for each in found] == ["calendar_feed_off", "calendar_feed_on"]
