import inspect
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import completion
from care.completion import DEFINITIONS, LabelCode, Outcome, label, third
from care.standing import Row
from care.verdict import Status

AT = datetime(2027, 1, 5, tzinfo=UTC)
A, N, P = Status.ATTENDED, Status.NO_SHOW, Status.PARTIAL


def rows(text: str) -> list[Row]:
    """`a` attended, `-` not, `p` in part."""
    status = {"a": A, "-": N, "p": P}
    return [Row(ordinal=n, status=status[c], decided=True, starts_at=AT) for n, c in enumerate(text, 1)]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("aaaaaaaaa---", LabelCode.COMPLETER),
        ("aaaaaaaa----", LabelCode.HIGH_SPORADIC),
        ("aaaaaa------", LabelCode.HIGH_SPORADIC),
        ("aaaa----a---", LabelCode.LOW_SPORADIC),
        ("aaaa---a----", LabelCode.LAST_SEEN_SECOND_THIRD),
        ("aaaa--------", LabelCode.LAST_SEEN_FIRST_THIRD),
        ("------------", LabelCode.NEVER_SEEN),
        ("p-----------", LabelCode.LAST_SEEN_FIRST_THIRD),
        ("-----------p", LabelCode.LOW_SPORADIC),
    ],
)
def test_the_label_follows_its_definition(told: str, code: LabelCode) -> None:
    assert label(rows(told), 12).code is code


@given(st.text("a-p", max_size=20), st.integers(1, 20))
def test_a_label_never_comes_without_its_definition_and_its_counts(told: str, sessions: int) -> None:
    found = label(rows(told[:sessions]), sessions)
    assert found.definition == DEFINITIONS[found.code]
    assert (found.attended, found.sessions) == (told[:sessions].count("a"), sessions)


def test_every_label_has_a_definition_with_its_numbers() -> None:
    assert set(DEFINITIONS) == set(LabelCode)
    assert all(text.endswith(".") for text in DEFINITIONS.values())


def test_half_of_the_sessions_is_the_minimum_dose_and_two_are_a_course() -> None:
    assert (label(rows("aaaaaa"), 12).minimum_dose, label(rows("aaaaa"), 12).minimum_dose) == (True, False)
    assert (label(rows("aa"), 12).course, label(rows("a"), 12).course) == (True, False)


@pytest.mark.parametrize(
    ("sessions", "thirds"), [(12, [4, 4, 4]), (8, [2, 3, 3]), (10, [3, 3, 4]), (20, [6, 7, 7])]
)
def test_thirds_of_a_number_of_sessions(sessions: int, thirds: list[int]) -> None:
    found = [third(n, sessions) for n in range(1, sessions + 1)]
    assert [found.count(n) for n in (1, 2, 3)] == thirds
    assert found == sorted(found)


def test_a_group_without_sessions_has_no_label() -> None:
    with pytest.raises(ValueError, match="at least one"):
        label([], 0)


def test_nothing_derives_an_outcome() -> None:
    assert len(Outcome) == 8
    functions = {made for made in vars(completion).values() if inspect.isfunction(made)}
    assert label in functions
    assert Outcome not in [made.__annotations__.get("return") for made in functions]
