"""A draft becomes a group in one transaction, once."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from care.completion import Outcome
from care.contract import Terms
from care.series import Closure
from store import access_log, audit, contracts, dates, decisions, groups, outcomes, people, setup, staff
from store import tables as t
from store.conflict import Conflict
from store.doors import NotAllowed
from store.enrol import Enrolment, RowRefused
from tests.services.circle import NOW, make_circle, make_person
from tests.services.evenings import LASTS, over

TERMS = Terms(
    zone="Europe/Berlin",
    first_local=datetime(2026, 3, 10, 18, 0),
    closures=(Closure(from_date=date(2026, 4, 5), to_date=date(2026, 4, 11), why="Easter"),),
)


@pytest.fixture
async def office(database, keys):
    """The person at the coordinator's desk."""
    async with database.write() as tx:
        return await make_person(tx, keys, "Olga")


@pytest.fixture
async def leader(database, keys):
    async with database.write() as tx:
        return await make_person(tx, keys, "Fritz")


async def drafted(database, keys, office, **values):
    async with database.write() as tx:
        return await setup.save_draft(tx, keys, office, values or {"title": "Tuesday"}, NOW)


async def create(database, keys, office, leader, draft, **more):
    given = {
        "title": "Tuesday",
        "terms": TERMS,
        "facilitators": [leader],
        "people": [Enrolment(name=name, zone="Europe/Berlin", locale="en") for name in ("Ada", "Bela")],
        "by": "desk",
        "person": office,
        "now": NOW,
    }
    async with database.write() as tx:
        return await setup.create(tx, keys, draft=draft, **(given | more))


async def groups_there(database):
    async with database.read() as tx:
        return (await tx.execute(select(func.count()).select_from(t.group))).scalar_one()


async def test_a_draft_is_kept_sealed_and_changes_only_from_its_newest_state(database, keys, office):
    key = await drafted(database, keys, office, title="Findable title")
    async with database.write() as tx:
        await setup.save_draft(tx, keys, office, {"title": "Findable two"}, NOW, draft=key, expected=1)
        with pytest.raises(Conflict):
            await setup.save_draft(tx, keys, office, {"title": "three"}, NOW, draft=key, expected=1)
        found = await setup.draft(tx, keys, office, key)
        row = (await tx.execute(select(t.group_draft))).one()
        assert await setup.draft(tx, keys, office, "nobody\x00") is None
    assert (found.values, found.revision, found.group) == ({"title": "Findable two"}, 2, None)
    assert b"Findable" not in row.body_sealed


async def test_a_draft_is_its_owners_alone(database, keys, office, leader):
    key = await drafted(database, keys, office)
    async with database.write() as tx:
        assert await setup.draft(tx, keys, leader, key) is None
        assert await setup.drafts(tx, keys, leader) == []
        assert not await setup.discard(tx, leader, key)
        with pytest.raises(LookupError):
            await setup.save_draft(tx, keys, leader, {}, NOW, draft=key)
        assert await setup.discard(tx, office, key)
        assert await setup.drafts(tx, keys, office) == []


async def test_a_group_is_made_with_its_dates_contract_staff_and_people(database, keys, office, leader):
    key = await drafted(database, keys, office)
    made = await create(database, keys, office, leader, key)
    async with database.read() as tx:
        group = await groups.find_group(tx, made)
        held = await dates.series(tx, made)
        roster = await groups.members(tx, made)
        contract = await contracts.latest(tx, made)
        draft = await setup.draft(tx, keys, office, key)
        actions = [one.action for one in await audit.of_group(tx, made)]
        assert await setup.drafts(tx, keys, office) == []
        assert len(await dates.annex(tx, made, 1)) == 12
    assert (group.title, group.count, group.minutes, group.state, group.revision) == (
        "Tuesday",
        12,
        90,
        "active",
        1,
    )
    assert [one.ordinal for one in held] == list(range(1, 13))
    assert [(one.role, one.seat) for one in roster] == [
        ("facilitator", 0),
        ("participant", 1),
        ("participant", 2),
        ("coordinator", None),
    ]
    assert (contract.number, contract.terms) == (1, TERMS)
    assert (draft.group, draft.values) == (made, {})
    assert actions == ["group_created", "member_enrolled", "member_enrolled"]
    assert date(2026, 4, 7) not in {one.local.date() for one in held}


