"""Sessions as calendar entries (RFC 5545) for download and for mail (RFC 5546, RFC 6047).

One entry a session under a UID of its own, never a recurrence: programmes differ in how they read changes
to one of many. An entry says when, and nothing of what: a neutral word, no names, no token. Calendars are
shared with families and copied to employers' servers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

PRODUCT = "-//Appointments//EN"
MARGIN = timedelta(days=183)  # both changes of a year, so that a calendar that keeps the rules has them all


class Method(StrEnum):
    """What a calendar is to do with the entries: show them, put them in or change them, strike them out."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One session in a calendar. Times in aware UTC; `zone` is the one people agreed on the hour in."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What every entry says: one neutral word, and where to sign in ("" for nothing)."""

    summary: str
    url: str = ""


def published(entries: Sequence[Entry], wording: Wording, organizer: str, now: datetime) -> bytes:
    """All entries as one calendar to download or to subscribe to; cancelled ones as such. `organizer` is
    the address of the service, as RFC 5546 3.2.1 asks for one."""
    events = [_event(each, wording, organizer, None, now) for each in entries]
    return _calendar(Method.PUBLISH, entries, events)


def sent(
    method: Method, entry: Entry, wording: Wording, organizer: str, recipient: str, now: datetime
) -> bytes:
    """One entry for one person's mail. `organizer` and `recipient` are mail addresses. A calendar of its own
    for each session, since all events of a request share one UID (RFC 5546 3.2.2). Raises ValueError for
    a method that does not fit the entry."""
    if method is Method.PUBLISH or (method is Method.CANCEL) != entry.cancelled:
        raise ValueError(f"{method} does not fit the entry")
    return _calendar(method, [entry], [_event(entry, wording, f"mailto:{organizer}", recipient, now)])


def _event(entry: Entry, wording: Wording, organizer: str, recipient: str | None, now: datetime) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTART", entry.starts_at.astimezone(ZoneInfo(entry.zone)))
    # Not DTEND: an end in the hour that clocks show twice would mean the first of the two.
    event.add("DURATION", entry.ends_at - entry.starts_at)
    event.add("SUMMARY", wording.summary)
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("CLASS", "PRIVATE")
    event.add("ORGANIZER", vCalAddress(organizer))
    if wording.url:
        event.add("URL", wording.url)
    if recipient is not None:
        event.add("ATTENDEE", _attendee(recipient), encode=False)
    return event


def _attendee(address: str) -> vCalAddress:
    """The recipient and nobody else; no answer is asked for, so that no calendar sends one."""
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _calendar(method: Method, entries: Sequence[Entry], events: Sequence[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method.value)
    named = {str(event["DTSTART"].params.get("TZID", "")) for event in events} - {""}
    for zone in sorted(named):
        calendar.add_component(_zone(zone, [each for each in entries if each.zone == zone]))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zone(name: str, entries: Sequence[Entry]) -> Timezone:
    """The zone's rules around these entries only, not for the seventy years a library would list."""
    first: date = (min(each.starts_at for each in entries) - MARGIN).date()
    last: date = (max(each.ends_at for each in entries) + MARGIN).date()
    return Timezone.from_tzinfo(ZoneInfo(name), tzid=name, first_date=first, last_date=last)
