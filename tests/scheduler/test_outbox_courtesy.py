"""When people are left in peace."""

from datetime import UTC, datetime, time, timedelta

import store.groups
import store.outbox
from care.delivery import MessageKind
from scheduler.outbox import Sender
from store.outbox import Message
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)
DAY = timedelta(days=1)
EARLY = START - 4 * DAY


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


async def test_what_is_more_than_the_daily_cap_goes_together_in_one_message(
    home: House, office: PostOffice
) -> None:
    sender = home.sender(office.transport(), office.settings(mail_daily_cap=2))
    keys = [await home.queue(kind=MessageKind.INVITATION, revision=number, now=EARLY) for number in range(5)]
    await sender.tick(EARLY)
    rows = [await home.message(key) for key in keys]
    assert sorted(row.state for row in rows) == ["sent", "sent", "withdrawn", "withdrawn", "withdrawn"]
    merged = {row.id for row in rows if row.result == "merged"}
    (digest,) = await digests(home)
    assert (digest.state, digest.due_at, set(digest.payload["of"])) == ("pending", EARLY + DAY, merged)
    await home.queue("Ben", MessageKind.INVITATION, EARLY)
    await sender.tick(EARLY + timedelta(minutes=1))
    assert office.recipients == ["ada@example.org", "ada@example.org", "ben@example.org"]
    await sender.tick(EARLY + DAY)
    assert office.took[-1]["Subject"] == "Some things are waiting for you"
    assert office.took[-1].get_content().count("- A message for you") == 1
    assert [one.state for one in await digests(home)] == ["sent"]
    await sender.tick(EARLY + DAY + timedelta(minutes=1))
    assert len(office.took) == 4


async def test_a_digest_goes_before_the_first_of_its_messages_is_too_late(
    home: House, office: PostOffice
) -> None:
    sender = home.sender(office.transport(), office.settings(mail_daily_cap=1))
    for number in range(2):
        await home.queue(kind=MessageKind.INVITATION, revision=number)
    await sender.tick(NOON)
    (digest,) = await digests(home)
    assert digest.due_at == START - timedelta(hours=1)
    await sender.tick(digest.due_at)
    assert [one.state for one in await digests(home)] == ["sent"]


async def test_a_digest_of_which_nothing_is_wanted_any_more_is_not_sent(
    home: House, office: PostOffice
) -> None:
    sender = home.sender(office.transport(), office.settings(mail_daily_cap=1))
    for number in range(2):
        await home.queue(kind=MessageKind.INVITATION, revision=number)
    await sender.tick(NOON)
    async with home.db.write() as tx:
        await store.groups.set_session_state(tx, home.session, "cancelled", NOON)
    await sender.tick(START - timedelta(hours=1))
    (digest,) = await digests(home)
    assert (digest.state, digest.result, len(office.took)) == ("withdrawn", "nothing_left", 1)


async def digests(home: House) -> list[Message]:
    async with home.db.read() as tx:
        return [row for row in await store.outbox.listing(tx) if row.kind == MessageKind.DIGEST]


async def test_quiet_hours_may_be_switched_off(home: House, office: PostOffice) -> None:
    late = datetime(2027, 3, 1, 22, 30, tzinfo=UTC)
    always = office.settings(mail_quiet_from=time(0), mail_quiet_until=time(0))
    key = await home.queue(kind=MessageKind.INVITATION, now=late)
    await home.sender(office.transport(), always).tick(late)
    assert (await home.message(key)).state == "sent"