async def test_pressing_twice_at_once_makes_one_group(database, keys, office, leader):
    key = await drafted(database, keys, office)
    done = await asyncio.gather(*(create(database, keys, office, leader, key) for _ in range(3)))
    assert len(set(done)) == 1
    assert await groups_there(database) == 1
    async with database.write() as tx:
        with pytest.raises(Conflict):
            await setup.save_draft(tx, keys, office, {"title": "more"}, NOW, draft=key)
        assert not await setup.discard(tx, office, key)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"terms": replace(TERMS, minutes=200)}, "terms"),
        ({"facilitators": []}, "no_facilitator"),
        ({"facilitators": ["one"] * 12}, "too_many_facilitators"),
        ({"facilitators": ["one", "one"]}, "twice_named"),
    ],
)
async def test_what_no_group_can_begin_with_makes_nothing(database, keys, office, leader, wrong, code):
    key = await drafted(database, keys, office)
    with pytest.raises(setup.SetupRefused) as refused:
        await create(database, keys, office, leader, key, **wrong)
    assert refused.value.code == code
    assert bool(refused.value.faults) == (code == "terms")
    assert await groups_there(database) == 0


async def test_a_bad_person_on_the_list_makes_no_half_group(database, keys, office, leader):
    key = await drafted(database, keys, office)
    people = [Enrolment(name=name, zone="Europe/Berlin", locale="en") for name in ("Ada", "")]
    with pytest.raises(RowRefused):
        await create(database, keys, office, leader, key, people=people)
    assert await groups_there(database) == 0
    assert await create(database, keys, office, leader, key)
    with pytest.raises(LookupError):
        await create(database, keys, leader, office, key, person=leader)


async def test_a_group_ends_once_its_sessions_are_over(database, keys, office, leader):
    made = await create(database, keys, office, leader, await drafted(database, keys, office))
    async with database.write() as tx:
        with pytest.raises(setup.StillRunning):
            await setup.end(tx, keys, made, "desk", NOW)
        await tx.execute(update(t.session).values(state="closed"))
        assert await setup.end(tx, keys, made, "desk", NOW)
        assert not await setup.end(tx, keys, made, "desk", NOW)
        assert (await groups.find_group(tx, made)).state == "ended"
        with pytest.raises(LookupError):
            await setup.end(tx, keys, "nobody", "desk", NOW)


async def test_a_group_does_not_end_while_attendance_waits_for_a_word(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada, bela = circle.participants
        await over(tx, circle.session, {ada.id: (0, 90), bela.id: (0, 90)})
        with pytest.raises(setup.StillRunning):
            await setup.end(tx, keys, circle.group, "desk", NOW)
        await people.erase(tx, bela.person, NOW)
        await decisions.decide(
            tx, keys, circle.session, ada.id, "attended", "as_proposed", "",
            circle.facilitator.id, "facilitator", NOW + LASTS, "form",
        )  # fmt: skip
        assert await setup.end(tx, keys, circle.group, "desk", NOW + LASTS)


async def test_only_a_clinician_says_how_a_membership_ended(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        accounts = [
            await staff.create(
                tx,
                keys,
                name=name,
                contact=f"{name}@findable.example",
                zone="Europe/Berlin",
                locale="en",
                now=NOW,
                admin=True,
                clinician=name == "clinician",
            )
            for name in ("clinician", "admin")
        ]
        good, other = (one.id for one in accounts)
        code = Outcome.COMPLETED_AS_PLANNED
        with pytest.raises(NotAllowed):
            await outcomes.say(tx, keys, ada.id, code, "", other, NOW)
        await outcomes.say(tx, keys, ada.id, code, "Findable note", good, NOW)
        await outcomes.say(tx, keys, ada.id, Outcome.COMPLETED_AS_PLANNED, "", good, NOW + timedelta(days=1))
        found = (await outcomes.of_group(tx, circle.group))[ada.id]
        assert (found.number, found.has_note) == (2, False)
        assert await outcomes.access_note(tx, keys, ada.id, 1, good, NOW) == "Findable note"
        assert await outcomes.access_note(tx, keys, ada.id, 2, good, NOW) == ""
        with pytest.raises(NotAllowed):
            await outcomes.access_note(tx, keys, ada.id, 1, other, NOW)
        with pytest.raises(LookupError):
            await outcomes.access_note(tx, keys, ada.id, 3, good, NOW)
        with pytest.raises(LookupError):
            await outcomes.say(tx, keys, "nobody", code, "", good, NOW)
        assert [one.action for one in await access_log.entries(tx, ada.person)] == ["outcome_note"] * 2
