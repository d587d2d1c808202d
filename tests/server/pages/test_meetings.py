"""Individual meetings as three people have them: a member books, a facilitator offers and decides, a
coordinator sees whether it was."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

import store.duties
import store.groups
import store.individual
import store.meeting_times
import store.openable
import store.people_own
import store.presence
import store.proposing
import store.staff
import store.tasks
from care.meeting_states import Booking, State
from store.tables import session
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.clinic import open_clinic
from tests.server.pages.reading import read, send
from tests.server.staff_desk import colleague
from tests.services.meetings import arranged, facts_of, offered

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest, Guest]]]
HOUR = timedelta(hours=1)
MID = timedelta(days=3)


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house half-way, its first participant and its facilitator signed in."""

    async def make() -> tuple[House, Agreed, Guest, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC))
        house = await houses(circle=agreed.circle)
        first, leader = agreed.circle.participants[0], agreed.circle.facilitator
        return house, agreed, await house.guest(first), await house.guest(leader)

    return make


async def slots(house: House, agreed: Agreed, *hours: float) -> list[str]:
    """Times the facilitator offers for the meeting in the middle, so many hours after three days from now."""
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        return [
            await offered(tx, agreed.circle.facilitator, "mid", now + MID + hour * HOUR, now)
            for hour in hours
        ]


async def booked(house: House, group: str) -> list[Booking]:
    """What is booked now."""
    async with house.db.read() as tx:
        found = await store.individual.bookings_of_group(tx, group)
    return [one for one in found if one.state is State.BOOKED]


async def test_a_member_books_moves_and_calls_off_with_one_press_each(enter: Enter) -> None:
    house, agreed, ada, _ = await enter()
    first, second = await slots(house, agreed, 0, 2)
    page = await read(ada, "meetings")
    assert page.count('name="slot"') == 2
    assert "around the middle of the group" in page
    assert await send(ada, "meetings/book", {"slot": first}) == (303, f"/s/{ada.place}/meetings?said=booked")
    (one,) = await booked(house, agreed.circle.group)
    assert "You and Ada Findable-Name, alone" in await read(ada, "meetings")
    assert "See or change it" in await read(ada)
    assert (await send(ada, f"meetings/{one.id}/move", {"slot": second}))[0] == 303
    (moved,) = await booked(house, agreed.circle.group)
    assert (moved.id, (moved.starts_at or one.made_at) - (one.starts_at or one.made_at)) == (one.id, 2 * HOUR)
    assert (await send(ada, f"meetings/{one.id}/cancel", {}))[0] == 303
    assert await booked(house, agreed.circle.group) == []
    assert (await read(ada, "meetings")).count('name="slot"') == 2


async def test_times_are_by_the_members_own_clock(enter: Enter) -> None:
    house, agreed, ada, _ = await enter()
    who = agreed.circle.participants[0]
    async with house.db.write() as tx:
        await store.people_own.change(
            tx,
            house.keys,
            who.person,
            by=who.id,
            role="participant",
            now=datetime.now(UTC),
            zone="Asia/Tokyo",
        )
    await slots(house, agreed, 0)
    async with house.db.read() as tx:
        (slot,) = await store.meeting_times.of_group(tx, agreed.circle.group, datetime.now(UTC))
    page = await read(ada, "meetings")
    assert f"{slot.starts_at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}–" in page


async def test_who_comes_second_is_told_kindly_and_sees_what_is_left(enter: Enter) -> None:
    house, agreed, ada, _ = await enter()
    first, _second = await slots(house, agreed, 0, 2)
    bela = await house.guest(agreed.circle.participants[1])
    await send(bela, "meetings/book", {"slot": first})
    status, page = await send(ada, "meetings/book", {"slot": first})
    assert status == 422
    assert "Somebody else was a moment faster" in page
    assert page.count('name="slot"') == 1


async def test_another_members_meeting_is_not_found_anywhere(enter: Enter) -> None:
    house, agreed, ada, leader = await enter()
    (first,) = await slots(house, agreed, 0)
    await send(ada, "meetings/book", {"slot": first})
    (one,) = await booked(house, agreed.circle.group)
    bela = await house.guest(agreed.circle.participants[1])
    assert (await send(bela, f"meetings/{one.id}/move", {"slot": first}))[0] == 404
    assert (await send(bela, f"meetings/{one.id}/cancel", {}))[0] == 404
    await read(bela, f"room/{one.session}", 404)
    await read(ada, f"room/{one.session}", 200)
    await read(leader, f"room/{one.session}", 200)
    for path in (f"individual/{one.id}", "individual", f"individual/{one.id}/checklist"):
        await read(bela, path, 404)
        await read(ada, path, 404)
    for path in (f"brief/{one.session}", f"attendance/{one.session}"):
        await read(leader, path, 404)
    await read(ada, f"away/{one.session}", 404)
    assert (await send(ada, f"away/{one.session}", {}))[0] == 404


