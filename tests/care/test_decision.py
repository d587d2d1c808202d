"""Who may say what about attendance, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from care.decision import (
    CHOOSABLE,
    FOR_A_CHANGE,
    Change,
    Circumstances,
    Decision,
    Reason,
    Refusal,
    confirm_by,
    newest,
    refusal,
)
from care.verdict import Status

CLOSED = datetime(2027, 3, 2, 19, 30, tzinfo=UTC)
SOON, LATE = CLOSED + timedelta(hours=1), CLOSED + timedelta(hours=25)
KNOWN = Circumstances(role="facilitator", closed_at=CLOSED, proposal=Status.ATTENDED)
AS_PROPOSED = Change(status=Status.ATTENDED, reason=Reason.AS_PROPOSED)
CHANGED = Change(status=Status.PARTIAL, reason=Reason.FACILITATOR_SAW)


def test_a_person_may_say_everything_the_machine_proposes_and_safety_exit_besides() -> None:
    assert set(Status) - CHOOSABLE == {Status.EXPECTED, Status.NOT_ON_ROSTER}
    assert Status.SAFETY_EXIT in CHOOSABLE


@pytest.mark.parametrize("status", sorted(CHOOSABLE))
@pytest.mark.parametrize("reason", sorted(FOR_A_CHANGE))
@pytest.mark.parametrize("role", ["facilitator", "coordinator"])
def test_with_a_reason_both_kinds_of_staff_change_to_any_status(
    status: Status, reason: Reason, role: str
) -> None:
    assert refusal(Change(status=status, reason=reason), replace(KNOWN, role=role), SOON) is None


def test_a_facilitator_confirms_in_time_and_also_later() -> None:
    assert refusal(AS_PROPOSED, KNOWN, SOON) is None
    assert refusal(AS_PROPOSED, KNOWN, LATE) is None


def test_a_coordinator_confirms_only_what_nobody_confirmed_in_time() -> None:
    office = replace(KNOWN, role="coordinator")
    assert refusal(AS_PROPOSED, office, SOON) is Refusal.REASON_MISSING
    assert refusal(AS_PROPOSED, office, LATE) is None


def test_the_time_to_confirm_is_the_contracts() -> None:
    office = replace(KNOWN, role="coordinator", confirm_within=timedelta(hours=48))
    assert refusal(AS_PROPOSED, office, LATE) is Refusal.REASON_MISSING
    assert confirm_by(CLOSED) == CLOSED + timedelta(hours=24)


def test_as_proposed_is_what_was_proposed() -> None:
    said = Change(status=Status.PARTIAL, reason=Reason.AS_PROPOSED)
    assert refusal(said, KNOWN, SOON) is Refusal.NOT_AS_PROPOSED
    assert refusal(said, replace(KNOWN, proposal=None), SOON) is Refusal.NOT_AS_PROPOSED


def test_what_asks_for_a_choice_is_not_confirmed_but_chosen() -> None:
    brief = replace(KNOWN, proposal=Status.BRIEF_CONTACT, needs_choice=True)
    confirmed = Change(status=Status.BRIEF_CONTACT, reason=Reason.AS_PROPOSED)
    chosen = Change(status=Status.BRIEF_CONTACT, reason=Reason.FACILITATOR_SAW)
    assert refusal(confirmed, brief, SOON) is Refusal.NEEDS_CHOICE
    assert refusal(chosen, brief, SOON) is None


def test_going_back_to_the_proposal_after_a_decision_needs_a_reason() -> None:
    decided = replace(KNOWN, current=Status.NO_SHOW)
    assert refusal(AS_PROPOSED, decided, SOON) is Refusal.REASON_MISSING
    assert refusal(AS_PROPOSED, replace(decided, current=Status.ATTENDED), SOON) is None


def test_a_session_that_is_not_over_is_not_decided() -> None:
    assert refusal(CHANGED, replace(KNOWN, closed_at=None), SOON) is Refusal.NOT_OVER


@pytest.mark.parametrize("status", [Status.EXPECTED, Status.NOT_ON_ROSTER])
def test_nobody_chooses_what_dates_decide(status: Status) -> None:
    assert refusal(Change(status=status, reason=Reason.OTHER), KNOWN, SOON) is Refusal.NOT_CHOOSABLE


@pytest.mark.parametrize("role", ["participant", "admin", "", "clinician"])
def test_nobody_else_decides(role: str) -> None:
    assert refusal(CHANGED, replace(KNOWN, role=role), SOON) is Refusal.NOT_YOURS


def test_after_the_group_is_over_a_decision_needs_a_reopening() -> None:
    ended = replace(KNOWN, group_ended=True)
    assert refusal(CHANGED, ended, SOON) is Refusal.LOCKED
    assert refusal(CHANGED, replace(ended, reopened=True), SOON) is None


def test_the_newest_decision_holds() -> None:
    first = Decision(
        id="1",
        session="s",
        member="ada",
        status=Status.NO_SHOW,
        reason=Reason.AS_PROPOSED,
        note_given=False,
        by="fay",
        role="facilitator",
        at=SOON,
    )
    second = replace(first, id="2", status=Status.ATTENDED, replaces=Status.NO_SHOW)
    other = replace(first, id="3", member="ben")
    assert newest([first, other, second]) == {("s", "ada"): second, ("s", "ben"): other}
