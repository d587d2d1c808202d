"""A pasted list: every line right, or nothing taken; faults name their line."""

import gettext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pages import zone_field
from server.pages.people_list import NewPerson, Offered, as_text, from_document, read_list, read_one

OFFERED = Offered(
    understood=lambda typed: zone_field.understood(typed, "en"),
    locales=("en", "de"),
    zone="Europe/Berlin",
    locale="de",
)
SAY = gettext.NullTranslations().gettext


@pytest.mark.parametrize("apart", ["\t", ";", ","])
def test_a_list_comes_as_a_spreadsheet_gives_it(apart: str) -> None:
    text = apart.join(("Ada", "ada@example.org", "+44 20 7946 0000", "Europe/London", "EN")) + "\n"
    people, faults = read_list(text + apart.join(("Bela", "bela@example.org")), OFFERED, SAY)
    assert not faults
    assert [(one.name, one.zone, one.locale) for one in people] == [
        ("Ada", "Europe/London", "en"),
        ("Bela", "Europe/Berlin", "de"),
    ]


def test_a_heading_and_empty_lines_are_passed_over() -> None:
    people, faults = read_list("Name;Mail\n\nAda;ada@example.org\n  \n", OFFERED, SAY)
    assert not faults
    assert [one.name for one in people] == ["Ada"]


def test_every_fault_names_its_line() -> None:
    text = "Ada;ada@example.org\nBela;nowhere\n;cleo@example.org;12\nDora;d@example.org;;Moon/Base;fr"
    _, faults = read_list(text, OFFERED, SAY)
    assert [one.line for one in faults] == [2, 3, 3, 4, 4]


def test_a_first_person_without_an_address_is_a_fault_and_no_heading() -> None:
    _, faults = read_list("Ada;0301234567\nBela;bela@example.org", OFFERED, SAY)
    assert [one.line for one in faults] == [1]


def test_a_person_twice_is_a_fault() -> None:
    _, faults = read_list("Ada;a@example.org\nAda;a@example.org", OFFERED, SAY)
    assert [one.line for one in faults] == [2]


def test_an_empty_list_is_a_fault() -> None:
    assert read_list(" \n\n", OFFERED, SAY)[1]


def test_hidden_characters_are_refused() -> None:
    _, faults = read_one({"name": "A\u202eda", "address": "a@example.org"}, OFFERED, SAY)
    assert [one.field for one in faults] == ["name"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        ("Anna Berger", "Anna"),
        ("Berger, Anna", "Anna"),
        ("Dr. Anna Berger", "Anna"),
        ("Anna Maria von Berger", "Anna"),
        (".", "."),
    ],
)
def test_the_group_is_shown_no_surname(name: str, shown: str) -> None:
    people, faults = read_list(f"{name};anna@example.org", OFFERED, SAY)
    assert not faults
    assert (people[0].shown, people[0].name) == (shown, name)


def test_two_of_one_first_name_are_told_apart_and_a_chosen_name_is_taken() -> None:
    text = "Anna Berger;a@example.org\nAnna Cohn;c@example.org\nAnna Diaz;d@example.org;;;;;Annie"
    people, faults = read_list(text, OFFERED, SAY)
    assert not faults
    assert [one.shown for one in people] == ["Anna", "Anna C.", "Annie"]
    assert read_list(as_text(people), OFFERED, SAY)[0] == people


def test_quoted_cells_keep_their_dividers() -> None:
    people, faults = read_list('"Ada; called A";ada@example.org', OFFERED, SAY)
    assert not faults
    assert people[0].name == "Ada; called A"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    people, faults = read_list(text, OFFERED, SAY)
    assert people or faults


def test_a_list_written_out_reads_back_the_same() -> None:
    people, _ = read_list("Ada;ada@example.org;030 12345;Europe/London;en;Grace, 030 999", OFFERED, SAY)
    assert read_list(as_text(people), OFFERED, SAY)[0] == people
    assert from_document(people[0].document()) == people[0]
    assert "Ada" not in repr(people[0])
    assert isinstance(people[0], NewPerson)
