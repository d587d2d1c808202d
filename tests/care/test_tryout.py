"""Try-outs: an invitation with a step, a safe way and an answer that is never a score."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from care import tryout
from care.tryout import Kept, Refused, Result, Safe, Tryout
from care.written import body, value

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
WALK = Tryout(step="Ask M. for a walk", whom="M.", when="Saturday", safe=Safe.YES, session=3)


def kept(*tryouts, by="ada", device="phone", at=NOW):
    return {
        str(number): Kept(tryout=one, number=1, device=device, by=by, at=at)
        for number, one in enumerate(tryouts)
    }


def test_a_try_out_is_the_same_after_it_was_kept():
    told = tryout.told(WALK, Result.PARTLY, "It rained", 6)
    for one in (WALK, told, Tryout(step="x", safe=Safe.NO)):
        assert value(Tryout, body(one)) == one


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": " "},
        {"step": "x" * 201},
        {"whom": "Maria Schneider"},
        {"whom": "m@mail.example"},
        {"where": "x" * 201},
        {"session": -1},
        {"mood": 11, "result": Result.DONE},
        {"happened": "It went well"},
        {"mood": 5},
        {"happened": "x" * 1001, "result": Result.DONE},
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Tryout(**{"step": "Ask M. for a walk"} | wrong)


def test_a_step_that_may_not_be_safe_waits_for_a_talk_and_is_not_to_be_tried():
    for safe in (Safe.UNSURE, Safe.NO):
        one = Tryout(step="Tell him", safe=safe)
        assert (one.open, one.waits, one.over) == (False, True, False)
        assert tryout.named(kept(one), "ada", None) == []
    assert (WALK.open, WALK.waits) == (True, False)


def test_three_are_enough_until_something_is_said_about_one():
    three = kept(WALK, WALK, WALK)
    with pytest.raises(Refused):
        tryout.added(three, WALK)
    told = kept(WALK, WALK, tryout.told(WALK, Result.NOT_NOW, "", None))
    assert tryout.added(told, WALK) == WALK


def test_other_words_keep_the_session_and_end_with_the_result():
    other = Tryout(step="Ask M. for coffee", session=9)
    assert tryout.reworded(WALK, other).session == 3
    with pytest.raises(Refused):
        tryout.reworded(tryout.told(WALK, Result.DONE, "", 7), other)


def test_the_brief_speaks_of_what_is_open_and_of_what_was_told_since_the_last_session():
    old = tryout.told(WALK, Result.DONE, "", None)
    found = kept(old, at=NOW - timedelta(days=9)) | {"new": kept(old)["0"]} | {"open": kept(WALK)["0"]}
    assert list(tryout.since(found, NOW - timedelta(days=7))) == ["new", "open"]
    assert list(tryout.since(found, None)) == ["open"]


def test_a_link_for_one_form_names_only_what_was_written_on_its_own_device():
    assert tryout.named(kept(WALK), "ada", "phone") == ["Ask M. for a walk"]
    assert tryout.named(kept(WALK), "ada", "tablet") == []
    assert tryout.named(kept(WALK, by="nils"), "ada", "phone") == []
    assert tryout.named(kept(WALK, by="nils"), "ada", None) == ["Ask M. for a walk"]


def test_nothing_of_it_shows_in_a_log():
    assert "walk" not in repr(WALK)
    shown = {one.name for one in fields(Tryout) if one.repr}
    assert shown == {"safe", "session", "result", "mood"}
