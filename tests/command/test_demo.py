"""The demo house is made by the store's own functions and every link in it works."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import store.groups
import store.links
import store.people
import store.schema
from command import demo
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

NOW = datetime(2025, 3, 24, 17, 0, tzinfo=UTC)
PLAN = demo.Plan(base_url="http://127.0.0.1:1", rooms=2, members=10)


@pytest.fixture
async def house(tmp_path):
    settings = StoreSettings(data_dir=tmp_path, database_url=None)
    await store.schema.migrate(settings)
    db = await Database.open(settings)
    yield db, Keys.load(settings)
    await db.close()


async def test_the_group_is_in_mid_course_and_its_present_session_is_open_now(house):
    db, keys = house

    rooms = await demo.load(db, keys, PLAN, NOW)

    async with db.read() as tx:
        present = await store.groups.session(tx, rooms[0].session)
        sessions = await store.groups.sessions_of(tx, present.group)
    assert (present.ordinal, present.count) == (6, 12)
    assert present.starts_at == NOW - timedelta(minutes=5)
    assert present.ends_at == NOW + timedelta(minutes=85)
    assert [each.state for each in sessions] == ["closed"] * 5 + ["planned"] * 7


async def test_every_session_is_at_the_same_local_time_though_summer_time_begins_on_the_way(house):
    db, keys = house

    rooms = await demo.load(db, keys, PLAN, NOW)

    async with db.read() as tx:
        present = await store.groups.session(tx, rooms[0].session)
        sessions = await store.groups.sessions_of(tx, present.group)
    local = {each.starts_at.astimezone(ZoneInfo(each.zone)).strftime("%a %H:%M") for each in sessions}
    assert local == {"Mon 17:55"}


async def test_everyone_has_a_name_a_seat_and_a_link_of_their_own(house):
    db, keys = house

    first, second = await demo.load(db, keys, PLAN, NOW)

    people = [*first.coordinator, *first.facilitators, *first.participants]
    assert [len(first.coordinator), len(first.facilitators), len(first.participants)] == [1, 2, 8]
    assert len({one.link for one in [*people, *second.participants]}) == 11 + 8
    async with db.read() as tx:
        names = await store.people.names(tx, keys, [one.member for one in people])
    assert names == {one.member: one.name for one in people}


async def test_a_link_signs_its_own_person_in(house):
    db, keys = house
    (room, _) = await demo.load(db, keys, PLAN, NOW)

    for person in (room.coordinator[0], room.facilitators[0], room.participants[7]):
        base, _, token = person.link.partition("/j#")
        async with db.write() as tx:
            redeemed = await store.links.redeem(tx, token, None, NOW + timedelta(minutes=1))
        assert base == PLAN.base_url
        assert (redeemed.member, redeemed.place) == (person.member, person.place)
