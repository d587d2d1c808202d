"""When each check-in of a group of twelve is, what a change of dates does to it, and what is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from care.checkin_states import State
from care.contract import Terms
from care.planned import Booking, Course, Item, Meeting, Pause, Place
from care.planner import plan
from care.waves import Wave, rhythms

BERLIN = "Europe/Berlin"
FIRST = datetime(2027, 1, 5, 17, 0, tzinfo=UTC)  # 18:00 in Berlin, twelve Tuesdays; clocks change after them
LASTS = timedelta(minutes=90)
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
JOINED = FIRST - 30 * DAY
TERMS = Terms(zone=BERLIN, first_local=datetime(2027, 1, 5, 18, 0))
ADA = Place(id="ada", person="p-ada", zone=BERLIN, joined_at=JOINED)
LAST = FIRST + 11 * WEEK


def meetings(count=12, first=FIRST):
    return tuple(
        Meeting(
            id=f"s{number}",
            ordinal=number,
            starts_at=first + WEEK * (number - 1),
            ends_at=first + WEEK * (number - 1) + LASTS,
            state="planned",
        )
        for number in range(1, count + 1)
    )


def course(place=ADA, sessions=None, items=(), bookings=()):
    return Course(
        rhythms=rhythms(TERMS),
        meetings=sessions or meetings(),
        places=(place,),
        items=tuple(items),
        bookings=tuple(bookings),
    )


def planned(now=JOINED, **of):
    return {(one.wave, one.number): one for one in plan(course(**of), now).items}


def said(kind, now=JOINED, **of):
    """Every message of a kind that would be wanted at some time, nothing else having happened."""
    found = plan(course(**of), now)
    with_all = course(**of | {"items": found.items})
    days = [plan(with_all, now + number * DAY).messages for number in range(260)]
    every = {one.key: one for messages in days for one in messages if one.kind == kind}
    return sorted(every.values(), key=lambda one: (one.due_at, one.key))


def due(messages):
    return [one.due_at for one in messages]


def closed(sessions, number, at):
    return tuple(
        replace(one, state="closed", closed_at=at) if one.ordinal == number else one for one in sessions
    )


def moved(sessions, number, by):
    return tuple(
        replace(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by, sequence=one.sequence + 1)
        if one.ordinal == number
        else one
        for one in sessions
    )


def test_a_member_of_twelve_sessions_has_eighteen_rounds():
    found = planned()
    assert len(found) == 1 + 12 + 1 + 1 + 3
    assert {one.state for one in found.values()} == {State.PLANNED}


def test_the_first_check_in_opens_two_weeks_ahead_and_closes_at_the_first_session():
    before = planned()[(Wave.PRE, 1)]
    assert (before.opens_at, before.closes_at) == (FIRST - 14 * DAY, FIRST)
    assert before.target_at == FIRST - 5 * DAY


def test_who_joins_later_has_the_first_check_in_at_once_and_before_their_own_first_session():
    late = replace(ADA, joined_at=FIRST + DAY)
    before = planned(place=late, now=FIRST + DAY)[(Wave.PRE, 1)]
    assert (before.opens_at, before.closes_at, before.session) == (FIRST + DAY, FIRST + WEEK, "s2")
    assert before.state == State.DUE


def test_the_form_should_be_done_two_days_before_the_booked_meeting():
    at = FIRST - 6 * DAY
    booked = Booking(id="b", member="ada", topic="pre", starts_at=at, ends_at=at + HOUR, state="booked")
    assert planned(bookings=[booked])[(Wave.PRE, 1)].target_at == at - 2 * DAY
    gone = replace(booked, state="cancelled")
    assert planned(bookings=[gone])[(Wave.PRE, 1)].target_at == FIRST - 5 * DAY


def test_the_middle_check_in_opens_when_session_six_is_over_and_closes_when_session_eight_begins():
    before = planned()[(Wave.MID, 1)]
    sixth_over = FIRST + 5 * WEEK + LASTS
    assert (before.opens_at, before.closes_at) == (sixth_over + timedelta(minutes=30), FIRST + 7 * WEEK)
    assert before.target_at == FIRST + 6 * WEEK - 48 * HOUR
    at = sixth_over + timedelta(minutes=5)
    after = planned(sessions=closed(meetings(), 6, at), now=at)[(Wave.MID, 1)]
    assert (after.opens_at, after.state, after.session) == (at, State.DUE, "s6")


def test_the_last_check_in_is_open_two_weeks_and_follow_ups_come_after_one_three_and_six_months():
    ended = LAST + LASTS
    found = planned(sessions=closed(meetings(), 12, ended))
    after = found[(Wave.POST, 1)]
    # The clocks go forward on 28 March; the hour in Berlin stays.
    assert (after.opens_at, after.closes_at) == (ended, ended + 14 * DAY - HOUR)
    opens = [found[(Wave.FOLLOWUP, months)].opens_at for months in (1, 3, 6)]
    assert opens == [datetime(2027, month, 23, 17, 30, tzinfo=UTC) for month in (4, 6, 9)]
    assert found[(Wave.FOLLOWUP, 1)].closes_at == opens[0] + 14 * DAY


def test_the_weekly_look_is_open_from_two_days_before_each_session_until_it_begins():
    found = planned()[(Wave.WEEKLY, 4)]
    at = FIRST + 3 * WEEK
    assert (found.opens_at, found.target_at, found.closes_at) == (at - 48 * HOUR, at - 2 * HOUR, at)


def test_a_session_that_moves_takes_along_what_nobody_opened():
    held = plan(course(), JOINED).items
    later = {(one.wave, one.number): one for one in held}
    sessions = moved(meetings(), 6, DAY)
    found = planned(sessions=sessions, items=held)
    weekly, mid = found[(Wave.WEEKLY, 6)], found[(Wave.MID, 1)]
    assert weekly.opens_at == later[(Wave.WEEKLY, 6)].opens_at + DAY
    assert mid.opens_at == later[(Wave.MID, 1)].opens_at + DAY
    same = set(later) - {(Wave.WEEKLY, 6), (Wave.MID, 1)}
    assert all(found[key] == later[key] for key in same)


def opened(item, **values):
    return replace(item, state=State.OPENED, was_opened=True, **values)


def test_an_open_form_stays_open_and_only_gets_longer():
    weekly = planned()[(Wave.WEEKLY, 4)]
    now = weekly.opens_at + HOUR
    for by, closes in ((2 * DAY, weekly.closes_at + 2 * DAY), (-3 * HOUR, weekly.closes_at)):
        sessions = moved(meetings(), 4, by)
        found = planned(sessions=sessions, items=[opened(weekly)], now=now)[(Wave.WEEKLY, 4)]
        assert (found.opens_at, found.closes_at, found.state) == (weekly.opens_at, closes, State.OPENED)


def test_whoever_was_invited_finds_the_form_open_until_the_new_date():
    weekly = replace(planned()[(Wave.WEEKLY, 4)], state=State.INVITED)
    now = weekly.opens_at + HOUR
    found = planned(sessions=moved(meetings(), 4, DAY), items=[weekly], now=now)[(Wave.WEEKLY, 4)]
    assert (found.opens_at, found.closes_at) == (weekly.opens_at, weekly.closes_at + DAY)
    assert found.state == State.INVITED


def test_nobody_is_invited_twice_to_a_form_that_is_asked_for_again():
    weekly = replace(planned()[(Wave.WEEKLY, 4)], state=State.SUPERSEDED, told=True)
    found = plan(course(items=[weekly]), JOINED)
    (again,) = [one for one in found.items if one.key == weekly.key]
    assert again.state == State.INVITED
    assert not [one for one in found.messages if one.key.startswith("weekly_checkin|ada|weekly|4|")]


def test_what_is_done_is_never_touched():
    weekly = planned()[(Wave.WEEKLY, 4)]
    for state in (State.SUBMITTED, State.WAIVED, State.EXPIRED):
        done = replace(weekly, state=state, was_opened=True)
        sessions = moved(meetings(), 4, DAY)
        assert planned(sessions=sessions, items=[done])[(Wave.WEEKLY, 4)] == done
        assert planned(place=replace(ADA, left=True), items=[done]) == {(Wave.WEEKLY, 4): done}


def test_a_session_without_replacement_takes_the_last_weekly_look_and_moves_the_middle():
    held = plan(course(), JOINED).items
    sessions = tuple(
        replace(one, state="cancelled", ordinal=None)
        if one.ordinal == 3
        else replace(one, ordinal=one.ordinal - (one.ordinal > 3))
        for one in meetings()
    )
    found = planned(sessions=sessions, items=held)
    assert found[(Wave.WEEKLY, 12)].state == State.SUPERSEDED
    assert found[(Wave.WEEKLY, 3)].session == "s4"
    assert found[(Wave.MID, 1)].session == "s6", "five of eleven, which is the sixth date"
    back = planned(items=list(found.values()))
    assert back == {(one.wave, one.number): one for one in held}, "undone, everything is as it was"


def test_who_left_has_nothing_open_and_hears_nothing_and_finds_it_again_on_coming_back():
    held = plan(course(), JOINED).items
    now = FIRST - DAY
    invited = [opened(one) if one.wave == Wave.PRE else one for one in held]
    away = plan(course(place=replace(ADA, left=True), items=invited), now)
    assert {one.state for one in away.items} == {State.SUPERSEDED}
    assert away.messages == ()
    back = plan(course(items=away.items), now).items
    assert {one.state for one in back if one.wave == Wave.PRE} == {State.OPENED}
    assert [one.key for one in back] == [one.key for one in held]


def test_a_pause_takes_the_weekly_looks_and_reminders_of_its_sessions():
    pause = Pause(starts_at=FIRST + 2 * WEEK - HOUR, ends_at=FIRST + 4 * WEEK - HOUR)
    away = replace(ADA, pauses=(pause,))
    found = planned(place=away)
    assert {key[1] for key in found if key[0] == Wave.WEEKLY} == {1, 2, *range(5, 13)}
    told = {dict(one.about)["session"] for one in said("session_reminder", place=away)}
    assert told == {f"s{number}" for number in (1, 2, *range(5, 13))}


def test_what_falls_into_a_pause_is_said_after_it():
    mid = planned()[(Wave.MID, 1)]
    pause = Pause(starts_at=mid.opens_at - HOUR, ends_at=mid.opens_at + 3 * DAY)
    (told,) = [one for one in said("checkin_invitation", place=replace(ADA, pauses=(pause,)))
               if dict(one.about)["wave"] == "mid"]  # fmt: skip
    assert told.due_at >= pause.ends_at
    endless = replace(pause, ends_at=None)
    assert not [one for one in said("checkin_invitation", place=replace(ADA, pauses=(endless,)))
                if dict(one.about)["wave"] in {"mid", "post", "followup"}]  # fmt: skip


def test_after_a_pause_nobody_is_invited_and_reminded_in_one_minute():
    mid = planned()[(Wave.MID, 1)]
    pause = Pause(starts_at=mid.opens_at - HOUR, ends_at=mid.opens_at + 5 * DAY)
    place = replace(ADA, pauses=(pause,))
    assert [one for one in said("checkin_invitation", place=place) if dict(one.about)["wave"] == "mid"]
    assert not [one for one in said("checkin_reminder", place=place) if dict(one.about)["wave"] == "mid"]


def test_who_was_invited_before_a_pause_is_reminded_after_it():
    mid = planned()[(Wave.MID, 1)]
    pause = Pause(starts_at=mid.opens_at + DAY, ends_at=mid.opens_at + 5 * DAY)
    place = replace(ADA, pauses=(pause,))
    told = [one for one in said("checkin_reminder", place=place) if dict(one.about)["wave"] == "mid"]
    assert len(told) == 1
    assert told[0].due_at >= pause.ends_at


def test_the_first_check_in_is_reminded_of_after_three_and_six_days():
    told = [one for one in said("checkin_reminder") if dict(one.about)["wave"] == "pre"]
    assert due(told) == [FIRST - 11 * DAY, FIRST - 8 * DAY]
    assert [one.expires_at for one in told] == [FIRST - 8 * DAY, FIRST]


def test_reminders_end_with_the_form_and_the_invitation_with_the_first_look():
    mid = planned()[(Wave.MID, 1)]
    now = mid.opens_at + DAY

    def left(state):
        item = replace(mid, state=state, was_opened=state is not State.INVITED)
        found = plan(course(items=[item]), now).messages
        return [one.kind for one in found if dict(one.about).get("wave") == "mid"]

    assert left(State.INVITED) == ["checkin_reminder", "checkin_reminder"]
    assert left(State.OPENED) == ["checkin_reminder", "checkin_reminder"]
    assert left(State.SUBMITTED) == left(State.WAIVED) == []


def test_the_weekly_look_is_reminded_of_once_four_hours_before_it_closes():
    told = [one for one in said("checkin_reminder") if dict(one.about)["wave"] == "weekly"]
    assert due(told) == [FIRST + WEEK * number - 4 * HOUR for number in range(12)]


def test_nothing_is_due_after_eight_in_the_evening_or_before_eight_in_the_morning():
    night = meetings(first=datetime(2027, 1, 5, 20, 30, tzinfo=UTC))
    dawn = meetings(first=datetime(2027, 1, 5, 8, 0, tzinfo=UTC))
    for sessions in (night, dawn):
        for zone in (BERLIN, "America/New_York", "Asia/Tokyo"):
            of = {"place": replace(ADA, zone=zone), "sessions": sessions}
            for one in [*said("checkin_reminder", **of), *said("session_reminder", **of)]:
                hour = one.due_at.astimezone(ZoneInfo(zone)).hour
                assert 8 <= hour < 20, one
                assert one.due_at < one.expires_at


def test_a_booked_meeting_is_reminded_of_a_day_and_an_hour_ahead():
    at = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
    booked = Booking(
        id="b1", member="ada", topic="pre", starts_at=at, ends_at=at + HOUR, state="booked", session="s-b1"
    )
    told = said("meeting_reminder", bookings=[booked])
    assert due(told) == [at - DAY, at - HOUR]
    assert dict(told[0].about) == {"booking": "b1", "session": "s-b1", "sequence": 0}
    assert said("meeting_reminder", bookings=[replace(booked, state="held")]) == []
    assert said("meeting_reminder", bookings=[replace(booked, member="ben")]) == []


def test_a_group_without_sessions_wants_nothing():
    nothing = Course(rhythms=rhythms(TERMS), meetings=(), places=(ADA,))
    assert plan(nothing, JOINED).items == ()


def test_planning_what_was_planned_changes_nothing():
    found = plan(course(), JOINED)
    assert plan(course(items=found.items), JOINED) == found
    assert isinstance(found.items[0], Item)
