"""The table of edge cases: every row of it is one test here, named after the row, beside the finer ones in
`test_attendance`. Minutes count from 18:00 of a session planned to 19:30."""

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from care.attendance import propose
from care.facts import Fact, Kind
from care.interval import Span
from care.policy import ByHand, Otherwise, Place, Policy, SessionTimes
from care.verdict import Status
from tests.care.evening import AFTER, PLANNED, START, Evening, at

MINUTE = timedelta(minutes=1)
ADA, BEN = Place(member="ada"), Place(member="ben")


def by_phone(came: float, went: float, kind: Otherwise = Otherwise.PHONE) -> Place:
    return Place(member="ada", by_hand=(ByHand(kind=kind, span=Span(at(came), at(went))),))


def test_phone_and_laptop_together_are_one_presence_and_never_longer_than_the_window() -> None:
    told = Evening().held().there(0, 90, connection="phone").there(0, 90, connection="laptop")
    ada = told.ada()
    assert (ada.present, ada.devices, ada.share) == (90 * MINUTE, 2, Fraction(1))


def test_an_old_socket_that_lingers_after_a_reconnect_counts_once() -> None:
    told = Evening().held().there(0, 45, connection="old", why="silent").there(40, 90, connection="new")
    assert told.ada().present == 90 * MINUTE


def test_a_leaving_that_arrives_after_the_rejoin_ends_only_its_own_connection() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "one")
    told.say(20, Kind.TRANSPORT_UP, "ada", "two").say(21, Kind.TRANSPORT_DOWN, "ada", "one", "closed")
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "two", "closed")
    assert told.ada().present == 90 * MINUTE


def test_a_leaving_without_a_joining_is_a_failed_attempt_and_never_presence() -> None:
    told = Evening().held().say(1, Kind.SOCKET_OPEN, "ada", "ws")
    told.say(2, Kind.ATTEMPT_FAILED, "ada", "c", "ice_failed").say(3, Kind.TRANSPORT_DOWN, "ada", "c")
    ada = told.ada()
    assert (ada.present, ada.status) == (timedelta(0), Status.TECHNICAL_FAILURE)


def test_presence_starts_when_the_transport_is_up_and_not_when_joining_is_announced() -> None:
    told = Evening().held().say(0, Kind.SOCKET_OPEN, "ada", "ws").say(0, Kind.ADMITTED, "ada")
    told.say(7, Kind.TRANSPORT_UP, "ada", "c").say(90, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    assert (told.ada().present, told.ada().arrived_at) == (83 * MINUTE, at(7))


def test_a_crash_of_the_server_closes_what_was_open_at_the_last_heartbeat_and_hurts_nobody() -> None:
    told = Evening().held().say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "c")
    told.say(30, Kind.TRANSPORT_DOWN, "ada", "c", "service_stopped").say(30, Kind.SERVICE_STOPPED)
    told.say(50, Kind.SERVICE_STARTED, boot="boot-2")
    told.say(51, Kind.TRANSPORT_UP, "ada", "d", boot="boot-2")
    told.say(90, Kind.TRANSPORT_DOWN, "ada", "d", "closed", boot="boot-2")
    ada = told.ada()
    assert (ada.status, ada.window, ada.share) == (Status.ATTENDED, 70 * MINUTE, Fraction(1))


@pytest.mark.parametrize("step", [-30, -0.05, 0.05, 45])
def test_a_step_of_the_wall_clock_changes_no_duration(step: float) -> None:
    told = Evening().say(0, Kind.ROOM_OPENED, wall=step).say(0, Kind.ADMITTED, "ada", wall=step)
    told.say(0, Kind.TRANSPORT_UP, "ada", "c", wall=step)
    told.say(60, Kind.TRANSPORT_DOWN, "ada", "c", "closed").say(90, Kind.ROOM_CLOSED)
    assert told.ada().present == 60 * MINUTE


def test_no_time_a_client_tells_is_part_of_a_fact() -> None:
    assert {field.name for field in dataclasses.fields(Fact)} == {
        "id",
        "session",
        "member",
        "connection",
        "kind",
        "at",
        "mono_ms",
        "boot",
        "detail",
    }


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", datetime(2027, 3, 28, 1, 30)),
        ("America/New_York", datetime(2027, 11, 7, 0, 30)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 0)),
    ],
)
def test_a_session_over_a_change_of_clocks_is_as_long_as_it_is_long(zone: str, local: datetime) -> None:
    start = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    session = SessionTimes(id="s", starts_at=start, ends_at=start + 90 * MINUTE)
    by = start - START
    facts = [dataclasses.replace(f, at=f.at + by) for f in Evening().held().there(0, 90).facts]
    (ada,) = propose(session, [ADA], facts, Policy(), AFTER + by)
    assert (ada.status, ada.present) == (Status.ATTENDED, 90 * MINUTE)