async def test_a_facilitator_offers_days_times_times_and_reads_what_was_left_out(enter: Enter) -> None:
    house, agreed, _, leader = await enter()
    day = datetime.now(ZoneInfo("Europe/Berlin")).date() + timedelta(days=3)
    meets = agreed.sessions[-1].starts_at.astimezone(ZoneInfo("Europe/Berlin"))
    # Whenever this runs, the sessions of the group are in nobody's way.
    first, second = ("20:00", "21:30") if 8 <= meets.hour < 13 else ("10:00", "11:30")
    times = f"{first}, {second.replace(':', '.')}"
    form = {"topic": "mid", "from": f"{day}", "until": f"{day + timedelta(days=1)}", "times": times}
    status, where = await send(leader, "individual/offer", form)
    assert status == 303
    assert where.startswith(f"/s/{leader.place}/individual?offered=4")
    async with house.db.read() as tx:
        found = await store.meeting_times.of_group(tx, agreed.circle.group, datetime.now(UTC))
    assert [f"{one.starts_at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" for one in found] == [
        *(first, second),
        *(first, second),
    ]
    assert {one.ends_at - one.starts_at for one in found} == {timedelta(minutes=45)}
    _, where = await send(leader, "individual/offer", form | {"until": f"{day + timedelta(days=25)}"})
    page = await read(leader, where.removeprefix(f"/s/{leader.place}/").split("#")[0])
    assert "4 overlap with something else of yours" in page
    assert "lie outside the weeks for this meeting" in page
    status, page = await send(leader, "individual/offer", form | {"times": "soon", "topic": "", "from": ""})
    assert status == 422
    assert "Please give one or more times such as" in page
    assert 'value="soon"' in page


async def test_a_facilitator_takes_a_time_back_unless_somebody_was_faster(enter: Enter) -> None:
    house, agreed, ada, leader = await enter()
    first, second = await slots(house, agreed, 0, 2)
    assert (await send(leader, "individual/withdraw", {"slot": first}))[0] == 303
    await send(ada, "meetings/book", {"slot": second})
    status, page = await send(leader, "individual/withdraw", {"slot": second})
    assert (status, "Somebody has booked this time meanwhile." in page) == (422, True)
    assert (await send(ada, "meetings/book", {"slot": first}))[0] == 422


async def test_a_facilitator_books_for_a_member_and_calls_it_off(enter: Enter) -> None:
    house, agreed, ada, leader = await enter()
    (first,) = await slots(house, agreed, 0)
    member = agreed.circle.participants[0].id
    assert (await send(leader, "individual/book", {"member": member, "slot": first}))[0] == 303
    (one,) = await booked(house, agreed.circle.group)
    assert 'data-state="booked"' in await read(ada, "meetings")
    assert (await send(leader, f"individual/{one.id}/cancel", {}))[0] == 422
    assert (await send(leader, f"individual/{one.id}/cancel", {"cancel": "facilitator_away"}))[0] == 303
    assert await booked(house, agreed.circle.group) == []
    assert 'name="slot"' not in await read(ada, "meetings")


async def over(house: House, agreed: Agreed) -> Booking:
    """A meeting that took place and is closed."""
    circle, now = agreed.circle, datetime.now(UTC)
    async with house.db.write() as tx:
        made = await arranged(tx, house.keys, circle.facilitator, circle.participants[0], "mid", now)
        times = {"starts_at": now - 2 * HOUR, "ends_at": now - HOUR}
        await tx.execute(update(session).where(session.c.id == made.session).values(times))
        found = await store.openable.find(tx, made.session or "")
        assert found is not None
        await store.presence.append(tx, facts_of(found, circle.participants[0].id))
        await store.groups.set_session_state(tx, found.id, "closed", now)
        await store.proposing.propose(tx, found, now)
    return made


async def test_a_facilitator_says_that_it_was_held_beside_the_evidence(enter: Enter) -> None:
    house, agreed, ada, leader = await enter()
    made = await over(house, agreed)
    assert "waits for your word: was it held?" in await read(leader)
    page = await read(leader, f"individual/{made.id}")
    assert "was there" in page
    assert '<svg class="timeline"' in page
    key = re.findall(r'name="key" value="([^"]*)"', page)[0]
    path = f"individual/{made.id}/decide"
    assert (await send(leader, path, {"key": key}))[0] == 422
    assert (await send(leader, path, {"key": key, "decision": "not_held:as_proposed"}))[0] == 422
    assert (await send(leader, path, {"key": key, "decision": "held:as_proposed"}))[0] == 303
    assert "We met on" in await read(ada, "meetings")
    assert re.search(r'data-topic="mid" data-state="held"', await read(leader, "individual"))
    assert "held: as the room" not in await read(leader, f"individual/{made.id}")


