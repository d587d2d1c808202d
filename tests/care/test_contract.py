"""The terms: their defaults, what they come to, what nobody may agree to, and that a paper stays the same."""

import json
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import contract, phases
from care.contract import Terms
from care.phases import Phases
from care.policy import Policy
from care.series import Closure, generate

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 9, 7, 18, 0))
TERMS_OF_ATTENDANCE = (
    "late_after_min",
    "early_before_min",
    "partial_from_min",
    "notice_hours",
    "technical_at_most",
    "bridged_seconds",
    "attempt_before_min",
    "attempt_after_min",
    "drops_for_technical",
    "facilitator_gap_min",
)
WINTER = Closure(from_date=date(2026, 12, 21), to_date=date(2027, 1, 3), why="winter break")


def with_sessions(count: int) -> Terms:
    return replace(TERMS, sessions=count, phases=phases.preset("seed_default", count))


def test_the_defaults_are_those_the_contract_cites() -> None:
    assert (TERMS.sessions, TERMS.minutes, TERMS.every_days) == (12, 90, 7)
    assert TERMS.phases == Phases(initial=3, intermediate=6, ending=3)
    assert (TERMS.door_minutes, TERMS.late_after_min, TERMS.held_after_min) == (10, 5, 15)
    assert (TERMS.attended_share, TERMS.partial_from_min, TERMS.early_before_min) == (Fraction(1, 2), 10, 10)
    assert (TERMS.notice_hours, TERMS.technical_at_most, TERMS.quorum) == (24, 2, 3)
    assert (TERMS.review_running, TERMS.review_total, TERMS.review_share) == (2, 3, Fraction(1, 4))
    assert (TERMS.join_until_session, TERMS.confirm_within_hours) == (2, 24)
    assert TERMS.fees == ""
    assert contract.check(TERMS) == ()


@pytest.mark.parametrize(
    ("count", "minimum", "allowance", "review"),
    [(8, 6, 2, 2), (9, 7, 2, 3), (10, 7, 3, 3), (12, 9, 3, 3), (16, 12, 4, 3), (20, 14, 6, 3)],
)
def test_minimum_allowance_and_review_follow_from_the_number_of_sessions(
    count: int, minimum: int, allowance: int, review: int
) -> None:
    terms = with_sessions(count)

    assert (terms.minimum(), terms.allowance(), terms.review_at()) == (minimum, allowance, review)


def test_attendance_is_judged_by_the_numbers_of_the_contract() -> None:
    terms = replace(
        TERMS,
        attended_share=Fraction(2, 3),
        late_after_min=7,
        early_before_min=4,
        partial_from_min=15,
        notice_hours=48,
        technical_at_most=1,
    )

    policy = terms.policy("group-7.3")

    assert policy.version == "group-7.3"
    assert policy.attended_share == Fraction(2, 3)
    assert (policy.late_after, policy.early_before) == (timedelta(minutes=7), timedelta(minutes=4))
    assert (policy.partial_from, policy.notice) == (timedelta(minutes=15), timedelta(hours=48))
    assert policy.technical_at_most == 1


def test_the_contract_speaks_of_every_number_attendance_is_judged_by() -> None:
    names = {each.name for each in fields(Policy)} - {"version"}
    other = replace(
        TERMS,
        attended_share=Fraction(1, 3),
        held_share=Fraction(1, 3),
        **{name: getattr(TERMS, name) + 1 for name in TERMS_OF_ATTENDANCE},
    )

    assert TERMS.policy("seed_default.1") == Policy()
    assert {name for name in names if getattr(other.policy("x"), name) != getattr(Policy(), name)} == names


def test_the_plan_of_the_terms_generates_the_agreed_sessions() -> None:
    dated = generate(replace(TERMS, closures=(WINTER,)).plan()).sessions

    assert len(dated) == 12
    assert dated[0].local == datetime(2026, 9, 7, 18, 0)
    assert dated[-1].local == datetime(2026, 11, 23, 18, 0)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"sessions": 7}, "sessions", "out_of_range"),
        ({"sessions": 21}, "sessions", "out_of_range"),
        ({"minutes": 59}, "minutes", "out_of_range"),
        ({"minutes": 121}, "minutes", "out_of_range"),
        ({"quorum": 0}, "quorum", "out_of_range"),
        ({"attended_share": Fraction(0)}, "attended_share", "not_a_share"),
        ({"minimum_share": Fraction(11, 10)}, "minimum_share", "not_a_share"),
        ({"phases": Phases(initial=3, intermediate=6, ending=4)}, "phases", "phases_do_not_add_up"),
        ({"held_after_min": 4}, "held_after_min", "held_before_late"),
        ({"held_after_min": 95}, "minutes", "held_after_the_end"),
        ({"pre_target_from_days": 2}, "pre_target_from_days", "target_runs_backwards"),
        ({"pre_opens_days": 5}, "pre_opens_days", "target_before_opening"),
        ({"post_closes_days": 6}, "post_closes_days", "target_after_closing"),
        ({"join_until_session": 13}, "sessions", "joins_after_the_last"),
        ({"zone": "Europe/Atlantis"}, "zone", "unknown_zone"),
        ({"first_local": datetime(2027, 3, 28, 2, 30)}, "first_local", "no_such_local_time"),
        ({"first_local": datetime(2026, 12, 28, 18, 0), "closures": (WINTER,)}, "first_local",
         "starts_in_a_closure"),
        ({"closures": (Closure(from_date=date(2027, 2, 2), to_date=date(2027, 2, 1)),)}, "closures",
         "closure_runs_backwards"),
        ({"channel": "pigeon"}, "channel", "unknown_choice"),
        ({"crisis_country": "usa"}, "crisis_country", "unknown_choice"),
        ({"named_roles": ()}, "named_roles", "empty"),
        ({"fees": "ten\r\nBcc: all"}, "fees", "not_one_line"),
    ],
)  # fmt: skip
def test_terms_nobody_can_agree_to_are_named(changes: dict[str, object], field: str, code: str) -> None:
    faults = contract.check(replace(TERMS, **changes))  # type: ignore[arg-type]

    assert (field, code) in [(each.field, each.code) for each in faults]


