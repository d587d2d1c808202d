"""When people are left in peace."""

from datetime import UTC, datetime, time, timedelta

from care.delivery import MessageKind
from scheduler.outbox import Sender
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)


async def test_an_invitation_waits_for_the_end_of_the_recipients_quiet_hours(
    home: House, office: PostOffice, sender: Sender
) -> None:
    late = datetime(2027, 3, 1, 20, 30, tzinfo=UTC)  # 21:30 in Berlin
    key = await home.queue(kind=MessageKind.INVITATION, now=late)
    await sender.tick(late)
    row = await home.message(key)
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.due_at == datetime(2027, 3, 2, 7, 0, tzinfo=UTC)
    await sender.tick(row.due_at)
    assert (await home.message(key)).state == "sent"


async def test_a_link_somebody_asked_for_goes_out_at_night(
    home: House, office: PostOffice, sender: Sender
) -> None:
    late = datetime(2027, 3, 1, 22, 30, tzinfo=UTC)
    key = await home.queue(kind=MessageKind.JOIN_LINK_AGAIN, now=late)
    await sender.tick(late)
    assert (await home.message(key)).state == "sent"


async def test_nobody_gets_more_than_the_daily_cap(home: House, office: PostOffice) -> None:
    sender = home.sender(office.transport(), office.settings(mail_daily_cap=2))
    keys = [await home.queue(kind=MessageKind.INVITATION, revision=number) for number in range(3)]
    await sender.tick(NOON)
    assert sorted([(await home.message(key)).state for key in keys]) == ["pending", "sent", "sent"]
    await home.queue("Ben", MessageKind.INVITATION)
    await sender.tick(NOON + timedelta(minutes=1))
    assert office.recipients == ["ada@example.org", "ada@example.org", "ben@example.org"]


async def test_quiet_hours_may_be_switched_off(home: House, office: PostOffice) -> None:
    late = datetime(2027, 3, 1, 22, 30, tzinfo=UTC)
    always = office.settings(mail_quiet_from=time(0), mail_quiet_until=time(0))
    key = await home.queue(kind=MessageKind.INVITATION, now=late)
    await home.sender(office.transport(), always).tick(late)
    assert (await home.message(key)).state == "sent"
