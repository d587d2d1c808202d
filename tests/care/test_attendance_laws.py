"""Laws that hold for every evening, however strange."""

import json
import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from care.attendance import from_document, propose
from care.facts import Fact, Kind
from care.interval import Span
from care.policy import ByHand, Otherwise, Place, Policy, SessionTimes
from tests.care.evening import AFTER, PLANNED, Evening, at

ROSTER = (Place(member="ada"), Place(member="ben"))
minute = st.integers(-30, 120)
OF_ONE = [
    Kind.LINK_OPENED,
    Kind.SOCKET_OPEN,
    Kind.ARRIVED,
    Kind.ADMITTED,
    Kind.SENT_BACK,
    Kind.DECLINED,
    Kind.REMOVED,
    Kind.LEFT,
    Kind.ATTEMPT_FAILED,
]
OF_LEG = [Kind.TRANSPORT_UP, Kind.TRANSPORT_DOWN, Kind.FIRST_MEDIA, Kind.NO_MEDIA, Kind.ALIVE]
OF_ROOM = [
    Kind.ROOM_OPENED,
    Kind.ROOM_CLOSED,
    Kind.ROOM_HELD,
    Kind.ROOM_RESUMED,
    Kind.SERVICE_STOPPED,
    Kind.SERVICE_STARTED,
]


@st.composite
def evenings(draw: st.DrawFn) -> Evening:
    evening = Evening()
    if draw(st.booleans()):
        evening.held(draw(st.integers(-20, 40)), draw(st.integers(41, 120)))
    for _ in range(draw(st.integers(0, 14))):
        member = draw(st.sampled_from(["ada", "ben"]))
        match draw(st.sampled_from(["one", "leg", "room", "stay"])):
            case "one":
                evening.say(draw(minute), draw(st.sampled_from(OF_ONE)), member)
            case "leg":
                kind = draw(st.sampled_from(OF_LEG))
                evening.say(draw(minute), kind, member, draw(st.sampled_from(["c1", "c2"])), "silent")
            case "room":
                evening.say(draw(minute), draw(st.sampled_from(OF_ROOM)))
            case "stay":
                came = draw(minute)
                evening.there(came, came + draw(st.integers(0, 90)), member, draw(st.sampled_from("xyz")))
    return evening


@given(evenings())
def test_share_lies_between_none_and_all(evening: Evening) -> None:
    for proposal in evening.proposals(*ROSTER):
        assert 0 <= proposal.share <= 1
        assert timedelta(0) <= proposal.present <= PLANNED.planned.length


