"""Calendar entries against RFC 5545, 5546 (section 3.2) and what a calendar must not give away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from care.series import Plan, generate
from store import calendar
from store.calendar import Entry, Method, Wording
from tests.care.dates import plans

NOW = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
WORDING = Wording(summary="Appointment", url="https://rooms.example/")
ENTRY = Entry(
    uid="k3v9@rooms",
    sequence=2,
    starts_at=datetime(2027, 3, 15, 22, 0, tzinfo=UTC),
    ends_at=datetime(2027, 3, 15, 23, 30, tzinfo=UTC),
    zone="America/New_York",
)
OFF = replace(ENTRY, cancelled=True, sequence=3)

# RFC 5546, 3.2.1, 3.2.2 and 3.2.5: how often each property of a VEVENT may be there (least, most).
ANY = 99
RULES: Mapping[Method, Mapping[str, tuple[int, int]]] = {
    Method.PUBLISH: {
        "DTSTAMP": (1, 1),
        "DTSTART": (1, 1),
        "ORGANIZER": (1, 1),
        "SUMMARY": (1, 1),
        "UID": (1, 1),
        "RECURRENCE-ID": (0, 0),
        "SEQUENCE": (1, 1),
        "ATTENDEE": (0, 0),
        "REQUEST-STATUS": (0, 0),
        "CLASS": (0, 1),
        "DURATION": (0, 1),
        "DTEND": (0, 0),
        "STATUS": (0, 1),
        "URL": (0, 1),
    },
    Method.REQUEST: {
        "ATTENDEE": (1, ANY),
        "DTSTAMP": (1, 1),
        "DTSTART": (1, 1),
        "ORGANIZER": (1, 1),
        "SEQUENCE": (1, 1),
        "SUMMARY": (1, 1),
        "UID": (1, 1),
        "RECURRENCE-ID": (0, 0),
        "REQUEST-STATUS": (0, 0),
        "CLASS": (0, 1),
        "DURATION": (0, 1),
        "DTEND": (0, 0),
        "STATUS": (0, 1),
        "URL": (0, 1),
    },
    Method.CANCEL: {
        "ATTENDEE": (0, ANY),
        "DTSTAMP": (1, 1),
        "ORGANIZER": (1, 1),
        "SEQUENCE": (1, 1),
        "UID": (1, 1),
        "DTSTART": (1, 1),  # optional there; some programmes do not find the entry without it
        "RECURRENCE-ID": (0, 0),
        "REQUEST-STATUS": (0, 0),
        "SUMMARY": (0, 1),
        "CLASS": (0, 1),
        "DURATION": (0, 1),
        "DTEND": (0, 0),
        "STATUS": (1, 1),
        "URL": (0, 1),
    },
}


def made(method: Method, entry: Entry = ENTRY) -> bytes:
    """One calendar by this method."""
    if method is Method.PUBLISH:
        return calendar.published([entry], WORDING, "https://rooms.example", NOW)
    entry = replace(entry, cancelled=method is Method.CANCEL)
    return calendar.sent(method, entry, WORDING, "appointments@clinic.example", "ada@example.org", NOW)


def read(text: bytes) -> tuple[Calendar, list[Event]]:
    """The calendar as a programme reads it."""
    found = Calendar.from_ical(text)
    assert isinstance(found, Calendar)
    return found, list(found.events)


def counted(event: Event, name: str) -> int:
    held = event.get(name)
    return 0 if held is None else len(held) if isinstance(held, list) else 1


@pytest.mark.parametrize(("method", "name"), [(method, name) for method in RULES for name in RULES[method]])
def test_each_method_has_the_properties_its_table_asks_for(method: Method, name: str) -> None:
    _, (event,) = read(made(method))

    least, most = RULES[method][name]
    assert least <= counted(event, name) <= most


@pytest.mark.parametrize("method", list(Method))
def test_an_entry_has_nothing_that_its_table_does_not_name(method: Method) -> None:
    _, (event,) = read(made(method))

    assert set(event) <= set(RULES[method])


@pytest.mark.parametrize("method", list(Method))
def test_the_calendar_itself_is_whole(method: Method) -> None:
    found, _ = read(made(method))

    assert found["METHOD"] == method.value
    assert found["VERSION"] == "2.0"
    assert found["PRODID"] == "-//Appointments//EN"
    assert [each.name for each in found.subcomponents] == ["VTIMEZONE", "VEVENT"]


def test_an_entry_is_at_the_agreed_hour_of_the_groups_zone() -> None:
    _, (event,) = read(made(Method.REQUEST))

    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event.decoded("DTSTART").replace(tzinfo=None) == datetime(2027, 3, 15, 18, 0)
    assert event.decoded("DTSTART") == ENTRY.starts_at
    assert event.decoded("DURATION") == timedelta(minutes=90)
    assert event.decoded("DTSTAMP") == NOW
    assert made(Method.REQUEST).count(b"DTSTAMP:20270104T093000Z") == 1


def test_a_request_is_confirmed_and_asks_for_no_answer() -> None:
    _, (event,) = read(made(Method.REQUEST))

    assert event["STATUS"] == "CONFIRMED"
    assert event["ATTENDEE"] == "mailto:ada@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == "mailto:appointments@clinic.example"


def test_a_cancellation_has_the_same_uid_a_higher_sequence_and_the_time() -> None:
    _, (before,) = read(made(Method.REQUEST))
    _, (after,) = read(
        calendar.sent(Method.CANCEL, OFF, WORDING, "appointments@clinic.example", "ada@example.org", NOW)
    )

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CANCELLED"
    assert after.decoded("DTSTART") == before.decoded("DTSTART")


@pytest.mark.parametrize(
    ("method", "entry"), [(Method.CANCEL, ENTRY), (Method.REQUEST, OFF), (Method.PUBLISH, ENTRY)]
)
def test_a_method_that_does_not_fit_the_entry_is_refused(method: Method, entry: Entry) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        calendar.sent(method, entry, WORDING, "a@clinic.example", "ada@example.org", NOW)


def test_a_download_holds_every_date_and_shows_cancelled_ones_as_such() -> None:
    text = calendar.published([ENTRY, replace(OFF, uid="other@rooms")], WORDING, "https://rooms.example", NOW)
    found, events = read(text)

    assert [(each["UID"], each["STATUS"]) for each in events] == [
        ("k3v9@rooms", "CONFIRMED"),
        ("other@rooms", "CANCELLED"),
    ]
    assert len(found.timezones) == 1


def test_no_dates_make_an_empty_calendar() -> None:
    found, events = read(calendar.published([], WORDING, "https://rooms.example", NOW))

    assert events == []
    assert found.timezones == []


def test_times_alone_can_be_published() -> None:
    text = calendar.published([ENTRY], Wording(summary="Appointment"), "https://rooms.example", NOW)
    _, (event,) = read(text)

    assert "URL" not in event
    assert event["CLASS"] == "PRIVATE"


def test_the_zones_rules_are_those_of_about_a_year() -> None:
    text = made(Method.REQUEST)
    found, _ = read(text)

    assert len(text) < 1500
    assert {each.name for each in found.timezones[0].subcomponents} == {"STANDARD", "DAYLIGHT"}
    assert b"1970" not in text


def test_a_group_that_meets_by_utc_needs_no_zone() -> None:
    text = made(Method.REQUEST, replace(ENTRY, zone="UTC"))

    assert b"DTSTART:20270315T220000Z" in text
    assert b"VTIMEZONE" not in text


def test_a_session_through_the_hour_that_comes_twice_keeps_its_length() -> None:
    # 01:30 to 03:00 of 31 October 2027 in Berlin, an hour longer than clocks show.
    entry = replace(
        ENTRY,
        zone="Europe/Berlin",
        starts_at=datetime(2027, 10, 30, 23, 30, tzinfo=UTC),
        ends_at=datetime(2027, 10, 31, 1, 0, tzinfo=UTC),
    )
    _, (event,) = read(made(Method.REQUEST, entry))

    assert event.decoded("DTSTART").astimezone(UTC) + event.decoded("DURATION") == entry.ends_at


@pytest.mark.parametrize("evil", ["a@b.example\r\nATTENDEE:mailto:c@d.example", "a@b.example\nX-NAME:1"])
def test_an_address_cannot_smuggle_lines_into_an_entry(evil: str) -> None:
    try:
        text = calendar.sent(Method.REQUEST, ENTRY, WORDING, "a@clinic.example", evil, NOW)
    except ValueError:
        return
    _, (event,) = read(text)
    assert counted(event, "ATTENDEE") == 1
    assert "X-NAME" not in event


@settings(max_examples=40)
@given(plans, st.integers(0, 9))
def test_every_date_reads_back_as_the_instant_it_was(plan: Plan, sequence: int) -> None:
    entries = [
        Entry(
            uid=f"{each.ordinal}@rooms",
            sequence=sequence,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            zone=each.zone,
        )
        for each in generate(plan).sessions
    ]

    text = calendar.published(entries, WORDING, "https://rooms.example", NOW)
    _, events = read(text)

    assert [each.decoded("DTSTART").astimezone(UTC) for each in events] == [one.starts_at for one in entries]
    assert all(each["SEQUENCE"] == sequence for each in events)
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
