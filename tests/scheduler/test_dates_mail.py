"""New, moved and cancelled dates as people get them: through the outbox, from a real mail server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar, Event
from sqlalchemy import update

import store.dates
import store.duties
import store.groups
import store.outbox
import store.people_own
import store.tasks
from care import changes, planner
from care.contact import SafeContact
from care.delivery import MessageKind
from care.preview import Preview
from care.series import Dated, Plan
from scheduler import join_links
from scheduler.outbox import Sender
from store.dates import Change
from store.tables import group as group_table
from store.tables import session as session_table
from tests.scheduler.house import LASTS, START, House
from tests.scheduler.post_office import PostOffice

NOW = START - timedelta(hours=2)  # 11:00 in Berlin, before session 6 of 12
LATER = NOW + timedelta(minutes=6)  # the time to undo is over
PLAN = Plan(zone="Europe/Berlin", first_local=datetime(2027, 1, 26, 12, 0))


@pytest.fixture(autouse=True)
def only_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plan has to say besides has tests of its own."""
    monkeypatch.setattr(planner, "plan", lambda course, now: planner.Plan(items=course.items, messages=()))


async def change(
    home: House, kind: Callable[..., Preview], *args: object, now: datetime = NOW, **more: object
) -> Change:
    """Makes a change of the group's dates, as a coordinator would."""
    async with home.db.write() as tx:
        dated = await store.dates.series(tx, home.group)
        number = await store.dates.revision(tx, home.group)
        preview = kind(dated, *args, now=now, **more)
        assert preview.refused is None
        return await store.dates.apply(
            tx, home.keys, home.group, preview, home.members["Cory"].id, "holiday", now, number
        )


async def rows(home: House) -> dict[int | None, Dated]:
    async with home.db.read() as tx:
        return {each.ordinal: each for each in await store.dates.series(tx, home.group)}


async def agreed(home: House, name: str, rule: SafeContact) -> None:
    """Stores how a person may be written to."""
    async with home.db.write() as tx:
        person = home.members[name].person
        await store.people_own.change(
            tx, home.keys, person, by=home.members[name].id, role="participant", now=NOW, safe=rule
        )


def sent_to(office: PostOffice, name: str) -> list[EmailMessage]:
    return [each for each in office.took if each["To"] == f"{name.lower()}@example.org"]


def entries(letter: EmailMessage) -> list[tuple[str, str, Event]]:
    """Each calendar of a letter: the method of its MIME part, its own, and its one event."""
    found = []
    for part in letter.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            (event,) = calendar.events
            found.append((str(part.get_param("method")), str(calendar["METHOD"]), event))
    return found


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_a_moved_session_reaches_everybody_with_a_seat_as_an_update(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))
    moved = (await rows(home))[7]

    await sender.tick(LATER)

    assert sorted(office.recipients) == ["ada@example.org", "ben@example.org", "fay@example.org"]
    (letter,) = sent_to(office, "Ada")
    assert letter["Subject"] == "Your appointment has moved"
    assert "now on Wednesday 10 March at 17:00" in words(letter)
    assert "planned for Tuesday 9 March at 12:00 before" in words(letter)
    ((header, method, event),) = entries(letter)
    assert header == method == "REQUEST"
    assert (event["UID"], event["SEQUENCE"]) == (moved.uid, 1)
    assert event.decoded("DTSTART") == datetime(2027, 3, 10, 16, 0, tzinfo=UTC)
    assert event.decoded("DURATION") == LASTS
    assert event["ORGANIZER"] == "mailto:appointments@clinic.example"


