"""Erasing a person: what is foreseen is what happens, nothing of theirs opens, and what stays says why."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from store import (
    access_log,
    audit,
    concern_access,
    concern_acts,
    concerns,
    erasing,
    groups,
    links,
    outbox,
    people,
    staff,
)
from store.erasing import Refused
from store.fates import FATES, Act, Why
from store.tables import calendar_feed, checkin, device, link, member, metadata, person_key
from store.tables import outbox as messages
from tests.services import unspoken
from tests.services.circle import HOUR, make_circle, make_person

TODAY = datetime.now(UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
async def told(database, keys):
    """A circle in which Bela has told everything, with a link, a feed and a message that waits."""
    async with database.write() as tx:
        circle = await make_circle(tx, keys, now=TODAY - WEEK)
        leader, bela = circle.facilitator, circle.participants[0]
        await staff.for_person(tx, keys, leader.person, TODAY)
        sessions = [circle.session]
        for ordinal in range(2, 13):
            start = TODAY - 2 * WEEK + ordinal * WEEK
            sessions.append(
                await groups.create_session(tx, circle.group, ordinal, start, start + HOUR, "Europe/Berlin")
            )
        await unspoken.plant(tx, keys, bela, leader, sessions, TODAY)
        token = await links.mint(tx, bela.id, "join", TODAY, TODAY + HOUR)
        await links.redeem(tx, token, None, TODAY)
        await outbox.put(tx, "k", "join_link", bela.person, {}, TODAY, TODAY + HOUR, TODAY)
        feed = {"id": "f", "member": bela.id, "token_hash": b"x", "created_at": TODAY}
        await tx.execute(calendar_feed.insert().values(**feed))
        return circle


async def go(tx, keys, circle, **more):
    """Bela is erased, as their facilitator approved."""
    bela, leader = circle.participants[0], circle.facilitator
    account = await staff.of_person(tx, leader.person)
    return await erasing.erase(tx, keys, bela.person, approved_by=account.id, now=TODAY, **more)


def test_every_table_has_a_fate():
    assert erasing.untold(metadata.tables.values()) == set()
    assert len({fate.table.name for fate in FATES}) == len(FATES), "one each"


def test_what_is_kept_says_why():
    about_somebody = [fate for fate in FATES if fate.live is not None or fate.act is Act.KEPT]
    silent = {fate.table.name for fate in about_somebody if fate.why is Why.NONE}
    assert silent == {
        *("therapy_group", "boot", "signal", "tick", "service_version", "contract_version", "change"),
        *("dates_revision", "questionnaire", "on_call_version", "crisis_version", "reopening"),
    }, "these are about nobody"


async def test_looking_ahead_changes_nothing(database, keys, told):
    bela = told.participants[0]
    async with database.write() as tx:
        counts = await everything(tx)
        foreseen = {line.table: line for line in await erasing.foresee(tx, bela.person)}
        assert await everything(tx) == counts
        assert (await people.names(tx, keys, [bela.id]))[bela.id].startswith("Bela")
    assert foreseen["person_key"].act is Act.DELETED
    assert foreseen["answer"].unreadable == foreseen["answer"].rows > 100
    assert foreseen["outbox"].ending >= 1
    assert foreseen["link"].ending == 1
    assert foreseen["checkin"].ending == foreseen["checkin"].rows >= 5
    assert foreseen["audit"].why is Why.ACCOUNTABLE
    assert foreseen["concern"].why is Why.SAFETY


async def everything(tx):
    """How many rows each table holds."""
    return {
        name: (await tx.execute(select(func.count()).select_from(table))).scalar_one()
        for name, table in metadata.tables.items()
    }


async def test_nothing_sealed_opens_and_what_waits_is_ended(database, keys, told):
    bela, cleo = told.participants
    async with database.write() as tx:
        foreseen = {line.table: line for line in await go(tx, keys, told, close_concerns=True)}
    async with database.read() as tx:
        assert await keys.of(tx, [bela.person]) == {}
        assert set(await people.names(tx, keys, [bela.id, cleo.id])) == {cleo.id}
        assert await people.by_contact(tx, keys, "bela@findable.example") == []
        gone = [fate for fate in FATES if fate.act is Act.DELETED]
        for fate in gone:
            left = select(func.count()).select_from(fate.table).where(fate.whose(bela.person))
            assert (await tx.execute(left)).scalar_one() == 0, fate.table.name
        assert {fate.table for fate in gone} >= {person_key, device, calendar_feed}
        states = set((await tx.execute(select(checkin.c.state).where(checkin.c.member == bela.id))).scalars())
        assert states == {"superseded"}
        waiting = select(messages.c.state).where(messages.c.person == bela.person)
        assert set((await tx.execute(waiting)).scalars()) == {"withdrawn"}
        ended = select(link.c.revoked_at).where(link.c.member == bela.id)
        assert None not in (await tx.execute(ended)).scalars().all()
        left_at = (await tx.execute(select(member.c.left_at).where(member.c.id == bela.id))).scalar_one()
        assert left_at == TODAY
    for name, line in foreseen.items():
        assert line.rows, name


async def test_the_audit_says_who_approved_and_stays_whole(database, keys, told):
    bela = told.participants[0]
    async with database.write() as tx:
        await go(tx, keys, told, close_concerns=True)
        lines = [one for one in await audit.of_group(tx, told.group) if one.action == "person_erased"]
        assert [(one.object, one.actor) for one in lines] == [(f"person:{bela.person}", "command")]
        account = await staff.of_person(tx, told.facilitator.person)
        assert lines[0].reason == f"approved by staff:{account.id}"
        assert await audit.verify(tx, keys) is None
        assert await access_log.verify(tx, keys) is None


async def test_the_sockets_of_an_erased_person_are_closed(database, keys, told):
    async with database.write() as tx:
        await go(tx, keys, told, close_concerns=True)
        rows = (await tx.execute(select(metadata.tables["signal"]))).all()
    assert {"what": "revoked", "member": told.participants[0].id} in [
        {name: row.body[name] for name in ("what", "member")} for row in rows if row.topic == links.TOPIC
    ]


async def test_an_open_concern_stops_it_until_somebody_closes_it(database, keys, told):
    bela, leader = told.participants[0], told.facilitator
    async with database.write() as tx:
        with pytest.raises(Refused, match="concern"):
            await go(tx, keys, told)
        assert bela.person in await keys.of(tx, [bela.person])
        for one in await erasing.open_concerns(tx, bela.person):
            await concern_acts.acknowledge(tx, keys, one.id, leader.person, TODAY)
            await concern_acts.close(tx, keys, one.id, leader.person, "spoke with them", TODAY)
        await go(tx, keys, told)
        assert await keys.of(tx, [bela.person]) == {}


async def test_told_to_it_closes_concerns_in_the_name_of_who_approved(database, keys, told):
    bela, leader = told.participants[0], told.facilitator
    async with database.write() as tx:
        await concerns.ask_for_help(tx, keys, bela.id, bela.id, TODAY)
        await go(tx, keys, told, close_concerns=True)
        account = await staff.of_person(tx, leader.person)
        after = await concern_access.of_group(tx, told.group, closed=True)
        assert {one.state for one in after} == {"closed"}
        assert await concerns.due(tx, TODAY + WEEK) == []
        rows = (await tx.execute(select(metadata.tables["concern"].c.closed_by))).scalars().all()
        assert account.id in rows


async def test_an_open_account_nobody_and_twice_are_refused(database, keys, told):
    bela, leader = told.participants[0], told.facilitator
    async with database.write() as tx:
        account = await staff.of_person(tx, leader.person)
        with pytest.raises(Refused, match="account"):
            await erasing.erase(tx, keys, leader.person, approved_by=account.id, now=TODAY)
        with pytest.raises(Refused, match="unknown"):
            await erasing.erase(tx, keys, "nobody", approved_by=account.id, now=TODAY)
        await go(tx, keys, told, close_concerns=True)
        with pytest.raises(Refused, match="unknown"):
            await erasing.erase(tx, keys, bela.person, approved_by=account.id, now=TODAY)


async def test_somebody_without_a_group_is_erased_too(database, keys):
    async with database.write() as tx:
        dora = await make_person(tx, keys, "Dora", TODAY)
        lines = await erasing.erase(tx, keys, dora, approved_by="staff1", now=TODAY)
        assert {line.table for line in lines} == {"person", "person_key"}
        assert [one.action for one in await audit.latest(tx)] == ["person_erased"]
