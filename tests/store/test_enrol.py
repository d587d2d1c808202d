"""People come into a group, all of a list or nobody; pause, leave and come back."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from care.contact import SafeContact
from care.contract import Terms
from command.groups import GroupRefused, Newcomer
from command.groups import enrol as enrol_at_the_shell
from store import (
    audit,
    contracts,
    enrol,
    groups,
    links,
    not_me,
    pauses,
    people,
    people_own,
    seats,
    signins,
    tasks,
)
from store import tables as t
from store.conflict import Conflict
from store.doors import NotAllowed
from store.enrol import Enrolment
from tests.services.circle import NOW, make_circle

DAY = timedelta(days=1)
MIRA = Enrolment(
    name="Mirabelle Findable",
    chosen_name="Mira",
    contact="mira@findable.example",
    phone="+49 30 7654321",
    zone="Europe/London",
    locale="de",
    emergency="Findable brother",
    safe=SafeContact(wording="bare"),
)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def put(database, keys, circle, *rows):
    async with database.write() as tx:
        return await enrol.enrol(tx, keys, circle.group, rows, circle.coordinator.id, NOW)


def named(name):
    return Enrolment(name=name, zone="Europe/Berlin", locale="en")


async def counts(database):
    async with database.read() as tx:
        return [
            (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (t.person, t.member, t.audit)
        ]


async def test_everything_on_the_form_is_kept_and_opens_for_the_staff(database, keys, circle):
    (mira,) = await put(database, keys, circle, MIRA)
    async with database.write() as tx:
        own = await people_own.access_own(tx, keys, mira.person, mira.id, NOW)
        seen = await people_own.profile(tx, keys, mira.id, circle.coordinator.id, NOW)
        contact = await people.access_contact(tx, keys, mira.person, "scheduler", "mail", NOW)
        assert await people_own.zones(tx, [mira.id]) == {mira.id: "Europe/London"}
    assert (own.name, own.real_name, own.callback) == ("Mira", "Mirabelle Findable", "+49 30 7654321")
    assert (own.emergency, own.address) == ("Findable brother", "mira@findable.example")
    assert (own.safe, contact.safe, seen.safe) == (MIRA.safe,) * 3
    assert (seen.has_callback, seen.has_emergency, seen.real_name) == (True, True, "Mirabelle Findable")
    assert mira.seat == 3


async def test_one_bad_row_keeps_the_whole_list_out(database, keys, circle):
    before = await counts(database)
    for bad, code in (
        (named("Two\nlines"), "invalid"),
        (replace(named("Zora"), zone="Europe/Nowhere"), "invalid"),
        (replace(named("Zora"), contact="no address"), "invalid"),
        (named("mira"), "twice_here"),
        (named("Bela Findable-Name"), "already_here"),
    ):
        with pytest.raises(enrol.RowRefused) as refused:
            await put(database, keys, circle, MIRA, bad)
        assert (refused.value.row, refused.value.code) == (1, code)
    assert await counts(database) == before


async def test_nobody_new_joins_once_the_session_of_the_contract_has_begun(database, keys, circle):
    terms = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 2, 18))
    second = NOW + 7 * DAY
    async with database.write() as tx:
        await groups.create_session(
            tx, circle.group, 2, second, second + timedelta(hours=1.5), "Europe/Berlin"
        )
        await contracts.offer(tx, keys, circle.group, terms, circle.coordinator.id, NOW - DAY, 0)
    async with database.write() as tx:
        await enrol.enrol(
            tx, keys, circle.group, [MIRA], circle.coordinator.id, second - timedelta(minutes=1)
        )
    before = await counts(database)
    with pytest.raises(enrol.Closed) as closed:
        async with database.write() as tx:
            await enrol.enrol(tx, keys, circle.group, [named("Zora")], circle.coordinator.id, second)
    assert (closed.value.session, closed.value.since) == (2, second)
    assert await counts(database) == before
    async with database.write() as tx:
        amended = replace(terms, join_until_session=3)
        version = await contracts.offer(tx, keys, circle.group, amended, circle.coordinator.id, second, 1)
        assert version.notice_until > second
        assert await enrol.closed(tx, circle.group, version.notice_until - timedelta(minutes=1)) is not None
        assert await enrol.closed(tx, circle.group, version.notice_until) is None


async def test_the_command_line_refuses_who_comes_too_late_and_takes_a_stand_in(database, keys, circle):
    terms = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 2, 18), join_until_session=1)
    async with database.write() as tx:
        await contracts.offer(tx, keys, circle.group, terms, circle.coordinator.id, NOW - DAY, 0)
    late = Newcomer(role="participant", name="Zora", contact="", emergency="", locale="en")
    async with database.write() as tx:
        with pytest.raises(GroupRefused, match="amendment"):
            await enrol_at_the_shell(tx, keys, circle.group, late, NOW)
        await enrol_at_the_shell(tx, keys, circle.group, replace(late, role="facilitator"), NOW)


async def test_a_list_longer_than_the_free_seats_is_refused_with_their_number(database, keys, circle):
    before = await counts(database)
    with pytest.raises(seats.Full) as full:
        await put(database, keys, circle, *(named(f"Person {number}") for number in range(10)))
    assert full.value.free == 9
    assert await counts(database) == before
    made = await put(database, keys, circle, *(named(f"Person {number}") for number in range(9)))
    assert [one.seat for one in made] == [*range(3, 12)]


async def test_a_double_click_enrols_a_list_once(database, keys, circle):
    done = await asyncio.gather(
        *(put(database, keys, circle, MIRA, named("Nora")) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["RowRefused", "list"]
    async with database.read() as tx:
        assert len(await groups.members(tx, circle.group)) == 6


async def test_a_persons_own_changes_are_kept_and_audited_without_their_words(database, keys, circle):
    (mira,) = await put(database, keys, circle, MIRA)
    async with database.write() as tx:
        await people_own.change(
            tx,
            keys,
            mira.person,
            by=mira.id,
            role="participant",
            now=NOW,
            name="Mirabel",
            callback="",
            safe=SafeContact(channel="phone"),
            zone="Asia/Kolkata",
            locale="en",
            group=circle.group,
        )
        own = await people_own.access_own(tx, keys, mira.person, mira.id, NOW)
        (line, *_) = await audit.of_group(tx, circle.group)
    assert (own.name, own.callback, own.zone, own.locale) == ("Mirabel", "", "Asia/Kolkata", "en")
    assert own.safe.channel == "phone"
    assert (own.real_name, own.emergency) == ("Mirabelle Findable", "Findable brother")
    assert line.reason == "callback+locale+name+safe+zone"
    assert "Mirabel" not in repr(line)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"zone": "Nowhere/At_All"}, {"callback": "1\r\n2"}])
async def test_what_cannot_be_shown_is_not_stored(database, keys, circle, wrong):
    (mira,) = await put(database, keys, circle, MIRA)
    with pytest.raises((ValueError, KeyError)):
        async with database.write() as tx:
            await people_own.change(tx, keys, mira.person, by=mira.id, role="participant", now=NOW, **wrong)


async def test_others_in_the_group_do_not_see_a_members_details(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await people_own.access_own(tx, keys, ada.person, bela.id, NOW)
        with pytest.raises(NotAllowed):
            await people_own.profile(tx, keys, ada.id, bela.id, NOW)
        with pytest.raises(LookupError):
            await people_own.profile(tx, keys, "nobody", circle.coordinator.id, NOW)


async def test_a_new_address_ends_the_links_to_the_old_one(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        token = await links.mint(tx, ada.id, "join", NOW, NOW + DAY)
        await people_own.change_address(
            tx, keys, ada.person, "new@findable.example", by=ada.id, role="participant", now=NOW
        )
        assert not await links.opens(tx, token, NOW)
        assert [one.action for one in await audit.latest(tx)] == ["address_changed"]


async def test_this_was_not_me_ends_every_way_in_and_asks_the_coordinator(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        token = await links.mint(tx, ada.id, "join", NOW, NOW + DAY)
        came = await links.redeem(tx, token, None, NOW)
        assert await not_me.report(tx, keys, ada.id, NOW) == 1
        assert await signins.find(tx, ada.place, came.signin_token, NOW) is None
        (task,) = await tasks.of_groups(tx, [circle.group], NOW)
        assert (task.kind, task.member) == ("link_not_me", ada.id)
        await not_me.report(tx, keys, ada.id, NOW)
        assert len(await tasks.of_groups(tx, [circle.group], NOW)) == 1
        with pytest.raises(LookupError):
            await not_me.report(tx, keys, "nobody", NOW)


async def test_a_pause_begins_ends_and_does_not_overlap_another(database, keys, circle):
    ada, by = circle.participants[0], circle.coordinator.id
    async with database.write() as tx:
        await pauses.pause(tx, keys, ada.id, NOW, NOW + 2 * DAY, "illness", by, NOW)
        with pytest.raises(Conflict):
            await pauses.pause(tx, keys, ada.id, NOW + DAY, None, "illness", by, NOW)
        await pauses.pause(tx, keys, ada.id, NOW + 2 * DAY, None, "illness", by, NOW)
        assert await pauses.paused_now(tx, circle.group, NOW + DAY) == {ada.id}
        assert await pauses.resume(tx, keys, ada.id, by, NOW + DAY)
        assert not await pauses.resume(tx, keys, ada.id, by, NOW + DAY)
        assert await pauses.paused_now(tx, circle.group, NOW + DAY) == set()
        course = await pauses.of_member(tx, ada.id)
        with pytest.raises(ValueError, match="ends after"):
            await pauses.pause(tx, keys, ada.id, NOW, NOW, "illness", by, NOW)
    assert [(one.starts_at, one.ends_at) for one in course.pauses] == [(NOW, NOW + DAY)]


async def test_who_leaves_and_comes_back_was_paused_meanwhile_and_has_the_seat_again(database, keys, circle):
    ada, by = circle.participants[0], circle.coordinator.id
    async with database.write() as tx:
        assert await pauses.leave(tx, keys, ada.id, "moved_away", "held", by, NOW)
        assert not await pauses.leave(tx, keys, ada.id, "moved_away", "held", by, NOW)
        assert await groups.member_by_id(tx, ada.id) is None
        assert await pauses.come_back(tx, keys, ada.id, by, NOW + DAY) == ada.seat
        with pytest.raises(LookupError):
            await pauses.come_back(tx, keys, ada.id, by, NOW + DAY)
        course = await pauses.of_member(tx, ada.id)
    assert [(one.why, one.farewell, one.returned_at) for one in course.leavings] == [
        ("moved_away", "held", NOW + DAY)
    ]
    assert [(one.starts_at, one.ends_at, one.reason) for one in course.pauses] == [
        (NOW, NOW + DAY, "was_away")
    ]


async def test_who_comes_back_takes_another_seat_when_the_old_one_is_taken(database, keys, circle):
    ada, by = circle.participants[0], circle.coordinator.id
    async with database.write() as tx:
        await pauses.leave(tx, keys, ada.id, "moved_away", "none", by, NOW)
        with pytest.raises(ValueError, match="farewell"):
            await pauses.leave(tx, keys, circle.participants[1].id, "moved_away", "loud", by, NOW)
    await put(database, keys, circle, MIRA)
    async with database.write() as tx:
        assert await pauses.come_back(tx, keys, ada.id, by, NOW + DAY) == 3
