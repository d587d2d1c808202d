"""The file of counts: nothing about fewer than five people, nor what could be worked out about them."""

import pytest

from care.change import change
from care.measures import PHQ9
from care.summary import Frame, Whole, whole
from server.pages.scores_export import HEAD, rows
from tests.care.test_course import START, sheet

FRAME = Frame(first_starts=START, sessions=8, held=range(1, 9), attended=range(1, 9), over=True)


def person(first: int, last: int) -> Whole:
    """Somebody with a form before and one after."""
    return whole([sheet(-9, first, "pre"), sheet(60, last, "post")], FRAME)


def counted(people: list[Whole]) -> dict[str, tuple[str, str]]:
    """People and count of each row that counts."""
    return {line[0]: (line[4], line[6]) for line in rows(people) if line != HEAD and line[0] != "mean"}


def test_means_are_of_at_least_five() -> None:
    lines = list(rows([person(16, 10)] * 4 + [person(21, 10)]))
    assert ("mean", "phq9", "pre", "1", "5", "17.0", "") in lines
    four = list(rows([person(16, 10)] * 4))
    assert ("mean", "phq9", "pre", "1", "<5", "", "") in four


@pytest.mark.parametrize(
    ("better", "same", "said"),
    [(5, 5, "5"), (5, 4, "withheld"), (4, 5, "withheld"), (6, 0, "6"), (0, 6, "withheld"), (2, 2, "<5")],
)
def test_a_count_is_given_only_where_both_sides_have_enough(better: int, same: int, said: str) -> None:
    people = [person(16, 10)] * better + [person(16, 15)] * same
    assert counted(people)["reliably_better"][1] == said
    assert change(PHQ9, 16, 10).gain == 6


def test_who_cannot_recover_is_not_counted_as_not_recovered() -> None:
    assert counted([person(16, 4)] * 5 + [person(8, 4)] * 5)["recovery"] == ("5", "5")


def test_an_empty_group_has_a_head_and_says_nothing_else() -> None:
    assert counted([]) == {
        "reliable_improvement": ("<5", "<5"),
        "recovery": ("<5", "<5"),
        "reliable_recovery": ("<5", "<5"),
    }
