"""Groups: seats are nobody's twice, places are public and random, rosters remember who left."""

import re

import pytest
from sqlalchemy.exc import IntegrityError

from store import groups
from store.ids import fresh_id, fresh_place
from tests.services.circle import HOUR, NOW, make_circle, make_person


async def test_a_session_carries_its_number_and_its_groups_title(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        found = await groups.session(tx, circle.session)
        assert (found.ordinal, found.count, found.title, found.state) == (1, 12, "Tuesday group", "planned")
        assert (found.starts_at, found.ends_at) == (NOW, NOW + 1.5 * HOUR)
        assert await groups.sessions_of(tx, circle.group) == [found]
        assert await groups.session(tx, "no such") is None


async def test_members_come_in_the_order_of_their_seats_and_coordinators_last(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys, 3)
        everyone = [circle.facilitator, *circle.participants, circle.coordinator]
        assert await groups.members(tx, circle.group) == everyone
        assert await groups.member_by_place(tx, circle.participants[0].place) == circle.participants[0]
        assert await groups.member_by_id(tx, circle.coordinator.id) == circle.coordinator


@pytest.mark.parametrize(
    ("role", "seat"),
    [
        ("participant", 1),
        ("participant", None),
        ("coordinator", 5),
        ("guest", 5),
        ("participant", 12),
        ("participant", -1),
    ],
)
async def test_a_taken_seat_or_one_that_does_not_fit_the_role_is_refused(database, keys, role, seat):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        person = await make_person(tx, keys, "Zoe")
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await groups.add_member(tx, circle.group, person, role, seat, NOW)


async def test_who_left_frees_the_seat_and_stays_on_the_roster(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        assert await groups.withdraw_member(tx, ada.id, NOW + HOUR)
        assert not await groups.withdraw_member(tx, ada.id, NOW + HOUR)
        assert await groups.member_by_place(tx, ada.place) is None
        person = await make_person(tx, keys, "Zoe")
        await groups.add_member(tx, circle.group, person, "participant", ada.seat, NOW + HOUR)
        places = [(one.seat, one.left_at) for one in await groups.roster(tx, circle.group)]
    assert places == [(0, None), (1, NOW + HOUR), (1, None), (2, None), (None, None)]


@pytest.mark.parametrize(("ordinal", "hours"), [(1, 1), (2, 0), (2, -1), (0, 1)])
async def test_a_number_used_twice_or_an_end_before_the_start_is_refused(database, keys, ordinal, hours):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await groups.create_session(tx, circle.group, ordinal, NOW, NOW + hours * HOUR, "UTC")


async def test_sessions_are_found_by_when_they_start(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)

        async def starting(since, until):
            return [one.id for one in await groups.starting_between(tx, NOW + since, NOW + until)]

        assert await starting(-HOUR, 0 * HOUR) == [circle.session]
        assert await starting(0 * HOUR, HOUR) == []
        await groups.set_session_state(tx, circle.session, "cancelled", NOW)
        assert await starting(-HOUR, HOUR) == []


def test_ids_are_random_letters_and_digits():
    ids = {fresh_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9]{22}", one) for one in ids)
    assert all(re.fullmatch(r"[A-Za-z0-9]{10}", fresh_place()) for _ in range(100))
