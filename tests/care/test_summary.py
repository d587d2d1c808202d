"""One person's scores as a whole."""

from care.measures import GAD7, PHQ8, PHQ9
from care.review import Kind
from care.summary import Frame, whole
from tests.care.test_course import START, sheet

FRAME = Frame(first_starts=START, sessions=8, held=range(1, 9), attended=range(1, 9), over=True)


def test_mood_comes_first_then_worry_each_from_its_first_to_its_last() -> None:
    found = whole(
        [
            sheet(-9, 9, "pre", by=GAD7),
            sheet(-8, 14, "pre"),
            sheet(60, 9, "post"),
            sheet(61, 7, "post", by=GAD7),
        ],
        FRAME,
    )
    assert [one.measure for one in found.measures] == [PHQ9, GAD7]
    assert [one.change.gain for one in found.measures if one.change] == [5, 2]
    assert (found.improvement, found.recovery, found.reliable_recovery) == (False, True, False)


def test_a_mixture_is_counted_by_eight_items_and_says_so() -> None:
    found = whole([sheet(-9, 27, "pre"), sheet(60, 8, "post", by=PHQ8)], FRAME)
    (one,) = found.measures
    assert (one.measure, one.mixed) == (PHQ8, True)
    assert one.change is not None
    assert (one.change.first, one.change.last) == (24, 8)


def test_without_two_scores_nothing_is_said_of_the_person() -> None:
    found = whole([sheet(-9, 16, "pre")], FRAME)
    assert (found.improvement, found.recovery, found.reliable_recovery) == (None, None, None)
    assert found.measures[0].change is None


def test_three_sessions_without_a_score_ask_for_a_look_even_where_there_never_was_one() -> None:
    assert [one.kind for one in whole([], FRAME).reviews] == [Kind.NO_DATA]
    early = Frame(first_starts=START, sessions=8, held=range(1, 3), attended=(), over=False)
    assert whole([], early).reviews == ()
