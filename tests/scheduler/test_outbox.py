import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

import store.groups
import store.links
import store.outbox
import store.people
from care.delivery import MessageKind
from scheduler.mail import Letter
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from scheduler.transports import Fate, Outcome
from store.tables import metadata
from tests.scheduler import post_office
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)
LEASE_OVER = timedelta(minutes=6)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office.opened() as one:
        yield one


@pytest.fixture
def sender(home: House, office: PostOffice) -> Sender:
    return home.sender(office.transport(), office.settings())


def token_in(body: str) -> str:
    found = re.search(r"/j#(\S+)", body)
    assert found is not None
    return found[1]


def body_of(office: PostOffice, number: int = 0) -> str:
    return str(office.took[number].get_content()).replace("\r\n", "\n")


async def everything_stored(home: House) -> str:
    """All rows of all tables as one text, to search in."""
    async with home.db.read() as tx:
        rows = [
            repr(tuple(row)) for table in metadata.sorted_tables for row in await tx.execute(select(table))
        ]
    return "\n".join(rows)


# --- sending ------------------------------------------------------------------------------------------


async def test_a_due_message_is_sent_once_and_recorded(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    for later in range(3):
        await sender.tick(NOON + timedelta(seconds=later))
    assert office.recipients == ["ada@example.org"]
    row = await home.message(key)
    assert (row.state, row.result, row.attempts, row.repeats) == ("sent", "250", 1, 0)
    assert row.message_id == office.took[0]["Message-ID"]


async def test_the_link_in_the_mail_opens_the_members_own_place(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await home.queue()
    await sender.tick(NOON)
    token = token_in(body_of(office))
    async with home.db.write() as tx:
        redeemed = await store.links.redeem(tx, token, None, NOON + timedelta(minutes=1))
    assert isinstance(redeemed, store.links.Redeemed)
    assert redeemed.member == home.members["Ada"].id


async def test_the_database_holds_the_hash_of_the_token_and_neither_token_nor_body(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await home.queue()
    await sender.tick(NOON)
    token = token_in(body_of(office))
    stored = await everything_stored(home)
    assert token not in stored
    assert "ada@example.org" not in stored
    assert "Please come a few minutes early" not in stored
    assert repr(hashlib.sha256(token.encode()).digest()) in stored


async def test_neither_subject_nor_sender_says_who_or_what_for(
    home: House, office: PostOffice, sender: Sender
) -> None:
    for kind in (MessageKind.INVITATION, MessageKind.JOIN_LINK, MessageKind.JOIN_LINK_AGAIN):
        await home.queue(kind=kind)
    await sender.tick(NOON)
    assert len(office.took) == 3
    for taken in office.took:
        headers = " ".join(str(value) for name, value in taken.items() if name != "To")
        assert not re.search(r"ada|therap|group|tuesday|session|ipt", headers, re.IGNORECASE)
        assert token_in(taken.get_content()) not in headers


async def test_a_message_that_is_not_due_yet_waits(home: House, office: PostOffice, sender: Sender) -> None:
    key = await home.queue(due_at=NOON + timedelta(minutes=10))
    await sender.tick(NOON)
    assert (await home.message(key)).state == "pending"
    await sender.tick(NOON + timedelta(minutes=10))
    assert (await home.message(key)).state == "sent"


async def test_no_log_line_holds_a_token_an_address_or_a_name(
    home: House, office: PostOffice, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await home.queue()
    await sender.tick(NOON)
    office.to_recipient = "550 ada@example.org is unknown"
    await home.queue("Ben")
    await sender.tick(NOON)
    logged = repr([vars(line) for line in caplog.records if line.name.startswith("scheduler")])
    assert "message_handled" in logged
    for secret in (token_in(body_of(office)), "ada@example.org", "ben@example.org", "Ada", "Ben"):
        assert secret not in logged


# --- still wanted? ------------------------------------------------------------------------------------


async def test_nothing_goes_to_somebody_who_left_the_group(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.groups.withdraw_member(tx, home.members["Ada"].id, NOON)
    await sender.tick(NOON)
    row = await home.message(key)
    assert (row.state, row.result) == ("withdrawn", "left_the_group")
    assert office.took == []


async def test_nothing_goes_to_somebody_whose_data_was_erased(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.people.erase(tx, home.members["Ada"].person, NOON)
    await sender.tick(NOON)
    assert ((await home.message(key)).state, office.took) == ("withdrawn", [])


async def test_staff_links_are_never_mailed(home: House, office: PostOffice, sender: Sender) -> None:
    key = await home.queue("Fay")
    await sender.tick(NOON)
    assert (await home.message(key)).result == "not_a_participant"


async def test_no_link_goes_out_for_a_session_that_was_cancelled(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.groups.set_session_state(tx, home.session, "cancelled", NOON)
    await sender.tick(NOON)
    assert (await home.message(key)).result == "session_over"
    assert office.took == []


async def test_a_message_that_is_too_late_expires_unsent(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    await sender.tick(START)
    assert (await home.message(key)).state == "expired"
    assert office.took == []


async def test_after_downtime_only_what_is_not_too_late_goes_out_oldest_first(
    home: House, office: PostOffice, sender: Sender
) -> None:
    missed = await home.queue("Ada", expires_at=NOON + timedelta(hours=1))
    newer = await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, due_at=NOON + timedelta(minutes=9))
    older = await home.queue("Ben", due_at=NOON + timedelta(minutes=3))
    await sender.tick(NOON + timedelta(minutes=90))
    assert (await home.message(missed)).state == "expired"
    assert office.recipients == ["ben@example.org", "ada@example.org"]
    assert {(await home.message(key)).state for key in (older, newer)} == {"sent"}


async def test_a_person_without_an_address_is_recorded_and_stops_nobody_else(
    home: House, office: PostOffice, sender: Sender
) -> None:
    async with home.db.write() as tx:
        await store.people.change_contact(tx, home.keys, home.members["Ada"].person, "", NOON)
    nowhere, other = await home.queue("Ada"), await home.queue("Ben")
    await sender.tick(NOON)
    assert (await home.message(nowhere)).result == "no_address"
    assert (await home.message(other)).state == "sent"


# --- what the provider says ---------------------------------------------------------------------------


async def test_a_later_is_tried_again_after_one_five_thirty_and_a_hundred_and_twenty_minutes(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "450 busy"
    key = await home.queue(now=START - timedelta(days=2))
    now = START - timedelta(days=1)
    waits = []
    for _ in range(5):
        await sender.tick(now)
        row = await home.message(key)
        assert (row.state, row.result) == ("pending", "450")
        waits.append((row.due_at - now) / timedelta(minutes=1))
        now = row.due_at
    for waited, planned in zip(waits, (1, 5, 30, 120, 120), strict=True):
        assert planned * 0.9 <= waited <= planned * 1.1
    office.to_recipient = "250 OK"
    await sender.tick(now)
    row = await home.message(key)
    assert (row.state, row.attempts) == ("sent", 6)


async def test_trying_ends_when_the_next_try_would_be_too_late(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "450 busy"
    key = await home.queue()
    await sender.tick(START - timedelta(seconds=30))
    row = await home.message(key)
    assert (row.state, row.result) == ("failed", "450 until too late")


async def test_a_refused_address_is_flagged_and_gets_no_further_message(
    home: House, office: PostOffice, sender: Sender
) -> None:
    office.to_recipient = "550 no such person"
    first = await home.queue()
    await sender.tick(NOON)
    second = await home.queue(kind=MessageKind.JOIN_LINK_AGAIN)
    await sender.tick(NOON)
    assert (await home.message(first)).state == "failed"
    assert (await home.message(second)).result == "address_refused"
    assert office.asked == 1
    async with home.db.read() as tx:
        flagged = await store.people.flagged(tx, [home.members["Ada"].id])
    assert flagged == {home.members["Ada"].id}


async def test_silence_after_the_text_repeats_once_with_the_same_message_id_and_no_more(
    home: House, office: PostOffice
) -> None:
    office.silent = True
    sender = home.sender(office.transport(smtp_timeout_s=0.3), office.settings())
    key = await home.queue()
    await sender.tick(NOON)
    await sender.tick(NOON + timedelta(minutes=4))
    assert len(office.took) == 1
    for later in range(5, 9):
        await sender.tick(NOON + timedelta(minutes=later))
    row = await home.message(key)
    assert (row.state, row.repeats, row.result) == ("uncertain", 1, "timeout")
    assert [taken["Message-ID"] for taken in office.took] == [row.message_id] * 2


async def test_an_outage_closes_the_breaker_and_costs_the_waiting_rows_no_attempt(home: House) -> None:
    gone = PostOffice(port=1)
    sender = home.sender(gone.transport(), gone.settings())
    keys = [await home.queue(name, kind) for name in ("Ada", "Ben") for kind in LINKS]
    await sender.tick(NOON)
    rows = [await home.message(key) for key in keys]
    assert sorted(row.attempts for row in rows) == [0, 1, 1, 1]
    assert not sender.going_out


async def test_the_breaker_lets_one_through_again_and_opens_when_the_provider_answers(
    home: House, office: PostOffice
) -> None:
    gone = PostOffice(port=1)
    sender = home.sender(gone.transport(), gone.settings())
    keys = [await home.queue(name, kind) for name in ("Ada", "Ben") for kind in LINKS]
    await sender.tick(NOON)
    sender._transport = office.transport()
    await sender.tick(NOON + timedelta(seconds=30))
    assert office.took == []
    await sender.tick(NOON + timedelta(minutes=2))
    assert sender.going_out
    await sender.tick(NOON + timedelta(minutes=3))
    assert [(await home.message(key)).state for key in keys] == ["sent"] * 4


async def test_a_provider_that_falls_silent_after_every_text_is_left_alone_after_three(
    home: House, office: PostOffice
) -> None:
    office.silent = True
    sender = home.sender(office.transport(smtp_timeout_s=0.3), office.settings())
    for number in range(6):
        await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, revision=number)
    await sender.tick(NOON)
    assert len(office.took) == 3
    assert not sender.going_out


LINKS = (MessageKind.JOIN_LINK, MessageKind.JOIN_LINK_AGAIN)


async def test_without_a_mail_server_messages_wait_and_only_expire(home: House) -> None:
    sender = home.sender(None)
    key = await home.queue()
    await sender.tick(NOON)
    assert (await home.message(key)).state == "pending"
    assert not sender.going_out
    await sender.tick(START)
    assert (await home.message(key)).state == "expired"


# --- courtesy -----------------------------------------------------------------------------------------


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


# --- two senders, and senders that die ----------------------------------------------------------------


async def test_one_purpose_has_one_row_however_often_it_is_put(home: House) -> None:
    for _ in range(3):
        await home.queue()
    async with home.db.read() as tx:
        assert len(await store.outbox.listing(tx)) == 1


async def test_two_senders_side_by_side_send_every_message_once(home: House, office: PostOffice) -> None:
    for number in range(12):
        await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, revision=number)
        await home.queue("Ben", MessageKind.JOIN_LINK_AGAIN, revision=number)
    senders = [home.sender(office.transport(), office.settings()) for _ in range(2)]
    await asyncio.gather(*(sender.tick(NOON) for sender in senders))
    ids = [taken["Message-ID"] for taken in office.took]
    assert len(ids) == 24
    assert len(set(ids)) == 24


class Dies(BaseException):
    """The process ends here: nothing after this line runs."""


class DiesBefore:
    """A transport whose process dies before a byte is sent."""

    async def deliver(self, letter: Letter) -> Outcome:
        raise Dies


class DiesAfter:
    """A transport whose process dies after the provider accepted, before anybody wrote it down."""

    def __init__(self, office: PostOffice) -> None:
        self._really = office.transport()

    async def deliver(self, letter: Letter) -> Outcome:
        outcome = await self._really.deliver(letter)
        assert outcome.fate is Fate.SENT
        raise Dies


async def test_a_sender_that_died_with_a_claim_gives_it_back_and_nothing_is_repeated(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.outbox.claim(tx, NOON, lease_s=60)
    await sender.tick(NOON + timedelta(seconds=30))
    assert office.took == []
    await sender.tick(NOON + timedelta(seconds=61))
    row = await home.message(key)
    assert (row.state, row.repeats, len(office.took)) == ("sent", 0, 1)


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_sender_that_died_while_transmitting_is_repeated_once_under_the_same_id(
    home: House, office: PostOffice, sender: Sender, arrived: bool
) -> None:
    key = await home.queue()
    doomed = home.sender(DiesAfter(office) if arrived else DiesBefore())
    with pytest.raises(Dies):
        await doomed.tick(NOON)
    assert (await home.message(key)).state == "transmitting"
    await sender.tick(NOON + timedelta(minutes=1))
    assert len(office.took) == arrived
    await sender.tick(NOON + LEASE_OVER)
    row = await home.message(key)
    assert (row.state, row.repeats, row.attempts) == ("sent", 1, 2)
    assert len({taken["Message-ID"] for taken in office.took}) == 1
    assert len(office.took) == 1 + arrived


async def test_dying_twice_while_transmitting_leaves_the_message_uncertain_for_a_person(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue(now=START - timedelta(hours=3))
    for round_ in range(2):
        with pytest.raises(Dies):
            await home.sender(DiesBefore()).tick(NOON + round_ * LEASE_OVER)
    await sender.tick(NOON + 2 * LEASE_OVER)
    row = await home.message(key)
    assert (row.state, row.repeats) == ("uncertain", 1)
    assert office.took == []


async def test_one_poisoned_row_does_not_stop_the_others(
    home: House, office: PostOffice, sender: Sender
) -> None:
    poisoned, healthy = await home.queue("Ada"), await home.queue("Ben", due_at=NOON + timedelta(seconds=1))
    async with home.db.write() as tx:
        await tx.execute(
            text("UPDATE person SET zone = 'Nowhere/Land' WHERE id = :id"),
            {"id": home.members["Ada"].person},
        )
    await sender.tick(NOON + timedelta(minutes=1))
    assert (await home.message(healthy)).state == "sent"
    assert (await home.message(poisoned)).state == "claimed"


def test_the_settings_refuse_unencrypted_mail_to_another_machine() -> None:
    with pytest.raises(ValueError, match="IPT_SMTP_SECURITY"):
        SchedulerSettings(
            smtp_host="mail.example.org", smtp_security="none", base_url="https://rooms.example"
        )


def test_the_settings_refuse_mail_whose_links_lead_nowhere() -> None:
    with pytest.raises(ValueError, match="IPT_BASE_URL"):
        SchedulerSettings(smtp_host="mail.example.org")
