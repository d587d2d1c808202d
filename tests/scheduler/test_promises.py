"""What members hear about their contract, and what a person hears after saying they cannot come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

import store.absence
import store.contracts
import store.groups
import store.outbox
import store.signatures
from care import delivery, signing
from care.contract import Terms
from care.delivery import MessageKind
from care.thresholds import Kind, Owner, Wanted
from scheduler import promises
from scheduler.outbox import Sender
from store import tasks
from store.promised_to import Awaited
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

OFFERED = datetime(2027, 2, 1, 11, 0, tzinfo=UTC)  # noon in Berlin
TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2027, 1, 26, 12, 0))
TEXT = signing.canonical([("Terms", [(1, "Sessions", ["12"])])])
DAY = timedelta(days=1)


async def offered(home: House, expected: int = 0, now: datetime = OFFERED) -> None:
    terms = replace(TERMS, notice_hours=24 + expected)
    async with home.db.write() as tx:
        by = home.members["Cory"].id
        await store.contracts.offer(tx, home.keys, home.group, terms, by, now, expected)


async def signed(home: House, name: str, now: datetime = OFFERED) -> None:
    async with home.db.write() as tx:
        member = home.members[name].id
        await store.signatures.sign(
            tx, home.keys, member, signing.MEMBER, member, TEXT, signing.text_hash(TEXT), "en", now
        )


async def run(home: House, sender: Sender, now: datetime) -> None:
    await promises.tick(home.db, now)
    await sender.tick(now)


def subjects(office: PostOffice) -> list[tuple[str, str]]:
    return sorted((str(each["To"]).split("@")[0], str(each["Subject"])) for each in office.took)


REMINDED = "Something for you to read"


async def test_an_unsigned_contract_is_reminded_of_after_three_and_six_days(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    await signed(home, "Ben")

    for days, count in ((0, 0), (2, 0), (3, 1), (4, 1), (6, 2), (9, 2), (30, 2)):
        office.took[:] = [each for each in office.took if each["To"] != "ben@example.org"]
        await run(home, sender, OFFERED + days * DAY)
        assert subjects(office).count(("ada", REMINDED)) == count
    assert ("ben", REMINDED) not in subjects(office)
    assert "https://rooms.example/j#" in office.took[0].get_content()


@pytest.mark.parametrize(
    ("version", "days", "due"),
    [
        (1, 0, []),
        (1, 2.9, []),
        (1, 3, [3]),
        (1, 5.9, [3]),
        (1, 6, [6]),
        (1, 8.9, [6]),
        (1, 9, []),
        (2, 0, [0]),
        (2, 3, [3]),
        (2, 9, []),
    ],
)
def test_each_reminder_is_worth_three_days(version: int, days: float, due: list[int]) -> None:
    awaited = Awaited(member="m", person="p", version=version, since=OFFERED)

    assert promises.steps(awaited, OFFERED + days * DAY) == due


async def test_nothing_is_queued_for_who_has_signed(home: House) -> None:
    await offered(home)
    await signed(home, "Ben")

    await promises.tick(home.db, OFFERED + 3 * DAY)

    async with home.db.read() as tx:
        queued = await store.outbox.listing(tx)
    assert [(each.kind, each.person) for each in queued if each.kind != "dates"] == [
        ("contract_reminder", home.members["Ada"].person)
    ]


async def test_who_signs_before_it_leaves_is_not_reminded(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    await promises.tick(home.db, OFFERED + 3 * DAY)
    await signed(home, "Ada", OFFERED + 3 * DAY)

    await sender.tick(OFFERED + 3 * DAY)

    assert subjects(office) == [("ben", REMINDED)]


async def test_an_amendment_is_told_at_once_and_takes_the_place_of_older_reminders(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    for name in ("Ada", "Ben"):
        await signed(home, name)
    await promises.tick(home.db, OFFERED)
    await offered(home, expected=1, now=OFFERED + DAY)

    await run(home, sender, OFFERED + DAY)

    assert [each for each in subjects(office) if each[1] == REMINDED] == [
        ("ada", REMINDED),
        ("ben", REMINDED),
    ]


async def test_reminders_of_a_version_that_was_replaced_are_not_sent(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    await promises.tick(home.db, OFFERED + 3 * DAY)
    await offered(home, expected=1, now=OFFERED + 3 * DAY)

    await sender.tick(OFFERED + 3 * DAY)

    assert office.took == []
    async with home.db.read() as tx:
        assert {each.result for each in await store.outbox.listing(tx)} == {"another_version"}


async def test_who_signs_gets_all_dates_to_come_once_with_an_entry_each(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    await signed(home, "Ada")

    for _ in range(3):
        await run(home, sender, OFFERED)

    (letter,) = [each for each in office.took if each["Subject"] == "Your dates"]
    calendars = [
        Calendar.from_ical(part.get_content())
        for part in letter.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert len(calendars) == 7  # sessions 6 to 12
    assert {str(each["METHOD"]) for each in calendars} == {"REQUEST"}
    assert calendars[0].events[0].decoded("DTSTART") == START


async def test_a_signature_under_an_amendment_sends_the_dates_no_second_time(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await offered(home)
    await signed(home, "Ada")
    await run(home, sender, OFFERED)
    await offered(home, expected=1, now=OFFERED + DAY)
    await signed(home, "Ada", OFFERED + DAY)

    await run(home, sender, OFFERED + DAY)

    assert subjects(office).count(("ada", "Your dates")) == 1


# --- thanks, and lists that wait ------------------------------------------------------------------------


async def said_away(home: House, now: datetime) -> None:
    member = home.members["Ada"]
    async with home.db.write() as tx:
        await store.absence.give(tx, home.keys, member.id, home.session, "ill", "a secret", member.id, now)
        await store.outbox.put(
            tx,
            delivery.key(MessageKind.ABSENCE_THANKS, member.id, home.session),
            MessageKind.ABSENCE_THANKS.value,
            member.person,
            {"member": member.id, "session": home.session},
            now,
            now + DAY,
            now,
        )


async def test_who_says_they_cannot_come_is_thanked_and_told_the_next_date(
    home: House, office: PostOffice, sender: Sender
) -> None:
    now = START - timedelta(hours=3)
    await said_away(home, now)

    await sender.tick(now)

    (letter,) = office.took
    assert letter["Subject"] == "Thank you for telling us"
    assert "cannot come on Tuesday 2 March at 12:00" in letter.get_content()
    assert "The next appointment is on Tuesday 9 March at 12:00." in letter.get_content()
    assert "secret" not in letter.as_string()
    assert "ill" not in letter.get_content().replace("will", "")


async def test_a_notice_taken_back_is_not_thanked_for(
    home: House, office: PostOffice, sender: Sender
) -> None:
    now = START - timedelta(hours=3)
    member = home.members["Ada"].id
    await said_away(home, now)
    async with home.db.write() as tx:
        assert await store.absence.withdraw(tx, home.keys, member, home.session, member, now)

    await sender.tick(now)

    assert office.took == []


def to_confirm(home: House, now: datetime) -> Wanted:
    return Wanted(
        key=f"confirm_attendance|{home.session}",
        kind=Kind.CONFIRM_ATTENDANCE,
        group=home.group,
        member=None,
        session=home.session,
        reasons=(),
        due_at=now + DAY,
        owner_role=Owner.FACILITATOR,
    )


@pytest.mark.parametrize(("waits", "count"), [(True, 1), (False, 0)])
async def test_a_facilitator_hears_of_a_list_only_while_it_waits(
    home: House, office: PostOffice, sender: Sender, waits: bool, count: int
) -> None:
    now = START + timedelta(hours=3)
    fay = home.members["Fay"]
    async with home.db.write() as tx:
        if waits:
            await tasks.sync(tx, home.group, [to_confirm(home, now)], now)
        await store.outbox.put(
            tx,
            delivery.key(MessageKind.CONFIRM_ATTENDANCE, fay.id, home.session),
            MessageKind.CONFIRM_ATTENDANCE.value,
            fay.person,
            {"member": fay.id, "session": home.session},
            now,
            now + DAY,
            now,
        )

    await sender.tick(now)

    assert len(office.took) == count
    for letter in office.took:
        assert letter["Subject"] == "A list is waiting for you"
        assert "https://rooms.example/staff\n" in letter.get_content().replace("\r\n", "\n")
        assert "#" not in letter.as_string()
