"""The inventory: rings and wishes, nobody by full name, blanks allowed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.inventory import (
    TEXTS,
    Domain,
    Fit,
    Mood,
    Often,
    Relation,
    Support,
    Tie,
    label_wrong,
    moved,
    untouched,
    wishes,
)
from care.written import body, value

JO = Relation(label="Jo", now=2, wished=1)


def test_everything_but_the_name_may_stay_blank():
    assert Relation(label="M.").now is None


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("x" * 21, "long"),
        ("Anna Schneider", "full_name"),
        ("Anna-Lena Krause", "full_name"),
        ("jo@mail.example", "contact"),
        ("Jo 0171 23", "contact"),
        ("A. S.", ""),
        ("Mama", ""),
        ("Aunt Jo", ""),
        ("my sister", ""),
        ("Big B.", ""),
        ("Åsa", ""),
    ],
)
def test_a_label_is_initials_or_a_nickname(label, code):
    assert label_wrong(label) == code


@pytest.mark.parametrize(
    "change",
    [
        {"now": 0},
        {"wished": 5},
        {"satisfied": 11},
        {"satisfied": -1},
        {"label": "Anna Schneider"},
        {"they_give": frozenset({Support.NONE, Support.HEARD})},
        *({one: "x" * 2001} for one in TEXTS),
        {"kind": "x" * 121},
    ],
)
def test_an_impossible_person_is_refused(change):
    with pytest.raises(ValueError, match=r"ring|satisfaction|full_name|alone|too long"):
        replace(JO, **change)


def test_only_changed_places_are_told():
    before = {"a": JO, "b": replace(JO, now=3)}
    after = {"a": replace(JO, now=1), "b": replace(JO, now=3, wished=2), "c": replace(JO, now=4)}
    assert moved(before, after) == {"a": (2, 1), "c": (None, 4)}
    assert moved(after, after) == {}


def test_the_widest_wish_comes_first():
    people = {
        "a": JO,
        "b": replace(JO, now=4, wished=1),
        "c": replace(JO, wished=2),
        "d": replace(JO, wished=None),
    }
    assert wishes(people) == ("b", "a")


def test_parts_of_life_nobody_was_named_in():
    assert Domain.FAMILY not in untouched([replace(JO, domain=Domain.FAMILY)])
    assert len(untouched([])) == len(Domain)


RELATIONS = st.builds(
    Relation,
    label=st.sampled_from(["Jo", "M.", "Mama"]),
    domain=st.one_of(st.none(), st.sampled_from(Domain)),
    kind=st.text(max_size=40),
    tie=st.sampled_from(Tie),
    since=st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2050, 1, 1))),
    now=st.one_of(st.none(), st.integers(1, 4)),
    wished=st.one_of(st.none(), st.integers(1, 4)),
    often=st.one_of(st.none(), st.sampled_from(Often)),
    good=st.text(max_size=40),
    knows=st.one_of(st.none(), st.sampled_from(Fit)),
    they_give=st.one_of(
        st.just(frozenset({Support.NONE})), st.frozensets(st.sampled_from([Support.HEARD, Support.ADVICE]))
    ),
    satisfied=st.one_of(st.none(), st.integers(0, 10)),
    mood=st.one_of(st.none(), st.sampled_from(Mood)),
    ally=st.booleans(),
)


@given(RELATIONS)
def test_a_person_is_written_and_read_as_they_were(relation):
    assert value(Relation, body(relation)) == relation
    assert relation.label not in repr(relation)
