"""The contract in words: every number of it is said, nobody reads a sheet that is not theirs, and the text
that is shown is the text that is signed."""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from gettext import NullTranslations
from typing import Any

import pytest
from babel import Locale

from care.clauses import CLAUSES, DATES, SHEET, TERMS
from care.contract import Terms
from care.phases import Phases
from care.series import Closure, generate, live
from care.signing import canonical, text_hash
from server import render
from server.pages.contract_annex import area_words
from server.pages.contract_parts import Part, Reader, Sheet
from server.pages.contract_text import differing, frozen, parts, plain

PLAIN = Terms(zone="Europe/Berlin", first_local=datetime(2027, 3, 2, 18, 0))
READER = Reader(words=NullTranslations(), locale=Locale("en"), zone="Europe/Berlin")
OWN = Sheet(main="transition", secondary="", goals=("Call my sister once a week",))
OTHERWISE: dict[str, Any] = {
    "sessions": 16,
    "phases": Phases(initial=2, intermediate=7, ending=3),
    "zone": "Europe/London",
    "first_local": datetime(2027, 3, 4, 19, 30),
    "review_share": Fraction(1, 10),
    "closures": (Closure(from_date=date(2027, 3, 29), to_date=date(2027, 4, 5), why="Easter"),),
    "channel": "mail",
    "crisis_country": "GB",
    "questionnaires": ("phq9",),
    "named_roles": ("facilitator",),
    "fees": "10 euros a session",
    "attended_share": Fraction(2, 3),
    "minimum_share": Fraction(1, 2),
    "maintenance_days": 31,
    "maintenance": True,
    "summaries": True,
    "review_total": 2,
}


def text(terms: Terms, sheet: Sheet | None = None, reader: Reader = READER) -> tuple[Part, ...]:
    """The contract of these terms with the dates that follow from them."""
    return parts(reader, terms, generate(terms.plan()).sessions, sheet)


def lines(shown: tuple[Part, ...], number: int) -> str:
    """One clause in one string."""
    return "\n".join(
        line for part in shown for one in part.clauses if one.number == number for line in one.lines
    )


def changed(field: str) -> tuple[Terms, Terms]:
    """Terms, and terms that differ in one field."""
    base = replace(PLAIN, maintenance=True) if field == "maintenance_days" else PLAIN
    before = getattr(base, field)
    after = OTHERWISE[field] if field in OTHERWISE else not before if before is True else before + 1
    return base, replace(base, **{field: after})


@pytest.mark.parametrize(
    ("number", "field"), [(clause.number, field) for clause in CLAUSES for field in clause.fields]
)
def test_every_number_of_the_contract_is_said_in_its_clause(number: int, field: str) -> None:
    one, other = changed(field)
    assert lines(text(one), number) != lines(text(other), number), field


def test_all_28_clauses_are_there_in_their_parts() -> None:
    found = {part.key: [one.number for one in part.clauses] for part in text(PLAIN, OWN)}
    assert list(found) == [TERMS, DATES, SHEET]
    assert found == {key: [one.number for one in CLAUSES if one.part == key] for key in found}
    assert sorted(number for numbers in found.values() for number in numbers) == list(range(1, 29))


def test_every_clause_has_a_title_and_says_something() -> None:
    for part in text(PLAIN, Sheet(main="", secondary="", goals=())):
        for one in part.clauses:
            assert one.title
            assert one.lines


def test_without_a_sheet_nothing_of_it_is_in_the_text() -> None:
    shown = str(plain(text(PLAIN)))
    assert "sister" not in shown
    assert "Your personal sheet" not in shown
    assert "sister" in str(plain(text(PLAIN, OWN)))


def test_the_last_session_is_named() -> None:
    dates = lines(text(PLAIN), 4).splitlines()
    assert [line for line in dates if "the last one" in line] == [
        "Session 12, the last one: Tuesday 18 May 2027, 18:00 (Berlin)"
    ]


def test_a_member_in_another_zone_reads_their_own_hour_too() -> None:
    dates = lines(text(PLAIN, reader=replace(READER, zone="Asia/Kolkata")), 4).splitlines()
    assert dates[0] == "Session 1: Tuesday 2 March 2027, 18:00 (Berlin); 22:30 in Kolkata"
    assert dates[6] == "Session 7: Tuesday 13 April 2027, 18:00 (Berlin); 21:30 in Kolkata"


def test_what_is_shown_is_what_is_signed() -> None:
    shown = text(PLAIN, OWN)
    signed = canonical(plain(shown))
    for part in shown:
        for one in part.clauses:
            for line in one.lines:
                assert f"- {line}\n" in signed
    assert text_hash(signed) == text_hash(canonical(plain(text(PLAIN, OWN))))
    assert text_hash(signed) != text_hash(canonical(plain(text(replace(PLAIN, minutes=91), OWN))))


def test_dates_of_a_group_without_all_its_sessions_can_be_read() -> None:
    few = live(generate(PLAIN.plan()).sessions)[3:5]
    assert "follow" in lines(parts(READER, PLAIN, few, None), 5)


def test_every_problem_area_has_words_and_an_unknown_one_is_not_shown() -> None:
    assert set(area_words(NullTranslations())) == {"grief", "dispute", "transition", "isolation"}
    assert "filled in" in lines(text(PLAIN, Sheet(main="?", secondary="", goals=())), 6)


def test_the_partial_lays_out_every_string() -> None:
    shown = text(PLAIN, OWN)
    environment = render.build(demo=False, country="gb").environment("en")
    page = environment.from_string('{% import "contract/text.html" as c with context %}{{ c.text(parts) }}')
    drawn = page.render(parts=shown)
    for part in shown:
        for one in part.clauses:
            assert f'id="clause-{one.number}"' in drawn
            assert one.lines[0].replace("'", "&#39;") in drawn


def test_a_signed_text_can_be_read_again_as_it_was() -> None:
    shown = text(PLAIN, OWN)
    assert frozen(canonical(plain(shown))) == shown


def test_a_text_that_was_never_signed_is_not_read_as_one() -> None:
    for other in ("", "something else", "ipt-rooms contract text, form 1\nwithout a mark\n"):
        with pytest.raises(ValueError, match="signed"):
            frozen(other)


def test_the_clauses_that_changed_are_named() -> None:
    assert differing(text(PLAIN, OWN), text(replace(PLAIN, minutes=75, fees="5 euros"), OWN)) == (3, 28)
    assert differing(text(PLAIN), text(PLAIN)) == ()
