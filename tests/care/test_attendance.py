"""Edge cases, each an evening told in minutes after 18:00 of a session planned to 19:30."""

from datetime import timedelta
from fractions import Fraction

import pytest

from care.attendance import Proposal
from care.facts import Fact, Kind
from care.interval import Span
from care.policy import Place, Policy, SessionTimes
from care.verdict import Status
from tests.care.evening import PLANNED, START, Evening, at

MINUTE = timedelta(minutes=1)
ALL = Fraction(1)
ADA, BEN = Place(member="ada"), Place(member="ben")


def minutes(proposal: Proposal) -> float:
    return proposal.present / MINUTE


# --- there -------------------------------------------------------------------------------------------


def test_there_from_start_to_end_is_attended() -> None:
    ada = Evening().held().there(0, 90).ada()
    assert (ada.status, minutes(ada), ada.share) == (Status.ATTENDED, 90, ALL)
    assert (ada.late, ada.early, ada.gaps, ada.reasons) == (timedelta(0), timedelta(0), (), ())


@pytest.mark.parametrize(("came", "status"), [(5, Status.ATTENDED), (6, Status.ATTENDED_LATE)])
def test_late_is_more_than_five_minutes_after_the_start(came: int, status: Status) -> None:
    assert Evening().held().there(came, 90).ada().status is status


@pytest.mark.parametrize(("went", "status"), [(80, Status.ATTENDED), (79, Status.LEFT_EARLY)])
def test_early_is_more_than_ten_minutes_before_the_windows_end(went: int, status: Status) -> None:
    assert Evening().held().there(0, went).ada().status is status


def test_late_and_early_shows_as_left_early_and_keeps_both_numbers() -> None:
    ada = Evening().held().there(10, 70).ada()
    assert (ada.status, ada.late, ada.early) == (Status.LEFT_EARLY, 10 * MINUTE, 20 * MINUTE)


def test_half_of_the_window_is_enough_and_a_second_less_is_not() -> None:
    assert Evening().held().there(0, 45).ada().status is Status.LEFT_EARLY
    assert Evening().held().there(0, 45 - 1 / 60).ada().status is Status.PARTIAL


@pytest.mark.parametrize(
    ("stayed", "status"), [(10, Status.PARTIAL), (9, Status.BRIEF_CONTACT), (0.1, Status.BRIEF_CONTACT)]
)
def test_ten_minutes_divide_partial_from_brief_contact(stayed: float, status: Status) -> None:
    ada = Evening().held().there(0, stayed).ada()
    assert (ada.status, ada.decide) == (status, status is Status.BRIEF_CONTACT)


def test_without_camera_and_microphone_somebody_is_there_all_the_same() -> None:
    ada = Evening().held().there(0, 90, media=False).ada()
    assert (ada.status, ada.reasons) == (Status.ATTENDED, ("listening_only",))


def test_talk_before_the_start_is_not_credited() -> None:
    assert minutes(Evening().held(opened=-10).there(-10, 20).ada()) == 20


def test_leaving_at_the_planned_end_of_a_long_evening_is_not_early() -> None:
    ada = Evening().held(closed=110).there(0, 90).ada()
    assert (ada.status, ada.window, ada.early) == (Status.ATTENDED, 90 * MINUTE, timedelta(0))


def test_a_session_ended_a_little_early_by_us_makes_nobody_leave_early() -> None:
    ada = Evening().held(closed=75).there(0, 75).ada()
    assert (ada.status, ada.window) == (Status.ATTENDED, 75 * MINUTE)


def test_over_a_change_to_summer_time_minutes_are_minutes() -> None:
    night = SessionTimes(id="s", starts_at=START, ends_at=START + timedelta(hours=3))
    told = Evening().held(closed=180).there(0, 180)
    assert told.proposals(ADA, session=night)[0].present == timedelta(hours=3)


# --- connections -------------------------------------------------------------------------------------


def test_two_devices_count_once_and_are_told() -> None:
    told = Evening().held().there(0, 90, connection="phone").there(10, 80, connection="laptop")
    assert (minutes(told.ada()), told.ada().devices) == (90, 2)
    assert told.ada().reasons == ("two_devices",)


def test_an_end_that_comes_after_the_next_start_belongs_to_its_own_connection() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada")
    told.say(0, Kind.TRANSPORT_UP, "ada", "old").say(30, Kind.TRANSPORT_UP, "ada", "new")
    told.say(31, Kind.TRANSPORT_DOWN, "ada", "old", "silent")
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "new", "closed")
    assert minutes(told.ada()) == 90


def test_an_end_without_a_start_is_no_presence() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada")
    told.say(30, Kind.TRANSPORT_DOWN, "ada", "never up", "ice_failed")
    assert told.ada().present == timedelta(0)