async def test_a_letter_names_nobody_but_its_recipient(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    text = sent_to(office, "Ada")[0].as_string()
    assert text.count("ATTENDEE") == 1
    for other in ("ben@", "fay@", "Ben", "Fay", "Cory", "Tuesday group", "#"):
        assert other not in text
    ((_, _, event),) = entries(sent_to(office, "Ada")[0])
    assert event["SUMMARY"] == "Appointment"
    assert event["URL"] == "https://rooms.example/"


async def test_names_that_would_be_script_reach_neither_mail_nor_calendar(
    home: House, office: PostOffice, sender: Sender
) -> None:
    script = "<script>alert(1)</script>"
    async with home.db.write() as tx:
        await tx.execute(update(group_table).values(title=script))
        for name, member in home.members.items():
            await store.people_own.change(
                tx, home.keys, member.person, by=member.id, role=member.role, now=NOW, name=script + name
            )
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    assert len(office.took) == 3
    assert not [each for each in office.took if "script" in each.as_string()]


@pytest.mark.parametrize("name", ["Ada\r\nBcc: all@example.org", "Ada\nX: 1", "Ada\u2028B", "Ada\u202eadA"])
async def test_a_name_that_would_write_headers_is_refused_where_it_comes_in(home: House, name: str) -> None:
    member = home.members["Ada"]
    async with home.db.write() as tx:
        with pytest.raises(ValueError, match="cannot be shown"):
            await store.people_own.change(
                tx, home.keys, member.person, by=member.id, role="participant", now=NOW, name=name
            )


async def test_a_mailbox_that_knows_calendars_is_offered_the_entry_as_another_form(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    letter = sent_to(office, "Ada")[0]
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/calendar"]


async def test_all_that_shifted_comes_in_one_letter_with_an_entry_each(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.shift_following, 8, 7)

    await sender.tick(LATER)

    (letter,) = sent_to(office, "Ada")
    assert letter["Subject"] == "Your dates have changed"
    found = entries(letter)
    assert [(header, method) for header, method, _ in found] == [("REQUEST", "REQUEST")] * 5
    assert len({str(event["UID"]) for _, _, event in found}) == 5
    assert letter.get_content_type() == "multipart/mixed"
    assert words(letter).count("\nTuesday ") == 5


async def test_a_cancelled_session_is_struck_out_and_the_added_one_put_in(
    home: House, office: PostOffice, sender: Sender
) -> None:
    before = (await rows(home))[8]
    await change(home, changes.cancel_append, 8, PLAN)

    await sender.tick(LATER)

    by_subject = {each["Subject"]: each for each in sent_to(office, "Ada")}
    assert set(by_subject) == {"An appointment is cancelled", "A new date for you"}
    ((header, method, event),) = entries(by_subject["An appointment is cancelled"])
    assert header == method == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (before.uid, 1, "CANCELLED")
    assert event.decoded("DTSTART") == before.starts_at
    ((header, method, event),) = entries(by_subject["A new date for you"])
    assert header == method == "REQUEST"
    assert event["UID"] == (await rows(home))[12].uid


async def test_what_was_moved_again_before_sending_is_told_once(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))
    await change(home, changes.move, 7, datetime(2027, 3, 11, 17, 0), now=NOW + timedelta(minutes=1))

    await sender.tick(LATER + timedelta(minutes=1))

    (letter,) = sent_to(office, "Ada")
    ((_, _, event),) = entries(letter)
    assert event["SEQUENCE"] == 2
    assert event.decoded("DTSTART") == datetime(2027, 3, 11, 16, 0, tzinfo=UTC)


async def test_what_was_undone_is_told_to_nobody(home: House, office: PostOffice, sender: Sender) -> None:
    made = await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))
    async with home.db.write() as tx:
        await store.dates.undo(tx, home.keys, made.id, home.members["Cory"].id, NOW + timedelta(minutes=1))

    await sender.tick(LATER)

    assert office.took == []


async def test_a_stand_in_is_told_without_an_entry(home: House, office: PostOffice, sender: Sender) -> None:
    await change(home, changes.stand_in, 7, home.members["Cory"].person)

    await sender.tick(LATER)

    (letter,) = sent_to(office, "Ada")
    assert letter["Subject"] == "About your appointment"
    assert entries(letter) == []
    assert "Cory" not in letter.as_string()


async def test_whoever_left_hears_of_no_change(home: House, office: PostOffice, sender: Sender) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))
    async with home.db.write() as tx:
        await store.groups.withdraw_member(tx, home.members["Ada"].id, NOW)

    await sender.tick(LATER)

    assert sent_to(office, "Ada") == []
    assert len(sent_to(office, "Ben")) == 1


# --- as safely as people asked --------------------------------------------------------------------------


async def test_a_change_at_night_waits_for_the_morning(
    home: House, office: PostOffice, sender: Sender
) -> None:
    night = datetime(2027, 3, 2, 20, 30, tzinfo=UTC)  # 21:30 in Berlin
    await change(home, changes.move, 8, datetime(2027, 3, 17, 17, 0), now=night)

    await sender.tick(night + timedelta(minutes=6))
    assert office.took == []

    await sender.tick(datetime(2027, 3, 3, 7, 0, tzinfo=UTC))
    assert len(office.took) == 3


async def test_a_change_the_morning_would_be_too_late_for_goes_out_at_night(
    home: House, office: PostOffice, sender: Sender
) -> None:
    night = datetime(2027, 3, 8, 21, 30, tzinfo=UTC)  # 22:30 in Berlin, session 7 is at noon
    async with home.db.write() as tx:
        starts_at = datetime(2027, 3, 9, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
        row = (await store.dates.series(tx, home.group))[6]
        await tx.execute(
            update(session_table)
            .where(session_table.c.id == row.id)
            .values(starts_at=starts_at, ends_at=starts_at + LASTS, local_at="2027-03-09T09:00")
        )
    await change(home, changes.cancel_append, 7, PLAN, now=night)

    await sender.tick(night + timedelta(minutes=6))

    assert {each["Subject"] for each in office.took} == {"An appointment is cancelled"}


async def test_a_persons_own_hours_hold_even_then(home: House, office: PostOffice, sender: Sender) -> None:
    await agreed(home, "Ada", SafeContact(from_hour=16, until_hour=18))
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)
    assert (sent_to(office, "Ada"), len(sent_to(office, "Ben"))) == ([], 1)

    await sender.tick(datetime(2027, 3, 2, 15, 0, tzinfo=UTC))  # 16:00 in Berlin
    assert len(sent_to(office, "Ada")) == 1


