"""The 28 clauses: complete, in three parts, each with its source, and together showing every term."""

from dataclasses import fields

import pytest

from care import clauses
from care.contract import Terms


def test_there_are_28_clauses_in_order_with_a_key_each() -> None:
    assert [each.number for each in clauses.CLAUSES] == list(range(1, 29))
    assert len(clauses.BY_KEY) == 28


def test_every_clause_says_where_it_comes_from() -> None:
    assert all(each.sources and all(each.sources) for each in clauses.CLAUSES)


def test_every_term_is_shown_in_exactly_one_clause() -> None:
    shown = [name for each in clauses.CLAUSES for name in each.fields]

    assert sorted(shown) == sorted(each.name for each in fields(Terms))


def test_what_is_the_members_own_is_on_the_sheet_alone() -> None:
    assert [each.number for each in clauses.of_part(clauses.SHEET)] == [6, 7, 17, 21]
    assert [each.number for each in clauses.of_part(clauses.DATES)] == [4, 5]
    assert len(clauses.of_part(clauses.TERMS)) == 22
    assert not any(each.fields for each in clauses.of_part(clauses.SHEET))


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="annex"):
        clauses.of_part("annex")
