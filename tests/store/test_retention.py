"""Everything that must go goes at its time, not before, and in steps."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from care.facts import Fact, Kind
from store import (
    alerts,
    delivered,
    doorstep,
    groups,
    links,
    outbox,
    presence,
    retention,
    setup,
    signals,
    staff,
    staff_signins,
    staff_tokens,
)
from store.tables import calendar_feed, group, slot
from tests.services.circle import HOUR, NOW, make_circle

DAY = 24 * HOUR
LIVES = {
    "doorstep": 3 * DAY,
    "signals": HOUR,
    "codes": timedelta(minutes=10) + DAY,
    "links": HOUR + 30 * DAY,
    "facts": 90 * DAY,
    "boots": 90 * DAY,
    "messages": 365 * DAY,
    "delivered": 30 * DAY,
    "alerts": 365 * DAY,
    "devices": 30 * DAY,
    "staff_signins": staff_signins.ABSOLUTE + 30 * DAY,
    "staff_tokens": HOUR + 30 * DAY,
    "drafts": 90 * DAY,
    "calendar_feeds": 30 * DAY,
    "slots": HOUR + 90 * DAY,
}


@pytest.fixture
async def full(database, keys):
    """One row of each kind, made (or ended) at NOW."""
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada, bela = circle.participants
        await doorstep.put(tx, keys, circle.session, ada.id, "home", "1", None, None, NOW)
        await links.mint_code(tx, keys, ada.id, "join", NOW)
        token = await links.mint(tx, bela.id, "join", NOW, NOW + HOUR)
        await links.redeem(tx, token, None, NOW)
        await groups.withdraw_member(tx, bela.id, NOW)
        fact = Fact(id="f", session=circle.session, kind=Kind.ROOM_OPENED, at=NOW, mono_ms=1, boot="one")
        await presence.append(tx, [fact])
        await presence.beat(tx, "one", NOW, [])
        await presence.stopped(tx, "one", NOW)
        await outbox.put(tx, "k", "join_link", ada.person, {}, NOW, NOW + HOUR, NOW)
        await outbox.withdraw(tx, "k", "moved", NOW)
        await delivered.put(tx, keys, ada.person, "join_link", "s", "b", NOW)
        await groups.set_session_state(tx, circle.session, "closed", NOW)
        office = await staff.for_person(tx, keys, circle.coordinator.person, NOW, admin=True)
        await staff_signins.open_one(tx, office.id, "password", NOW)
        await staff_tokens.mint(tx, keys, office.id, "invite", "command", NOW, HOUR)
        await alerts.send_tests(tx, [circle.facilitator.person], NOW)
        await setup.save_draft(tx, keys, circle.coordinator.person, {"title": "Tuesday"}, NOW)
        feed = {"id": "f", "member": ada.id, "token_hash": b"x", "created_at": NOW, "revoked_at": NOW}
        await tx.execute(insert(calendar_feed).values(**feed))
        time = {"id": "s", "facilitator": circle.facilitator.id, "topic": "pre", "state": "offered"}
        time |= {"local_at": "2026-03-02T18:00", "zone": "Europe/Berlin", "tzdata": "2026a", "made_at": NOW}
        await tx.execute(insert(slot).values(**time, starts_at=NOW, ends_at=NOW + HOUR))
        return circle


@pytest.mark.parametrize("name", list(retention.RULES))
async def test_a_row_goes_at_its_time_and_not_before(database, full, name):
    async with database.write() as tx:
        just_before = NOW + LIVES[name] - timedelta(seconds=1)
        assert (await retention.due(tx, just_before))[name] == 0
        assert (await retention.purge(tx, just_before))[name] == 0
        due = (await retention.due(tx, NOW + LIVES[name]))[name]
        gone = (await retention.purge(tx, NOW + LIVES[name]))[name]
        assert gone == due >= 1
        assert (await retention.due(tx, NOW + LIVES[name]))[name] == 0


def test_every_rule_has_its_time_written_here():
    assert set(LIVES) == set(retention.RULES)


async def test_a_year_later_only_what_is_kept_is_left(database, full):
    async with database.write() as tx:
        await retention.purge(tx, NOW + 400 * DAY)
        assert sum((await retention.due(tx, NOW + 400 * DAY)).values()) == 0
        assert (await groups.session(tx, full.session)).state == "closed"
        assert len(await groups.roster(tx, full.group)) == 4


async def test_counting_deletes_nothing(database, full):
    async with database.read() as tx:
        assert sum((await retention.due(tx, NOW + 400 * DAY)).values()) >= len(LIVES)


async def test_many_rows_go_in_steps(database):
    async with database.write() as tx:
        for number in range(25):
            await signals.put(tx, "t", {"n": number}, NOW)
        steps = [(await retention.purge(tx, NOW + DAY, most=10))["signals"] for _ in range(4)]
    assert steps == [10, 10, 5, 0]


async def test_people_are_over_when_their_last_group_ended_that_long_ago(database, full):
    people = {one.person for one in full.participants}
    async with database.write() as tx:
        assert await retention.people_over(tx, 10, NOW + 4000 * DAY) == [], "their group has not ended"
        ended = {"state": "ended", "ended_at": NOW}
        await tx.execute(update(group).where(group.c.id == full.group).values(**ended))
        assert await retention.people_over(tx, 10, NOW + 3652 * DAY) == []
        assert set(await retention.people_over(tx, 10, NOW + 3653 * DAY)) == people