async def test_ticks_are_kept_from_the_page_and_from_the_room(enter: Enter) -> None:
    house, agreed, _, leader = await enter()
    made = await over(house, agreed)
    path = f"individual/{made.id}/checklist"
    assert (await send(leader, path, {"item": "risk"}))[0] == 303
    assert re.search(r'value="risk" id="item-risk" checked', await read(leader, path))
    async with leader.http.post(
        f"{house.origin}/s/{leader.place}/{path}",
        data={"item": "limit"},
        headers={"Origin": house.origin, "X-CSRF": await leader.csrf()},
    ) as reply:
        assert reply.status == 204
    page = await read(leader, path)
    assert re.search(r'value="limit" id="item-limit" checked', page)
    assert not re.search(r'value="risk" id="item-risk" checked', page)


async def test_the_room_of_a_meeting_has_no_number_and_its_list_is_the_facilitators(enter: Enter) -> None:
    house, agreed, ada, leader = await enter()
    (first,) = await slots(house, agreed, 0)
    await send(ada, "meetings/book", {"slot": first})
    (one,) = await booked(house, agreed.circle.group)
    own, theirs = await read(ada, f"room/{one.session}"), await read(leader, f"room/{one.session}")
    for page in (own, theirs):
        assert "Meeting in the middle" in page
        assert "Session 0" not in page
    assert "data-checklist" in theirs
    assert "data-checklist" not in own
    assert "Safety asked aloud" not in own


async def test_the_coordinator_sees_booked_and_held_and_says_what_is_not_needed(house: House) -> None:
    clinic = await open_clinic(house)
    async with house.db.write() as tx:
        await arranged(tx, house.keys, clinic.facilitator, clinic.members[0])
    async with clinic.browser:
        page = (await clinic.browser.get(clinic.at("individual-meetings"))).text
        assert re.search(r'data-topic="mid" data-state="booked"', page)
        about = {"member": clinic.members[1].id, "topic": "mid", "reason": "agreed"}
        reply = await clinic.form(clinic.at("individual-meetings/waive"), about)
        assert reply.status == 303
        again = await clinic.form(clinic.at("individual-meetings/waive"), about)
        assert again.status == 422
        page = (await clinic.browser.get(clinic.at("individual-meetings"))).text
        assert re.search(r'data-topic="mid" data-state="waived"', page)


async def test_the_coordinator_hands_a_meeting_of_who_has_left_over_or_calls_it_off(house: House) -> None:
    clinic = await open_clinic(house)
    other = await colleague(house, "Zora")
    async with house.db.write() as tx:
        met = [await arranged(tx, house.keys, clinic.facilitator, one) for one in clinic.members[:2]]
        place = await store.staff.grant(
            tx, house.keys, other.person, clinic.group, "facilitator", "command", datetime.now(UTC)
        )
        await store.staff.withdraw(tx, house.keys, clinic.facilitator.id, "command", datetime.now(UTC))
        await store.duties.renew(tx, clinic.group, datetime.now(UTC))
    address = clinic.at("individual-meetings")
    async with clinic.browser:
        listed = (await clinic.browser.get(f"/w/{clinic.olga.desk}/")).text
        assert "Individual meetings stand without a facilitator" in listed
        assert "2 meetings" in listed
        assert f'href="{address}"' in listed
        page = (await clinic.browser.get(address)).text
        assert [f'data-alone="{one.id}"' in page for one in met] == [True, True]
        one, two = (f"{address}/{each.id}/leader" for each in met)
        missing = await clinic.form(one, {"do": "hand"})
        assert missing.status == 422
        assert "Please choose who leads it." in missing.text
        assert (await clinic.form(one, {"do": "hand", f"leader-{met[0].id}": place.id})).status == 303
        assert (await clinic.form(two, {"do": "cancel"})).status == 303
        assert (await clinic.form(two, {"do": "cancel"})).status == 404
        assert "data-alone" not in (await clinic.browser.get(address)).text
    async with house.db.read() as tx:
        found = {row.id: row for row in await store.individual.bookings_of_group(tx, clinic.group)}
    assert (found[met[0].id].facilitator, found[met[0].id].state) == (place.id, "booked")
    assert found[met[1].id].state == "cancelled"


async def test_the_preview_of_a_change_says_which_meetings_would_not_fit(house: House) -> None:
    clinic = await open_clinic(house)
    async with house.db.write() as tx:
        made = await arranged(tx, house.keys, clinic.facilitator, clinic.members[0])
    wish = {
        "kind": "shift_following",
        "session": clinic.sessions[4],
        "days": "28",
        "at": "18:00",
        "reason": "illness",
    }
    async with clinic.browser:
        page = await clinic.form(clinic.at("dates/preview"), wish)
        assert page.status == 200
        assert 'data-left-outside="1"' in page.text
        revision = re.findall(r'name="revision" value="([^"]*)"', page.text)[0]
        assert (await clinic.form(clinic.at("dates"), wish | {"revision": revision})).status == 303
    async with house.db.write() as tx:
        await store.duties.renew(tx, clinic.group, datetime.now(UTC))
        found = await store.tasks.of_groups(tx, [clinic.group], datetime.now(UTC))
        still = await store.individual.find(tx, made.id)
    assert [(one.member, one.owner_role) for one in found if one.kind == "meeting_outside"] == [
        (clinic.members[0].id, "facilitator")
    ]
    assert still == made
