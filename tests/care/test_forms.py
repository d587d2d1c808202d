"""Forms as data: names that never change, versions that are pinned, answers that can be."""

import hashlib
import json

import pytest

from care import forms
from care.form import (
    LINE,
    TEXT,
    Form,
    Kind,
    NotAnAnswer,
    box,
    first_open,
    line,
    many_of,
    one_of,
    part,
    scale,
    words,
)
from care.form_parts import of_wave
from care.measures import GAD7, MEASURES, PHQ8, PHQ9

# What a version asks may never change: a new question is a new version. Beside each its digest.
PINNED = {
    "pre.1": "af5123a8eef6befe",
    "mid.1": "3660b987f2c3c751",
    "post.1": "cea01546d7ba7b75",
    "weekly.1": "5511d83ada120461",
    "followup.1": "6dcb355a51d97d29",
}


def built(wave: str, number: int = 1, mood=PHQ9) -> Form:
    return forms.build(forms.compose(wave, number, (mood, GAD7)), MEASURES)


def shape(name: str) -> str:
    """A digest of everything a version asks, its measures left out: they have pins of their own."""
    steps = [
        [[one.id, one.kind, one.options, one.beside] for one in step.questions]
        for step in forms.build(name, {}).steps
    ]
    return hashlib.sha256(json.dumps(steps).encode()).hexdigest()[:16]


def test_a_version_never_changes():
    assert {name: shape(name) for name in forms.VERSIONS} == PINNED


@pytest.mark.parametrize("wave", list(forms.NEWEST))
def test_a_question_stands_in_a_form_once(wave):
    names = [one.id for step in built(wave, 2).steps for one in step.questions]
    assert len(names) == len(set(names))
    assert all(name.isascii() and name.replace("_", "").isalnum() and name.islower() for name in names)
    assert not {"check", "done"} & set(names), "these are addresses of their own"


@pytest.mark.parametrize("wave", ["pre", "mid", "post", "followup"])
def test_the_longer_rounds_ask_both_measures(wave):
    form = built(wave)
    assert form.id == f"{wave}.1+phq9@1+gad7@1"
    assert {one.instrument for step in form.steps for one in step.questions} - {""} == {PHQ9.pin, GAD7.pin}


