"""The work with a member: for two sides alone, version after version, gone with the person."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from care import workbook as care_workbook
from care.areas import Area, Period
from care.goals import Goal
from care.inventory import Relation
from care.problems import Problem
from care.readiness import Readiness
from care.written import body
from store import access_log, audit, groups, people, sheets, staff, workbook, workbook_sheet
from store.doors import NotAllowed
from store.sealing import SealBroken
from tests.services.circle import HOUR, NOW, make_circle

JO = body(Relation(label="Jo", now=2, good="She listens to me"))
HERE = "device-1"


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def put(database, keys, member, kind, thing, about, by=None, device=HERE, now=NOW):
    async with database.write() as tx:
        return await workbook.put(
            tx, keys, member.id, kind, thing, about, by=(by or member).id, device=device, now=now
        )


async def book(database, keys, member, actor=None, **about):
    async with database.write() as tx:
        return await workbook.access_workbook(
            tx, keys, member.id, (actor or member).id, "a look", NOW, **about
        )


async def test_both_sides_write_and_read_and_the_newest_counts(database, keys, circle):
    ada = circle.participants[0]
    assert await put(database, keys, ada, "relation", "jo", JO) == 1
    nearer = body(Relation(label="Jo", now=1, good="She listens to me"))
    assert await put(database, keys, ada, "relation", "jo", nearer, circle.facilitator) == 2
    assert await put(database, keys, ada, "relation", "jo", nearer, circle.facilitator) == 0
    for actor in (ada, circle.facilitator):
        found = await book(database, keys, ada, actor)
        assert found.people["jo"].now == 1
    async with database.write() as tx:
        kept = await workbook.access_history(tx, keys, ada.id, "relation", "jo", ada.id, NOW)
        assert [(one.number, one.body["now"], one.by) for one in kept] == [
            (1, 2, ada.id),
            (2, 1, circle.facilitator.id),
        ]


async def test_only_the_facilitators_look_is_logged_and_every_change_is_in_the_audit(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "goal", "g", body(Goal(words="Call my sister")))
    await book(database, keys, ada)
    await book(database, keys, ada, circle.facilitator)
    async with database.read() as tx:
        looks = await access_log.entries(tx, ada.person)
        acts = await audit.of_group(tx, circle.group)
    assert [(one.actor, one.action, one.purpose) for one in looks] == [
        (circle.facilitator.id, "workbook", "a look")
    ]
    assert [(one.action, one.actor, one.reason) for one in acts] == [("workbook_changed", ada.id, "goal")]


@pytest.mark.parametrize("who", ["another member", "coordinator", "another group", "left", "nobody"])
async def test_nobody_else_reads_or_writes(database, keys, circle, who):
    ada, bela = circle.participants
    async with database.write() as tx:
        theirs = await make_circle(tx, keys)
        await groups.withdraw_member(tx, theirs.facilitator.id, NOW)
    actor = {
        "another member": bela.id,
        "coordinator": circle.coordinator.id,
        "another group": theirs.participants[0].id,
        "left": theirs.facilitator.id,
        "nobody": "",
    }[who]
    about = theirs.participants[0] if who == "left" else ada
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await workbook.access_workbook(tx, keys, about.id, actor, "a look", NOW)
        with pytest.raises(NotAllowed):
            await workbook.access_history(tx, keys, about.id, "goal", "g", actor, NOW)
        with pytest.raises(NotAllowed):
            await workbook.put(tx, keys, about.id, "relation", "jo", JO, by=actor, device="", now=NOW)
        assert await access_log.entries(tx, about.person) == []


async def test_what_was_worked_on_is_the_facilitators_alone(database, keys, circle):
    ada = circle.participants[0]
    worked = {"keys": ["ties"]}
    with pytest.raises(NotAllowed):
        await put(database, keys, ada, "worked", circle.session, worked)
    await put(database, keys, ada, "worked", circle.session, worked, circle.facilitator)
    assert (await book(database, keys, ada)).worked == {}
    assert list((await book(database, keys, ada, circle.facilitator)).worked) == [circle.session]


async def test_how_ready_somebody_seems_is_the_facilitators_alone(database, keys, circle):
    ada = circle.participants[0]
    rated = body(Readiness(ready_feelings=3, ready_time=0, ready_change=10))
    with pytest.raises(NotAllowed):
        await put(database, keys, ada, "readiness", "pre", rated)
    await put(database, keys, ada, "readiness", "pre", rated, circle.facilitator)
    held = await book(database, keys, ada)
    assert (held.readiness, held.at("readiness", "pre")) == ({}, None)
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await workbook.access_history(tx, keys, ada.id, "readiness", "pre", ada.id, NOW)
    assert body((await book(database, keys, ada, circle.facilitator)).readiness["pre"]) == rated


async def test_a_note_about_safety_is_for_clinicians(database, keys, circle):
    ada = circle.participants[0]
    note = {"text": "reads her phone"}
    for by in (ada, circle.facilitator):
        with pytest.raises(NotAllowed):
            await put(database, keys, ada, "note", "jo", note, by)
    async with database.write() as tx:
        await staff.for_person(tx, keys, circle.facilitator.person, NOW, clinician=True)
    await put(database, keys, ada, "note", "jo", note, circle.facilitator)
    assert (await book(database, keys, ada, circle.facilitator)).notes == {"jo": "reads her phone"}
    assert (await book(database, keys, ada)).notes == {}
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await workbook.access_history(tx, keys, ada.id, "note", "jo", ada.id, NOW)


async def test_a_facilitator_without_an_account_reads_no_note(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        other = await make_circle(tx, keys)
        second = await groups.add_member(tx, circle.group, other.facilitator.person, "facilitator", 9, NOW)
        await staff.for_person(tx, keys, circle.facilitator.person, NOW, clinician=True)
    await put(database, keys, ada, "note", "jo", {"text": "reads her phone"}, circle.facilitator)
    assert (await book(database, keys, ada, second)).notes == {}


async def test_who_came_by_a_link_for_one_form_reads_back_what_this_device_wrote(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "relation", "jo", JO)
    await put(database, keys, ada, "relation", "mo", body(Relation(label="Mo")), device="device-2")
    await put(database, keys, ada, "problem", "p", body(Problem(words="We quarrel")), circle.facilitator)
    found = await book(database, keys, ada, device=HERE)
    assert list(found.people) == ["jo"]
    assert found.problems == {}


async def test_the_book_can_be_read_as_it_was(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "relation", "jo", JO)
    await put(database, keys, ada, "relation", "jo", body(Relation(label="Jo", now=1)), now=NOW + HOUR)
    await put(database, keys, ada, "relation", "mo", body(Relation(label="Mo")), now=NOW + 2 * HOUR)
    then = await book(database, keys, ada, until=NOW + HOUR / 2)
    assert {key: one.now for key, one in then.people.items()} == {"jo": 2}
    assert (await book(database, keys, ada, until=NOW - HOUR)).people == {}
    assert len((await book(database, keys, ada)).people) == 2


async def test_what_is_taken_off_leaves_its_versions(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "relation", "jo", JO)
    await put(database, keys, ada, "relation", "jo", care_workbook.GONE)
    assert (await book(database, keys, ada)).people == {}
    async with database.write() as tx:
        assert len(await workbook.access_history(tx, keys, ada.id, "relation", "jo", ada.id, NOW)) == 2


@pytest.mark.parametrize("statement", ["UPDATE workbook SET number = 7", "DELETE FROM workbook"])
async def test_the_database_refuses_to_edit_a_version(database, keys, circle, statement):
    await put(database, keys, circle.participants[0], "relation", "jo", JO)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(text(statement))


async def test_no_name_of_anybody_stands_in_clear(database, keys, circle):
    await put(database, keys, circle.participants[0], "relation", "jo", body(Relation(label="Findable")))
    async with database.read() as tx:
        row = (await tx.execute(text("SELECT * FROM workbook"))).one()
    assert b"Findable" not in row.body_sealed
    assert not any("Findable" in str(one) for one in row)


async def test_a_version_copied_to_another_thing_does_not_open(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "relation", "jo", JO)
    async with database.write() as tx:
        await tx.execute(
            text(
                "INSERT INTO workbook (id, member, kind, thing, number, body_sealed, device, by, at)"
                " SELECT 'copy', member, kind, 'mo', number, body_sealed, device, by, at FROM workbook"
            )
        )
        with pytest.raises(SealBroken):
            await workbook.access_workbook(tx, keys, ada.id, ada.id, "a look", NOW)


async def test_an_erased_persons_work_is_gone(database, keys, circle):
    ada = circle.participants[0]
    await put(database, keys, ada, "relation", "jo", JO)
    async with database.write() as tx:
        await people.erase(tx, ada.person, NOW)
    assert (await book(database, keys, ada, circle.facilitator)).people == {}
    with pytest.raises(SealBroken):
        await put(database, keys, ada, "relation", "mo", JO)


async def test_two_who_write_at_once_make_two_versions(database, keys, circle):
    ada = circle.participants[0]
    done = await asyncio.gather(
        *(
            put(database, keys, ada, "relation", "jo", body(Relation(label=label)))
            for label in ("Jo", "Jojo", "J.")
        )
    )
    assert sorted(done) == [1, 2, 3]


async def test_too_much_for_one_version_is_refused(database, keys, circle):
    with pytest.raises(ValueError, match="more than"):
        await put(database, keys, circle.participants[0], "plan", "-", {"signs": "x" * 50_000})


async def follow(database, keys, member, actor):
    async with database.write() as tx:
        return await workbook_sheet.follow(tx, keys, member.id, actor.id, NOW + HOUR)


async def sheet(database, keys, member):
    async with database.write() as tx:
        found = await sheets.access_sheet(tx, keys, member.id, member.id, "", NOW)
    return dict(found.body) if found else None


async def take_up(database, keys, circle, main, secondary, *words):
    async with database.write() as tx:
        await workbook_sheet.taken_up(
            tx,
            keys,
            circle.participants[0].id,
            main,
            secondary,
            words,
            by=circle.facilitator.id,
            device="",
            now=NOW,
        )


async def test_the_sheet_of_the_contract_follows_goals_and_agreed_areas(database, keys, circle):
    ada = circle.participants[0]
    assert await follow(database, keys, ada, ada) is None
    grief = Period(area=Area.GRIEF, rank=1, from_session=1, by_member=True)
    await put(database, keys, ada, "goal", "g", body(Goal(words="Call my sister")))
    await put(database, keys, ada, "area", "a", body(grief))
    assert await follow(database, keys, ada, ada) == 1
    assert await sheet(database, keys, ada) == {"main": "", "secondary": "", "goals": ["Call my sister"]}
    await put(database, keys, ada, "area", "a", body(replace(grief, by_facilitator=True)))
    assert await follow(database, keys, ada, circle.facilitator) == 2
    assert (await sheet(database, keys, ada))["main"] == "grief"
    assert await follow(database, keys, ada, circle.facilitator) is None


async def test_a_sheet_that_was_filled_in_becomes_areas_and_goals_once(database, keys, circle):
    ada = circle.participants[0]
    await take_up(database, keys, circle, "grief", "isolation", "Call my sister")
    await take_up(database, keys, circle, "grief", "isolation", "Call my sister each week", "See the grave")
    found = await book(database, keys, ada)
    assert [(one.area, one.rank, one.open) for one in found.areas.values()] == [
        (Area.GRIEF, 1, True),
        (Area.ISOLATION, 2, True),
    ]
    assert [one.words for one in found.goals.values()] == ["Call my sister each week", "See the grave"]


async def test_a_sheet_changes_no_area_and_loses_no_goal(database, keys, circle):
    await take_up(database, keys, circle, "grief", "", "Call my sister")
    for main, words in (("dispute", ["Call my sister"]), ("grief", [])):
        with pytest.raises(workbook_sheet.Differs):
            await take_up(database, keys, circle, main, "", *words)