@given(evenings(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_does_not_matter(evening: Evening, chance: random.Random) -> None:
    before = evening.proposals(*ROSTER)
    chance.shuffle(evening.facts)
    assert evening.proposals(*ROSTER) == before


@given(evenings())
def test_the_same_facts_give_the_same_bytes(evening: Evening) -> None:
    first, again = evening.proposals(*ROSTER), Evening(list(evening.facts)).proposals(*ROSTER)
    assert [json.dumps(p.document()) for p in first] == [json.dumps(p.document()) for p in again]


@given(evenings())
def test_a_fact_told_twice_counts_once(evening: Evening) -> None:
    before = evening.proposals(*ROSTER)
    evening.facts.extend(evening.facts[:5])
    assert evening.proposals(*ROSTER) == before


@given(evenings())
def test_a_document_reads_back_as_the_same_proposal(evening: Evening) -> None:
    for proposal in evening.proposals(*ROSTER):
        assert from_document(json.loads(json.dumps(proposal.document()))) == proposal


@given(evenings(), minute, st.integers(1, 60))
def test_another_device_never_lowers_the_share(evening: Evening, came: int, stayed: int) -> None:
    before = evening.ada()
    evening.say(came, Kind.TRANSPORT_UP, "ada", "another")
    evening.say(came + stayed, Kind.TRANSPORT_DOWN, "ada", "another", "closed")
    assert evening.ada().share >= before.share


@given(evenings(), st.integers(0, 60), st.integers(2, 40), st.integers(1, 30))
def test_splitting_a_stay_in_two_changes_no_number(
    evening: Evening, came: int, stayed: int, cut: int
) -> None:
    whole, split = Evening(list(evening.facts)), Evening(list(evening.facts))
    middle = came + min(cut, stayed - 1)
    whole.there(came, came + stayed, connection="long")
    split.there(came, middle, connection="first half")
    split.there(middle, came + stayed, connection="second half")
    one, two = whole.ada(), split.ada()
    assert (one.status, one.present, one.share, one.late, one.early, one.gaps) == (
        two.status,
        two.present,
        two.share,
        two.late,
        two.early,
        two.gaps,
    )


@given(evenings(), st.integers(-500_000, 500_000))
def test_shifting_every_time_shifts_nothing(evening: Evening, minutes: int) -> None:
    by = timedelta(minutes=minutes)
    moved = [replace(fact, at=fact.at + by) for fact in evening.facts]
    session = SessionTimes(id="s", starts_at=PLANNED.starts_at + by, ends_at=PLANNED.ends_at + by)
    before = evening.proposals(*ROSTER)
    after = propose(session, ROSTER, moved, Policy(), AFTER + by)
    assert [_numbers(p) for p in after] == [_numbers(p) for p in before]


def _numbers(proposal: object) -> tuple[object, ...]:
    fields = ("status", "present", "window", "share", "late", "early", "devices", "reasons", "decide")
    return tuple(getattr(proposal, name) for name in fields)


@given(evenings(), st.integers(0, 89), st.integers(1, 60))
def test_an_interruption_of_ours_only_helps(evening: Evening, stopped: int, lasted: int) -> None:
    quiet = [fact for fact in evening.facts if fact.kind not in (Kind.SERVICE_STOPPED, Kind.SERVICE_STARTED)]
    plain, interrupted = Evening(list(quiet)), Evening(list(quiet))
    interrupted.say(stopped, Kind.SERVICE_STOPPED).say(stopped + lasted, Kind.SERVICE_STARTED)
    assert interrupted.ada().share >= plain.ada().share


@given(evenings(), st.integers(0, 1000))
def test_nothing_changes_after_the_end(evening: Evening, later: int) -> None:
    now = PLANNED.ends_at + timedelta(hours=later)
    assert evening.proposals(*ROSTER, now=now) == evening.proposals(*ROSTER, now=PLANNED.ends_at)


@given(evenings(), st.integers(-60, 200), st.integers(0, 200))
def test_other_people_and_other_sessions_change_nothing(evening: Evening, came: int, stayed: int) -> None:
    before = evening.ada()
    evening.there(came, came + stayed, "someone of another group", "c1")
    stray: Fact = replace(evening.facts[-1], id="f9999", session="another", member="ada")
    evening.facts.append(stray)
    assert evening.ada() == before


@given(evenings(), st.integers(0, 80), st.integers(1, 90))
def test_presence_by_hand_never_lowers_the_share(evening: Evening, came: int, stayed: int) -> None:
    entered = ByHand(kind=Otherwise.PHONE, span=Span(at(came), at(came + stayed)))
    before = evening.ada()
    after = evening.ada(Place(member="ada", by_hand=(entered,)))
    assert after.share >= before.share
    assert after.present >= before.present


@given(evenings())
def test_a_proposal_depends_on_facts_and_policy_and_not_on_the_order_of_the_roster(evening: Evening) -> None:
    one = evening.proposals(*ROSTER, policy=Policy(version="contract.1"))
    two = evening.proposals(*reversed(ROSTER), policy=Policy(version="contract.1"))
    assert {proposal.member: proposal for proposal in one} == {proposal.member: proposal for proposal in two}


def test_the_helper_tells_time_in_minutes() -> None:
    assert at(90) == PLANNED.ends_at