def test_the_weekly_look_asks_about_worry_every_second_week():
    assert [built("weekly", number).step("gad7_1") is not None for number in range(1, 7)] == [
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_the_weekly_look_ends_with_whether_somebody_is_safe():
    last = built("weekly").steps[-1].questions[0]
    assert (last.id, last.options) == ("safe_now", ("yes", "unsure", "no"))


def test_the_ninth_item_is_the_only_one_that_waits_for_a_reader():
    assert [step.key for step in built("mid").steps if step.safety] == ["phq9_9"]
    assert [step.key for step in built("mid", mood=PHQ8).steps if step.safety] == []


@pytest.mark.parametrize("wave", list(forms.NEWEST))
def test_a_round_leads_to_each_page_of_its_parts_once(wave):
    asked = [one.page for step in built(wave).steps for one in step.questions if one.page]
    assert sorted(asked) == sorted(one.key for one in of_wave(wave))


def test_what_is_worked_on_elsewhere_is_not_asked_for_in_words_again():
    names = {one.id for wave in forms.NEWEST for step in built(wave).steps for one in step.questions}
    doubled = {"people_now", "problems", "goal_1", "goals_still", "plan_signs", "plan_call", "after_wish"}
    assert not names & doubled


def test_a_safety_item_is_left_out_while_nobody_reads():
    form = built("mid")
    closed = [one.key for one in form.asked((), safety_open=False)]
    assert "phq9_9" not in closed
    assert "phq9_8" in closed
    assert "phq9_9" in [one.key for one in form.asked((), safety_open=True)]


def test_how_hard_it_is_is_asked_where_something_was_above_nothing():
    form = built("mid")
    assert "phq9_difficulty" not in [one.key for one in form.asked((), safety_open=True)]
    assert "phq9_difficulty" in [one.key for one in form.asked({"phq9_4"}, safety_open=True)]
    assert "phq9_difficulty" not in [one.key for one in form.asked({"gad7_4"}, safety_open=True)]


def test_a_form_can_be_built_again_after_a_measure_has_gone():
    form = forms.build("mid.1+phq9@1+gone@3", MEASURES)
    assert form.step("phq9_1") is not None
    assert form.id == "mid.1+phq9@1+gone@3"


@pytest.mark.parametrize("name", ["", "mid", "mid.99", "weekly.1 ", "+phq9@1"])
def test_a_version_that_never_was_is_not_built(name):
    with pytest.raises(LookupError):
        forms.build(name, MEASURES)


READ = [
    (scale("x"), ["0"], 0),
    (scale("x"), [" 10 "], 10),
    (one_of("x", "a", "b"), ["b"], "b"),
    (many_of("x", "a", "b", "c"), ["c", "a", "c"], ("a", "c")),
    (many_of("x", "a"), [], None),
    (line("x"), [" hello "], "hello"),
    (words("x"), ["two\nlines"], "two\nlines"),
    (words("x"), ["   "], None),
    (words("x"), [], None),
    (box("x"), [], None),
    (part("goals", "mid").questions[0], ["done"], "done"),
    (words("x"), ["x" * TEXT], "x" * TEXT),
]


@pytest.mark.parametrize(("question", "sent", "value"), READ, ids=repr)
def test_what_was_sent_is_read(question, sent, value):
    assert question.read(sent) == value
    assert question.checked(value) == value


WRONG = [
    (scale("x"), [], "missing"),
    (scale("x"), ["11"], "unknown"),
    (scale("x"), ["-1"], "unknown"),
    (scale("x"), ["٣"], "unknown"),
    (scale("x"), ["1" * 5000], "unknown"),
    (one_of("x", "a"), [], "missing"),
    (one_of("x", "a"), ["b"], "unknown"),
    (part("goals", "mid").questions[0], [], "missing"),
    (part("goals", "mid").questions[0], ["yes"], "unknown"),
    (line("x"), ["x" * (LINE + 1)], "too_long"),
    (words("x"), ["x" * (TEXT + 1)], "too_long"),
]


@pytest.mark.parametrize(("question", "sent", "why"), WRONG, ids=lambda one: repr(one)[:40])
def test_what_cannot_be_an_answer_is_refused_with_a_reason(question, sent, why):
    with pytest.raises(NotAnAnswer) as refused:
        question.read(sent)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (scale("x"), "7"),
        (scale("x"), True),
        (scale("x"), 11),
        (one_of("x", "a"), 1),
        (one_of("x", "a"), ("a",)),
        (many_of("x", "a"), ("b",)),
        (many_of("x", "a"), "a"),
        (words("x"), 3),
    ],
    ids=repr,
)
def test_an_impossible_value_is_refused_by_the_domain(question, value):
    with pytest.raises(NotAnAnswer):
        question.checked(value)


def test_nothing_said_is_an_answer_to_everything():
    assert all(
        one.checked(None) is None
        for wave in forms.NEWEST
        for step in built(wave).steps
        for one in step.questions
    )


def test_the_way_leads_to_what_is_open_behind_first_and_then_to_what_was_passed_over():
    steps = built("weekly").asked((), safety_open=True)
    keys = [one.key for one in steps]
    assert first_open(steps, ()) == steps[0]
    assert first_open(steps, {keys[0], keys[1]}) == steps[2]
    assert first_open(steps, {keys[2]}, after=keys[1]) == steps[3]
    assert first_open(steps, set(keys) - {keys[0]}, after=keys[5]) == steps[0]
    assert first_open(steps, keys) is None


def test_every_kind_is_used():
    kinds = {one.kind for wave in forms.NEWEST for step in built(wave).steps for one in step.questions}
    assert kinds == set(Kind)
