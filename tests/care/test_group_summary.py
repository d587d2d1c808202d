"""A summary names nobody and comes a day before the next session; where it does not, somebody is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.group_summary import Warned, late, names_in, warned

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
NAMES = ("Bela", "Cleo Marie", "Dora Lind-Berg", "Jo")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("B. spoke of a loss.", ()),
        ("Bela spoke of a loss.", ("Bela",)),
        ("BELA and cleo", ("BELA", "cleo")),
        ("Belas Schritt", ("Belas",)),
        ("We heard of Berg and lind.", ("Berg", "lind")),
        ("Jo is two letters, like initials", ()),
        ("Belate, cleopatra, mariegold", ()),
        ("", ()),
    ],
)
def test_names_are_found_whole_in_any_case_and_initials_are_not(text, found):
    assert names_in(text, NAMES) == found


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_name_between_others_is_always_found(before, after):
    assert "Bela" in names_in(f"{before} Bela {after}", NAMES)


def test_less_than_a_day_is_late_and_no_next_session_never_is():
    day = timedelta(hours=24)
    assert not late(NOW, NOW + day)
    assert late(NOW, NOW + day - timedelta(seconds=1))
    assert not late(NOW, None)


def test_everything_to_look_at_is_said_at_once():
    soon = NOW + timedelta(hours=2)
    assert warned("Bela spoke", NAMES, NOW, soon) == (Warned.NAMES, Warned.LATE)
    assert warned("B. spoke", NAMES, NOW, None) == ()