def test_in_a_room_opened_twelve_minutes_late_waiters_are_on_time_and_the_window_shrinks() -> None:
    told = Evening().held(opened=12).say(-5, Kind.ARRIVED, "ada").say(-5, Kind.TRANSPORT_UP, "ada", "c")
    told.say(13, Kind.ADMITTED, "ada").say(90, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    ada = told.ada()
    assert (ada.status, ada.late, ada.window) == (Status.ATTENDED, timedelta(0), 78 * MINUTE)


def test_a_facilitator_away_for_six_minutes_is_our_interruption() -> None:
    told = Evening().held().say(20, Kind.ROOM_HELD).say(26, Kind.ROOM_RESUMED).there(0, 20).there(27, 90)
    assert (told.ada().window, told.ada().status) == (84 * MINUTE, Status.ATTENDED)


def test_with_a_stand_in_present_nothing_was_interrupted() -> None:
    told = Evening().held().there(0, 20, "fay", "f").there(0, 90, "stand-in", "s").there(0, 90)
    assert told.ada().window == 90 * MINUTE


def test_an_overrun_is_recorded_and_leaving_at_the_planned_end_is_never_early() -> None:
    told = Evening().held(closed=110).there(0, 90).there(0, 110, "ben", "b")
    ada, ben = told.proposals(ADA, BEN)
    assert (ada.status, ada.early, ben.status, ben.present) == (
        Status.ATTENDED,
        timedelta(0),
        Status.ATTENDED,
        90 * MINUTE,
    )


def test_a_room_reopened_the_next_day_by_mistake_moves_no_number() -> None:
    told = Evening().held().there(0, 40)
    before = told.ada()
    told.say(1440, Kind.ROOM_OPENED).there(1440, 1500, connection="again").say(1500, Kind.ROOM_CLOSED)
    after = told.ada(now=AFTER + timedelta(days=2))
    same = ("status", "present", "window", "share", "late", "early", "gaps")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


def test_the_facts_of_one_session_never_score_another_that_had_the_same_room() -> None:
    told = Evening().held().there(0, 90)
    next_week = SessionTimes(id="next", starts_at=START + timedelta(7), ends_at=START + timedelta(7, 5400))
    (ada,) = told.proposals(ADA, session=next_week, now=AFTER + timedelta(7))
    assert ada.status is Status.PROVIDER_CANCELLED


def test_two_members_of_one_name_are_two_members() -> None:
    told = Evening().held().there(0, 90, "anna-1", "a")
    first, second = told.proposals(Place(member="anna-1"), Place(member="anna-2"))
    assert (first.status, second.status) == (Status.ATTENDED, Status.NO_SHOW)


def test_two_people_on_one_link_are_told_apart_by_hand_joined_with_the_other() -> None:
    told = Evening().held().there(0, 90, "ben", "b")
    ada, ben = told.proposals(by_phone(0, 90, Otherwise.JOINT), BEN)
    assert (ada.status, ada.share, ada.reasons) == (Status.ATTENDED, Fraction(1), ("by_hand_joint",))
    assert ben.status is Status.ATTENDED


def test_dialled_in_by_phone_after_the_video_failed_counts_from_the_entry_by_hand() -> None:
    told = Evening().held().say(0, Kind.SOCKET_OPEN, "ada", "ws")
    told.say(2, Kind.ATTEMPT_FAILED, "ada", "c", "ice_failed")
    assert told.ada().status is Status.TECHNICAL_FAILURE
    ada = told.ada(by_phone(10, 90))
    assert (ada.status, ada.present, ada.late) == (Status.ATTENDED_LATE, 80 * MINUTE, 10 * MINUTE)
    assert ada.reasons == ("by_hand_phone",)


def test_video_and_then_the_phone_are_one_presence() -> None:
    told = Evening().held().there(0, 30, why="silent")
    ada = told.ada(by_phone(31, 90))
    assert (ada.status, ada.present, ada.gaps) == (Status.ATTENDED, 90 * MINUTE, (Span(at(30), at(31)),))


def test_waiting_at_a_lock_is_a_refused_entry() -> None:
    told = Evening().held().say(15, Kind.LOCKED).say(20, Kind.ARRIVED, "ada")
    told.say(20, Kind.TRANSPORT_UP, "ada", "c").say(60, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    assert told.ada().status is Status.LATE_NOT_ADMITTED


def test_waiting_for_a_facilitator_who_never_came_is_ours() -> None:
    told = Evening().say(-5, Kind.ARRIVED, "ada").say(-5, Kind.TRANSPORT_UP, "ada", "c")
    told.say(40, Kind.TRANSPORT_DOWN, "ada", "c", "closed")
    assert told.ada().status is Status.PROVIDER_CANCELLED


def test_a_span_without_length_is_refused_and_counts_nowhere() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        ByHand(kind=Otherwise.PHONE, span=Span(at(5), at(5)))
    assert Evening().held().there(5, 5).ada().status is Status.NO_SHOW


def test_a_fact_dated_ahead_of_now_counts_only_up_to_now() -> None:
    told = Evening().held(closed=None).there(0, 500)
    told.alive = {"boot-1": at(500)}
    assert told.ada(now=at(45)).present <= 90 * MINUTE


def test_a_member_who_opens_another_groups_link_is_nobody_there() -> None:
    told = Evening().held().there(0, 90, "a stranger", "x")
    assert [one.member for one in told.proposals(ADA)] == ["ada"]
    assert told.ada().status is Status.NO_SHOW


def test_somebody_who_came_later_or_left_has_no_absences_outside_their_dates() -> None:
    late = Place(member="ada", joined_at=PLANNED.ends_at)
    gone = Place(member="ada", left_at=PLANNED.starts_at)
    assert {Evening().held().ada(place).status for place in (late, gone)} == {Status.NOT_ON_ROSTER}


def test_somebody_who_left_in_the_middle_of_a_session_is_judged_by_it() -> None:
    place = Place(member="ada", left_at=at(45))
    assert Evening().held().there(0, 45).ada(place).status is Status.LEFT_EARLY


def test_an_edited_policy_is_a_new_version_and_both_proposals_can_be_laid_side_by_side() -> None:
    told = Evening().held().there(8, 90)
    old = told.proposals(ADA, policy=Policy(version="contract.1"))[0]
    new = told.proposals(ADA, policy=Policy(version="contract.2", late_after=10 * MINUTE))[0]
    assert (old.status, new.status) == (Status.ATTENDED_LATE, Status.ATTENDED)
    assert (old.policy, new.policy) == ("contract.1", "contract.2")
    assert old.evidence != new.evidence


def test_a_session_redated_because_too_few_came_is_nobodys_absence() -> None:
    told = Evening().held(closed=10).there(0, 10)
    redated = dataclasses.replace(PLANNED, cancelled=True)
    ada, ben = told.proposals(ADA, BEN, session=redated)
    assert ada.status is ben.status is Status.PROVIDER_CANCELLED


def test_presence_by_hand_is_never_longer_than_what_was_held() -> None:
    ada = Evening().held(opened=10, closed=80).ada(by_phone(-20, 200))
    assert (ada.present, ada.share) == (70 * MINUTE, Fraction(1))


def test_safety_exit_is_never_proposed() -> None:
    told = Evening().held().there(0, 20, why="requested").say(20, Kind.REMOVED, "ada")
    assert told.ada().status is Status.PARTIAL


GOLDEN = (Path(__file__).parent / "golden_proposal.json").read_text(encoding="utf-8").strip()


def golden() -> str:
    """One evening with a bit of everything, as one line."""
    told = Evening().held().say(30, Kind.SERVICE_STOPPED).say(45, Kind.SERVICE_STARTED)
    told.there(4, 30, connection="a").there(10, 20, connection="b").there(31, 40, connection="c")
    place = dataclasses.replace(by_phone(50, 75), notice_at=START - timedelta(days=2), technical_before=1)
    (ada,) = told.proposals(place, policy=Policy(version="contract.3"))
    return json.dumps(ada.document(), sort_keys=True, separators=(",", ":"))


def test_the_same_facts_and_contract_version_always_give_these_bytes() -> None:
    assert golden() == GOLDEN


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    line = "from tests.care.test_edge_cases import golden; print(golden())"
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", line],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == GOLDEN