def test_a_fault_carries_the_numbers_its_sentence_needs() -> None:
    (fault,) = contract.check(replace(TERMS, minutes=45))

    assert dict(fault.args) == {"low": 60, "high": 120}


def test_a_closure_added_later_may_cover_the_day_the_first_session_was_planned_for() -> None:
    terms = replace(TERMS, first_local=datetime(2026, 12, 28, 18, 0), closures=(WINTER,))

    assert [each.code for each in contract.check(terms)] == ["starts_in_a_closure"]
    assert contract.check(terms, amends=True) == ()


def test_every_number_has_a_range_and_its_default_lies_within() -> None:
    numbers = {each.name for each in fields(Terms) if type(getattr(TERMS, each.name)) is int}

    assert numbers == set(contract.RANGES)
    assert all(low <= getattr(TERMS, name) <= high for name, (low, high) in contract.RANGES.items())


def test_a_document_is_json_and_reads_back_the_same() -> None:
    terms = replace(TERMS, closures=(WINTER,), fees="none", named_roles=("facilitator",), summaries=False)

    document = json.loads(json.dumps(terms.document()))

    assert Terms.from_document(document) == terms
    assert document["minimum_share"] == "7/10"
    assert document["first_local"] == "2026-09-07T18:00:00"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surprise": 1}, "surprise"),
        ({"minutes": "90"}, "minutes cannot be read"),
        ({"minutes": True}, "minutes cannot be read"),
        ({"summaries": 1}, "summaries cannot be read"),
        ({"attended_share": 0.5}, "attended_share cannot be read"),
        ({"attended_share": "1/0"}, "attended_share cannot be read"),
        ({"first_local": "2026-09-07T18:00:00+02:00"}, "first_local cannot be read"),
        ({"first_local": None}, "first_local cannot be read"),
        ({"phases": {"initial": 3}}, "phases cannot be read"),
        ({"phases": {"initial": 3, "intermediate": "6", "ending": 3}}, "phases cannot be read"),
        ({"closures": [{"from": "2027-01-01"}]}, "closures cannot be read"),
        ({"closures": "none"}, "closures cannot be read"),
        ({"named_roles": "facilitator"}, "named_roles cannot be read"),
    ],
)
def test_a_document_that_is_not_one_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Terms.from_document({**TERMS.document(), **changes})


def test_a_document_with_a_field_missing_does_not_take_todays_default() -> None:
    document = TERMS.document()
    del document["quorum"]

    with pytest.raises(ValueError, match="quorum"):
        Terms.from_document(document)


def test_a_service_sets_its_own_defaults() -> None:
    terms = TERMS.with_service({"minutes": 75, "attended_share": "3/5", "farewell": False})

    assert (terms.minutes, terms.attended_share, terms.farewell) == (75, Fraction(3, 5), False)
    assert terms.zone == TERMS.zone


@pytest.mark.parametrize("own", ["zone", "first_local", "phases", "closures", "unheard_of"])
def test_what_is_a_groups_own_is_not_for_the_service(own: str) -> None:
    with pytest.raises(ValueError, match=own):
        TERMS.with_service({own: "Europe/Berlin"})


def test_the_defaults_of_a_service_are_json_of_every_other_field() -> None:
    defaults = contract.service_defaults()

    assert json.loads(json.dumps(defaults)) == defaults
    assert TERMS.with_service(defaults) == TERMS
    assert defaults.keys() | contract.OF_A_GROUP == {each.name for each in fields(Terms)}


@given(
    st.fixed_dictionaries({name: st.integers(low, high) for name, (low, high) in contract.RANGES.items()}),
    st.fractions(Fraction(1, 100), 1),
    st.text(max_size=60),
)
def test_whatever_the_numbers_are_the_paper_reads_back_exactly(
    numbers: dict[str, int], share: Fraction, fees: str
) -> None:
    terms = replace(TERMS, **numbers, minimum_share=share, fees=fees)  # type: ignore[arg-type]

    assert Terms.from_document(json.loads(json.dumps(terms.document()))) == terms


@given(st.integers(8, 20), st.fractions(Fraction(1, 100), 1))
def test_minimum_and_allowance_always_make_up_all_sessions(count: int, share: Fraction) -> None:
    terms = replace(with_sessions(count), minimum_share=share)

    assert terms.minimum() + terms.allowance() == count
    assert 1 <= terms.minimum() <= count
    assert terms.minimum() >= share * count > terms.minimum() - 1