def test_signalling_alone_is_no_presence() -> None:
    told = Evening().held().say(0, Kind.SOCKET_OPEN, "ada", "ws").say(0, Kind.ADMITTED, "ada")
    assert told.ada().present == timedelta(0)


@pytest.mark.parametrize(("gap", "present"), [(1.5, 90), (2, 88)])
def test_a_gap_of_ninety_seconds_is_bridged_and_stays_visible(gap: float, present: float) -> None:
    ada = Evening().held().there(0, 30, connection="a").there(30 + gap, 90, connection="b").ada()
    assert minutes(ada) == present
    assert ada.gaps == (Span(at(30), at(30 + gap)),)


def test_a_removal_is_never_bridged() -> None:
    told = Evening().held().there(0, 30, connection="a", why="requested")
    told.say(30, Kind.REMOVED, "ada").say(31, Kind.ADMITTED, "ada")
    ada = told.there(31, 90, connection="b").ada()
    assert minutes(ada) == 89
    assert "put_out" in ada.reasons


def test_waiting_in_the_lobby_is_not_presence() -> None:
    told = Evening().held().say(0, Kind.ARRIVED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.say(30, Kind.ADMITTED, "ada").say(90, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    assert minutes(told.ada()) == 60


def test_sent_back_to_the_lobby_is_not_presence_until_let_in_again() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.say(30, Kind.SENT_BACK, "ada").say(50, Kind.ADMITTED, "ada")
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    assert minutes(told.ada()) == 70


# --- late, from when ---------------------------------------------------------------------------------


def test_waiting_in_the_lobby_is_not_late() -> None:
    told = Evening().held().say(-2, Kind.ARRIVED, "ada").say(-2, Kind.TRANSPORT_UP, "ada", "c")
    told.say(20, Kind.ADMITTED, "ada").say(90, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    ada = told.ada()
    assert (ada.status, ada.arrived_at, ada.late) == (Status.ATTENDED, at(-2), timedelta(0))


def test_a_wait_that_was_given_up_does_not_make_the_next_coming_early() -> None:
    told = Evening().held().say(-2, Kind.ARRIVED, "ada").say(3, Kind.LEFT, "ada")
    told.say(25, Kind.ARRIVED, "ada").there(26, 90)
    assert (told.ada().status, told.ada().arrived_at) == (Status.ATTENDED_LATE, at(25))


def test_in_a_room_opened_late_late_counts_from_the_opening_and_the_window_shrinks_for_all() -> None:
    told = Evening().held(opened=12).there(12, 90).there(20, 90, "ben", "b")
    ada, ben = told.proposals(ADA, BEN)
    assert (ada.status, ada.window, ada.share) == (Status.ATTENDED, 78 * MINUTE, ALL)
    assert (ben.status, ben.late) == (Status.ATTENDED_LATE, 8 * MINUTE)


# --- our side ----------------------------------------------------------------------------------------


def test_a_server_outage_leaves_the_window_and_penalises_nobody() -> None:
    told = Evening().held()
    told.there(0, 30, connection="a", why="service_stopped")
    told.say(30, Kind.SERVICE_STOPPED).say(40, Kind.SERVICE_STARTED, boot="boot-2")
    told.there(40.5, 90, connection="b")
    ada = told.ada()
    assert (ada.status, ada.window, ada.share) == (Status.ATTENDED, 80 * MINUTE, ALL)


def test_a_server_that_died_for_good_ends_the_window_at_its_last_heartbeat() -> None:
    told = Evening().held(closed=None).say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.alive = {"boot-1": at(60)}
    ada = told.ada()
    assert (ada.status, ada.window, minutes(ada)) == (Status.ATTENDED, 60 * MINUTE, 60)


def test_a_connection_nobody_ended_ends_at_the_servers_last_heartbeat() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.alive = {"boot-1": at(70)}
    assert minutes(told.ada()) == 70


def test_a_connection_nobody_ended_and_nobody_saw_again_is_no_presence() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    assert told.ada().present == timedelta(0)


def test_without_a_facilitator_for_more_than_two_minutes_the_time_is_ours() -> None:
    told = Evening().held().say(20, Kind.ROOM_HELD).say(26, Kind.ROOM_RESUMED)
    told.there(0, 20, connection="a").there(26, 90, connection="b")
    assert (told.ada().window, told.ada().share) == (84 * MINUTE, ALL)


def test_two_minutes_without_a_facilitator_are_part_of_the_evening() -> None:
    told = Evening().held().say(20, Kind.ROOM_HELD).say(22, Kind.ROOM_RESUMED).there(0, 90)
    assert told.ada().window == 90 * MINUTE


def test_staying_while_the_room_is_held_never_counts_against_anybody() -> None:
    told = Evening().held().say(0, Kind.ROOM_HELD).say(10, Kind.ROOM_RESUMED).there(0, 45)
    assert told.ada().share == Fraction(1, 2)


def test_a_room_that_was_never_opened_is_cancelled_by_us() -> None:
    told = Evening().say(-5, Kind.ARRIVED, "ada").say(-5, Kind.SOCKET_OPEN, "ada", "x")
    assert told.ada().status is Status.PROVIDER_CANCELLED


def test_a_session_called_off_is_cancelled_by_us_whatever_the_facts_say() -> None:
    called_off = SessionTimes(id="s", starts_at=PLANNED.starts_at, ends_at=PLANNED.ends_at, cancelled=True)
    told = Evening().held().there(0, 90)
    assert told.proposals(ADA, session=called_off)[0].status is Status.PROVIDER_CANCELLED


@pytest.mark.parametrize(("closed", "status"), [(44, Status.CUT_SHORT), (45, Status.ATTENDED)])
def test_a_window_under_half_of_the_plan_is_cut_short_for_all(closed: int, status: Status) -> None:
    assert Evening().held(closed=closed).there(0, closed).ada().status is status


def test_a_room_opened_again_the_next_day_changes_nothing() -> None:
    told = Evening().held().there(0, 90)
    before = told.ada()
    told.say(1500, Kind.ROOM_OPENED).say(1500, Kind.TRANSPORT_UP, "ada", "next day")
    told.say(1560, Kind.TRANSPORT_DOWN, "ada", "next day").say(1560, Kind.ROOM_CLOSED)
    after = told.ada()
    assert (after.status, after.present, after.share) == (before.status, before.present, before.share)


# --- clocks ------------------------------------------------------------------------------------------


def test_a_step_of_the_wall_clock_changes_no_duration() -> None:
    told = Evening()
    told.say(0, Kind.ROOM_OPENED, wall=-30).say(0, Kind.ADMITTED, "ada", wall=-30)
    told.say(0, Kind.TRANSPORT_UP, "ada", "c", wall=-30)
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "c").say(90, Kind.ROOM_CLOSED)
    assert (minutes(told.ada()), told.ada().share) == (90, ALL)


def test_jitter_between_two_clocks_moves_no_fact() -> None:
    told = Evening().held().there(0, 90)
    exact = told.ada()
    told.say(90, Kind.SOCKET_CLOSED, "ada", "ws", wall=0.01)
    assert told.ada().present == exact.present


def test_a_fact_without_a_zone_or_without_its_member_is_refused() -> None:
    with pytest.raises(ValueError, match="aware UTC"):
        Fact(id="x", session="s", kind=Kind.ALIVE, at=START.replace(tzinfo=None), mono_ms=0, boot="b")
    with pytest.raises(ValueError, match="connection"):
        Fact(id="x", session="s", member="ada", kind=Kind.TRANSPORT_UP, at=START, mono_ms=0, boot="b")
    with pytest.raises(ValueError, match="member"):
        Fact(id="x", session="s", kind=Kind.ADMITTED, at=START, mono_ms=0, boot="b")


# --- not there ---------------------------------------------------------------------------------------


def test_nothing_heard_and_nothing_tried_is_a_no_show() -> None:
    assert Evening().held().ada().status is Status.NO_SHOW


@pytest.mark.parametrize(
    ("hours", "status"), [(24, Status.EXCUSED), (23, Status.LATE_CANCEL), (-1, Status.NO_SHOW)]
)
def test_notice_of_a_day_excuses_and_less_is_a_late_cancellation(hours: int, status: Status) -> None:
    place = Place(member="ada", notice_at=START - timedelta(hours=hours))
    assert Evening().held().ada(place).status is status


def test_presence_beats_notice() -> None:
    place = Place(member="ada", notice_at=START - timedelta(days=2))
    assert Evening().held().there(0, 90).ada(place).status is Status.ATTENDED


def test_before_the_start_everybody_is_expected() -> None:
    assert Evening().ada(now=START - MINUTE).status is Status.EXPECTED


@pytest.mark.parametrize(
    "place",
    [
        Place(member="ada", joined_at=START + timedelta(days=7)),
        Place(member="ada", left_at=START - timedelta(days=7)),
    ],
)
def test_outside_a_members_dates_a_session_is_no_absence(place: Place) -> None:
    assert Evening().held().ada(place).status is Status.NOT_ON_ROSTER


def test_a_pause_that_was_agreed_is_no_absence() -> None:
    assert Evening().held().ada(Place(member="ada", paused=True)).status is Status.AGREED_PAUSE


# --- tried -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [-15, 0, 20])
def test_opening_the_link_around_the_start_without_ever_connecting_is_technical(minute: int) -> None:
    ada = Evening().held().say(minute, Kind.SOCKET_OPEN, "ada", "ws").ada()
    assert (ada.status, ada.reasons) == (Status.TECHNICAL_FAILURE, ("never_connected",))


@pytest.mark.parametrize("minute", [-16, 21])
def test_a_try_far_from_the_start_is_no_evidence(minute: int) -> None:
    assert Evening().held().say(minute, Kind.SOCKET_OPEN, "ada", "ws").ada().status is Status.NO_SHOW


def test_a_failed_attempt_names_its_cause() -> None:
    told = Evening().held().say(2, Kind.SOCKET_OPEN, "ada", "ws")
    told.say(14, Kind.ATTEMPT_FAILED, "ada", "c", "ice_failed")
    assert told.ada().reasons == ("cause_ice_failed", "never_connected")


def test_two_drops_and_under_half_is_technical_at_any_minutes() -> None:
    told = Evening().held().there(0, 15, connection="a", why="silent")
    told.there(20, 35, connection="b", why="silent")
    ada = told.ada()
    assert (ada.status, minutes(ada), ada.reasons) == (Status.TECHNICAL_FAILURE, 30, ("dropped",))


def test_two_drops_and_half_of_the_window_is_attended() -> None:
    told = Evening().held().there(0, 30, connection="a", why="silent")
    told.there(33, 60, connection="b", why="silent").there(62, 90, connection="c")
    assert told.ada().status is Status.ATTENDED


def test_leaving_by_the_button_is_never_technical() -> None:
    told = Evening().held().there(0, 20, why="requested").say(20, Kind.LEFT, "ada")
    assert told.ada().status is Status.PARTIAL


def test_the_third_technical_failure_asks_for_a_person() -> None:
    told = Evening().held().say(0, Kind.SOCKET_OPEN, "ada", "ws")
    assert not told.ada(Place(member="ada", technical_before=1)).decide
    third = told.ada(Place(member="ada", technical_before=2))
    assert (third.status, third.decide) == (Status.TECHNICAL_FAILURE, True)
    assert "limit_reached" in third.reasons


def test_two_members_failing_together_is_one_incident_and_uses_up_no_limit() -> None:
    told = Evening().held().say(0, Kind.SOCKET_OPEN, "ada", "x").say(0, Kind.SOCKET_OPEN, "ben", "y")
    ada, ben = told.proposals(Place(member="ada", technical_before=2), BEN)
    assert ada.status is ben.status is Status.TECHNICAL_FAILURE
    assert not ada.decide
    assert ada.reasons == ("never_connected", "several_members")


# --- at the door -------------------------------------------------------------------------------------


def test_refused_by_a_facilitator_is_late_not_admitted() -> None:
    told = Evening().held().say(30, Kind.ARRIVED, "ada").say(31, Kind.TRANSPORT_UP, "ada", "c")
    told.say(33, Kind.DECLINED, "ada").say(33, Kind.TRANSPORT_DOWN, "ada", "c", "requested")
    assert told.ada().status is Status.LATE_NOT_ADMITTED


def test_knocking_at_a_locked_room_is_late_not_admitted() -> None:
    told = Evening().held().say(15, Kind.LOCKED).say(30, Kind.ARRIVED, "ada")
    told.say(30, Kind.TRANSPORT_UP, "ada", "c").say(90, Kind.TRANSPORT_DOWN, "ada", "c", "requested")
    assert told.ada().status is Status.LATE_NOT_ADMITTED


def test_waiting_for_nothing_is_our_failure_and_not_theirs() -> None:
    told = Evening().held().say(0, Kind.ARRIVED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "c", "requested")
    assert (told.ada().status, told.ada().reasons) == (Status.TECHNICAL_FAILURE, ("not_let_in",))


def test_leaving_the_lobby_before_being_let_in_asks_for_a_call() -> None:
    told = Evening().held().say(0, Kind.ARRIVED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.say(3, Kind.LEFT, "ada").say(3, Kind.TRANSPORT_DOWN, "ada", "c", "requested")
    assert (told.ada().status, told.ada().reasons) == (Status.BRIEF_CONTACT, ("left_the_lobby",))
    assert told.ada().decide


def test_the_policys_numbers_decide_and_are_named_in_the_proposal() -> None:
    strict = Policy(version="strict.1", attended_share=Fraction(3, 4), late_after=timedelta(0))
    told = Evening().held().there(1, 61)
    assert told.proposals(ADA, policy=strict)[0].status is Status.PARTIAL
    assert told.proposals(ADA, policy=strict)[0].policy == "strict.1"
    assert told.proposals(ADA, policy=strict)[0].evidence != told.ada().evidence
