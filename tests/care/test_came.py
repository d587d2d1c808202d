from care import came
from care.facts import Kind
from care.policy import Place, Policy
from care.verdict import Status
from tests.care.evening import Evening


def evening() -> Evening:
    told = Evening().held()
    told.there(0, 90, "ada", "a", media=False)
    told.there(20, 70, "ben", "b")
    told.there(0, 5, "cleo", "c")
    return told


ROSTER = tuple(Place(member=name) for name in ("ada", "ben", "cleo", "dan"))


def test_a_coordinator_sees_outcomes_and_no_evidence() -> None:
    lines = came.lines(evening().proposals(*ROSTER), "coordinator", Policy())
    assert [line.status for line in lines] == [
        Status.ATTENDED,
        Status.LEFT_EARLY,
        Status.BRIEF_CONTACT,
        Status.NO_SHOW,
    ]
    assert all(line.evidence is None for line in lines)
    assert [(line.late, line.early) for line in lines][1] == (True, True)


def test_a_facilitator_sees_minutes_and_how_somebody_was_there() -> None:
    first = came.lines(evening().proposals(*ROSTER), "facilitator", Policy())[0]
    assert first.evidence is not None
    assert (first.evidence.present_minutes, first.evidence.window_minutes) == (90, 90)
    assert first.evidence.reasons == ("listening_only",)


def test_who_did_not_come_or_only_for_a_moment_is_called() -> None:
    lines = came.lines(evening().proposals(*ROSTER), "coordinator", Policy())
    assert [line.to_call for line in lines] == [False, False, True, True]


def test_the_session_in_numbers() -> None:
    assert came.count(evening().proposals(*ROSTER)) == came.Count(
        there=2, in_part=1, missed=1, technical=0, to_call=2, to_decide=1
    )


def test_a_room_that_was_never_opened_counts_nobody_as_missing() -> None:
    numbers = came.count(Evening().say(0, Kind.SOCKET_OPEN, "ada", "x").proposals(*ROSTER))
    assert (numbers.missed, numbers.to_call, numbers.technical) == (0, 0, 0)
