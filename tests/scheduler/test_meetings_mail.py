"""What people are told of individual meetings, from a real mail server: reminders with a link, for those two
alone."""

from datetime import datetime, timedelta

import pytest

import store.booking
import store.outbox
import store.plan
from care.meeting_states import Booking
from scheduler import wanted
from store.outbox import Message, listing
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice
from tests.services.meetings import arranged, offered

HOUR = timedelta(hours=1)
NOW = START + timedelta(days=1)  # after the session in the middle
KIND = "meeting_reminder"


@pytest.fixture
async def booked(home: House) -> Booking:
    async with home.db.write() as tx:
        return await arranged(tx, home.keys, home.members["Fay"], home.members["Ada"], "mid", NOW)


async def tick(home: House, office: PostOffice, now: datetime) -> None:
    """The plan and the sender at a moment."""
    async with home.db.write() as tx:
        await store.plan.reconcile(tx, home.group, now)
    await home.sender(office.transport(), office.settings()).tick(now)


async def reminders(home: House) -> list[Message]:
    async with home.db.read() as tx:
        return [one for one in await listing(tx) if one.kind == KIND]


def start_of(booking: Booking) -> datetime:
    assert booking.starts_at is not None
    return booking.starts_at


async def test_the_member_is_reminded_with_a_link_an_hour_before(
    home: House, office: PostOffice, booked: Booking
) -> None:
    await tick(home, office, start_of(booked) - HOUR)
    sent = {one.message_id: one.person for one in await reminders(home) if one.state == "sent"}
    assert set(sent.values()) == {home.members["Ada"].person}
    letters = [one for one in office.took if one["Message-ID"] in sent]
    assert len(letters) == len(sent)
    assert all("https://rooms.example/" in one.as_string() for one in letters)


async def test_nobody_is_reminded_of_an_hour_that_was_left(
    home: House, office: PostOffice, booked: Booking
) -> None:
    async with home.db.write() as tx:
        other = await offered(tx, home.members["Fay"], "mid", start_of(booked) + 2 * HOUR, NOW)
        await store.booking.reschedule(tx, home.keys, booked, other, home.members["Ada"], NOW)
    await tick(home, office, start_of(booked) - HOUR)
    assert [
        one for one in await reminders(home) if one.state == "sent" and one.payload["sequence"] == 0
    ] == []


@pytest.mark.parametrize("name", ["Ben", "Fay"])
async def test_a_reminder_goes_to_nobody_but_the_member_of_the_meeting(
    home: House, booked: Booking, name: str
) -> None:
    other = home.members[name]
    async with home.db.write() as tx:
        put = {"member": other.id, "session": booked.session, "sequence": booked.sequence}
        await store.outbox.put(tx, "k", KIND, other.person, put, NOW, start_of(booked), NOW)
        message = await store.outbox.find(tx, "k")
        assert message is not None
        assert isinstance(await wanted.subject(tx, message, NOW), str)
