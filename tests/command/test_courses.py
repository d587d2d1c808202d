"""The groups of the demo have happened by the functions of real use: what the pages show of them is true."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

import store.attendance
import store.audit
import store.checkins
import store.contracts
import store.dates
import store.groups
import store.individual
import store.links
import store.safety_state
import store.schema
import store.scores
import store.signatures
import store.staff
import store.standing
import store.tasks
import store.tryouts
import store.workbook
import store.worklist
from care.signing import MEMBER
from command import demo, stories
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from store.tables import concern

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PLAN = demo.Plan(base_url="http://127.0.0.1:1", members=3, stories=True)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory):
    """A demo told once for all who only look at it."""
    async with opened(tmp_path_factory.mktemp("told")) as (db, keys):
        yield db, keys, await demo.load(db, keys, PLAN, NOW)


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path):
    async with opened(tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(folder):
    settings = StoreSettings(data_dir=folder, database_url=None)
    await store.schema.migrate(settings)
    db = await Database.open(settings)
    yield db, Keys.load(settings)
    await db.close()


async def cells(tx, group):
    """Statuses by name-free row, as the grid shows them."""
    found = await store.standing.grid(tx, group, NOW)
    return [[str(cell.status) for cell in row.cells] for row in found.rows]


async def test_one_group_is_over_one_in_the_middle_one_about_to_begin(told):
    db, keys, (live, over, middle, new) = told

    async with db.read() as tx:
        groups = [(await store.groups.session(tx, one.session)).group for one in (over, middle, new)]
        states = [
            [one.state for one in await store.groups.sessions_of(tx, group) if one.ordinal]
            for group in groups
        ]
        finished, running = await cells(tx, groups[0]), await cells(tx, groups[1])
        dates = await store.dates.series(tx, groups[1])
        signed = await store.signatures.of_group(tx, groups[1])
        broken = await store.audit.verify(tx, keys)
        everyone = await store.staff.everyone(tx)
        (nora,) = [one for one in everyone if one.admin]
        work = await store.worklist.rows(tx, keys, nora.person, NOW, 50)
        places = await store.staff.groups_of(tx, nora.person)

    assert live.title == "Demo group 1"
    assert states == [["closed"] * 12, ["closed"] * 6 + ["planned"] * 6, ["planned"] * 12]
    assert {status for row in finished for status in row} >= {
        "attended", "attended_late", "left_early", "partial", "technical_failure", "excused", "no_show",
    }  # fmt: skip
    assert {"technical_failure", "no_show", "excused", "not_on_roster"} <= {s for row in running for s in row}
    assert [one.state for one in dates].count("cancelled") == 1, "a closure was re-dated"
    assert any(one.sequence > 0 and one.state == "closed" for one in dates), "a session was moved"
    assert len({one.member for one in signed if one.side == MEMBER}) == 7, "the late starter has not signed"
    assert broken is None
    assert len(places) == 4
    assert len(everyone) == 4, "the second clinician on call leads no group"
    assert {item.kind for item in work} >= {"call_same_day", "review"}

    for room in (live, over, middle, new):
        token = room.coordinator[0].link.partition("/j#")[2]
        async with db.write() as tx:
            redeemed = await store.links.redeem(tx, token, None, NOW + timedelta(minutes=1))
        assert redeemed.place == room.coordinator[0].place


async def test_what_is_over_was_proposed_by_what_the_room_noted(told):
    db, _keys, rooms = told

    async with db.read() as tx:
        said = await proposed(tx, rooms)
    assert len(said) == 5 + 12 + 6
    assert {status for statuses in said.values() for status in statuses} >= {"attended", "no_show"}
    assert [place for place, statuses in said.items() if "expected" in statuses] == []


async def proposed(tx, rooms):
    """What is proposed in each closed session, by title and number."""
    return {
        (room.title, one.ordinal): [each.status for each in await store.attendance.proposals(tx, one.id)]
        for room in rooms
        for one in await store.groups.sessions_of(tx, (await store.groups.session(tx, room.session)).group)
        if one.state == "closed"
    }


@pytest.mark.parametrize("hour", [6, 23])
async def test_at_any_hour_the_last_session_waits_to_be_confirmed(house, monkeypatch, hour):
    """Late in the evening it was yesterday, after the individual meeting of that day."""
    db, keys = house
    now = NOW.replace(hour=hour, minute=30)
    monkeypatch.setattr(stories, "STORIES", (stories.MIDWAY,))
    live, middle = await demo.load(db, keys, replace(PLAN, lasts=timedelta(minutes=6)), now)

    async with db.read() as tx:
        group = (await store.groups.session(tx, middle.session)).group
        said = (await proposed(tx, [middle]))[middle.title, 6]
        work = {(one.kind, one.owner_role) for one in await store.tasks.of_groups(tx, [group], now)}
        found = await store.standing.grid(tx, group, now)
    assert sorted(said) == ["attended"] * 6 + ["attended_late", "no_show"]
    assert {str(row.cells[5].status) for row in found.rows} == {"attended", "attended_late", "no_show"}
    assert not any(row.cells[5].decided for row in found.rows)
    assert work >= {
        ("confirm_attendance", "facilitator"), ("call_same_day", "coordinator"), ("review", "coordinator"),
        ("contract_unsigned", "coordinator"),
    }  # fmt: skip
    assert live.title != middle.title


async def test_the_group_that_meets_now_has_met_before(told):
    db, _keys, (live, *_) = told

    async with db.read() as tx:
        group = (await store.groups.session(tx, live.session)).group
        found = await store.standing.grid(tx, group, NOW)
        work = [item for item in await store.tasks.of_groups(tx, [group], NOW) if item.member is None]
    for row in found.rows:
        past = row.cells[: demo.PRESENT - 1]
        assert {str(cell.status) for cell in past} <= {"attended", "attended_late", "left_early"}
        assert all(cell.decided for cell in past)
        assert row.standing.held == demo.PRESENT - 1
    assert work == [], "nothing waits to be confirmed"


async def test_a_demo_of_a_short_session_tells_no_past(house):
    db, keys = house
    plan = replace(PLAN, lasts=timedelta(minutes=6))
    live, *_ = await demo.load(db, keys, plan, NOW)

    async with db.read() as tx:
        present = await store.groups.session(tx, live.session)
        states = [one.state for one in await store.groups.sessions_of(tx, present.group)]
    assert states == ["closed"] * 5 + ["planned"] * 7


async def test_three_members_have_written_down_what_they_work_on(told):
    db, keys, (_live, over, middle, _new) = told

    async with db.write() as tx:
        books = [
            await store.workbook.access_workbook(tx, keys, one.member, one.member, "", NOW)
            for one in (*middle.participants, *over.participants)
        ]
        (leader, *_more) = middle.facilitators
        ida = middle.participants[0].member
        seen = await store.workbook.access_workbook(tx, keys, ida, leader.member, "", NOW)
        steps = await store.tryouts.access_tryouts(tx, keys, ida, leader.member, "", NOW)
    assert sorted(len(one.people) for one in books if one.people) == [6, 6, 6]
    assert [one.open for one in seen.areas.values()] == [True, True]
    assert len(seen.worked) == 6
    assert sorted(one.tryout.open for one in steps.values()) == [False, True]


async def test_check_ins_were_answered_and_one_waits_for_whoever_looks(told):
    db, keys, (_live, over, middle, _new) = told
    ida, (leader, *_more) = middle.participants[0].member, middle.facilitators

    async with db.write() as tx:
        group = (await store.groups.session(tx, middle.session)).group
        mood = await store.safety_state.phq_version(tx, group, NOW)
        open_ones = [one.wave for one in await store.checkins.of_member(tx, ida) if one.answerable(NOW)]
        given = await store.scores.access_course(tx, keys, ida, leader.member, "", NOW)
        meetings = [one.state for one in await store.individual.bookings_of_group(tx, group)]
        concerns = list(await tx.execute(select(concern.c.level, concern.c.state)))
    assert mood == "phq9"
    assert sorted(open_ones) == ["mid", "weekly"]
    assert len(given.sheets) >= 7
    assert sorted(meetings) == ["booked", "booked", "held", "held", "held"]
    assert sorted((one.level, one.state) for one in concerns) == [("ask", "open"), ("contact", "closed")]
    assert over.look