async def test_own_hours_at_night_are_kept_for_what_cannot_wait(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await agreed(home, "Ada", SafeContact(from_hour=21, until_hour=23))
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)
    assert sent_to(office, "Ada") == []

    await sender.tick(datetime(2027, 3, 2, 20, 0, tzinfo=UTC))  # 21:00 in Berlin
    assert len(sent_to(office, "Ada")) == 1


async def test_hours_that_leave_no_time_end_other_messages_where_staff_see_it(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await agreed(home, "Ada", SafeContact(from_hour=21, until_hour=23))
    key = await home.queue(kind=MessageKind.INVITATION)

    await sender.tick(NOW)

    row = await home.message(key)
    assert (row.state, row.result) == ("withdrawn", "no_time_left")
    assert office.took == []


@pytest.mark.parametrize(("channel", "calls"), [("phone", ["Ada"]), ("nothing", [])])
async def test_who_is_not_to_be_written_to_is_called_where_they_may_be(
    home: House, office: PostOffice, sender: Sender, channel: str, calls: list[str]
) -> None:
    await agreed(home, "Ada", SafeContact(channel=channel))
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    assert sent_to(office, "Ada") == []
    async with home.db.read() as tx:
        assert [each.result for each in await store.outbox.listing(tx, state="withdrawn")] == ["not_by_mail"]
        asked = await store.tasks.of_groups(tx, [home.group], LATER)
    assert [(one.member, one.reasons) for one in asked] == [
        (home.members[name].id, ("tell_dates",)) for name in calls
    ]
    assert all(one.session and one.due_at == LATER + timedelta(hours=4) for one in asked)
    async with home.db.write() as tx:
        await store.duties.renew(tx, home.group, LATER)
        still = {one.kind for one in await store.tasks.of_groups(tx, [home.group], LATER)}
    assert ("tell_by_phone" in still) is bool(calls), "no clock takes it back"


async def test_bare_words_hold_no_date_and_no_entry(home: House, office: PostOffice, sender: Sender) -> None:
    await agreed(home, "Ada", SafeContact(wording="bare"))
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    (letter,) = sent_to(office, "Ada")
    assert letter["Subject"] == "A message for you"
    assert entries(letter) == []
    text = letter.as_string()
    assert not [word for word in ("March", "17:00", "ppointment has", "Wednesday") if word in text]


async def test_who_wants_no_calendar_gets_the_words_alone(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await agreed(home, "Ada", SafeContact(calendar=False))
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))

    await sender.tick(LATER)

    (letter,) = sent_to(office, "Ada")
    assert letter["Subject"] == "Your appointment has moved"
    assert entries(letter) == []
    assert len(entries(sent_to(office, "Ben")[0])) == 1


async def test_a_rule_is_asked_when_sending_not_when_queueing(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.move, 7, datetime(2027, 3, 10, 17, 0))
    await agreed(home, "Ada", SafeContact(channel="phone"))

    await sender.tick(LATER)

    assert sent_to(office, "Ada") == []


async def links(home: House, office: PostOffice, sender: Sender, now: datetime) -> int:
    """How many links Ada has been sent once the clock has been here."""
    await join_links.tick(home.db, now)
    await sender.tick(now)
    return sum("/j#" in mail.get_content() for mail in sent_to(office, "Ada") if not mail.is_multipart())


async def test_a_session_moved_on_its_day_brings_a_link_for_the_new_time(
    home: House, office: PostOffice, sender: Sender
) -> None:
    assert await links(home, office, sender, NOW) == 1
    await change(home, changes.move, 6, datetime(2027, 3, 2, 18, 0))
    later = [NOW + timedelta(minutes=minutes) for minutes in (1, 3, 4, 6, 7, 60)]
    assert [await links(home, office, sender, at) for at in later] == [1, 1, 1, 2, 2, 2]


async def test_a_link_for_a_time_that_was_changed_again_does_not_leave(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await join_links.tick(home.db, NOW)
    await change(home, changes.move, 6, datetime(2027, 3, 2, 18, 0))
    assert await links(home, office, sender, LATER) == 0
    async with home.db.read() as tx:
        gone = await store.outbox.listing(tx, state="withdrawn")
    assert {(each.kind, each.result) for each in gone} == {("join_link", "changed_again")}
    assert await links(home, office, sender, LATER + timedelta(minutes=6)) == 1


async def test_a_session_called_off_at_its_door_is_told_at_once(
    home: House, office: PostOffice, sender: Sender
) -> None:
    near = START - timedelta(minutes=3)
    await change(home, changes.cancel, 6, now=near)
    await sender.tick(near)
    assert len(sent_to(office, "Ada")) == 1


async def test_who_is_told_late_that_a_session_is_off_is_told_all_the_same(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await change(home, changes.cancel, 6, now=START - timedelta(minutes=3))
    await sender.tick(START + timedelta(minutes=2))
    assert len(sent_to(office, "Ada")) == 1
