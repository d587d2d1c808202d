"""Forms: what was typed is kept, what is wrong is said twice in the same words, and nothing is guessed."""

from datetime import date, datetime, time

import jinja2
import pytest
from multidict import MultiDict

from server import render
from server.pages.forms import Form, filled

PAGE = """{% import "parts/forms.html" as forms with context %}
{{ forms.prefix(form) }}|{{ forms.summary(form) }}
{{ forms.text(form, "title", "Name", "A hint") }}{{ forms.area(form, "lines", "List") }}
{{ forms.radios(form, "way", "Which?", [("a", "One"), ("b", "Two", "Why")]) }}
{{ forms.checks(form, "many", "All", [("x", "X"), ("y", "Y")]) }}{{ forms.check(form, "yes", "Agreed") }}
{{ forms.select(form, "zone", "Zone", [("u", "UTC")]) }}{{ forms.date(form, "day", "Day") }}
{{ forms.time(form, "at", "At") }}{{ forms.number(form, "n", "How many") }}{{ forms.csrf("c") }}"""


def drawn(form: Form) -> str:
    environment: jinja2.Environment = render.build(demo=False, country="gb").environments["en"]
    return environment.from_string(PAGE).render(form=form)


def test_a_form_keeps_what_was_typed() -> None:
    typed = MultiDict({"title": '<b>"x"', "lines": "\none\ntwo", "way": "b", "zone": "u", "yes": "yes"})
    typed.add("many", "y")
    text = drawn(Form(values=typed))
    assert 'value="&lt;b&gt;&#34;x&#34;"' in text
    assert "one\ntwo</textarea>" in text
    assert 'value="b" checked' in text
    assert 'value="a" checked' not in text
    assert 'value="y" checked' in text
    assert 'value="x" checked' not in text
    assert 'id="yes" name="yes" value="yes" checked' in text
    assert 'value="u" selected' in text
    assert "error-summary" not in text


def test_an_error_stands_in_the_summary_and_beside_its_field() -> None:
    form = filled({})
    form.text("title", "Give the group a name.")
    text = drawn(form)
    assert text.count("Give the group a name.") == 2
    assert "Error:" in text
    assert '<a href="#title">' in text
    assert 'aria-describedby="title-hint title-error" aria-invalid="true"' in text
    assert 'role="alert" tabindex="-1" autofocus' in text


@pytest.mark.parametrize("value", ["", "x", "1.5", "7", "13", "٩", "9999999", "1e1"])
def test_only_a_whole_number_within_its_limits_is_taken(value: str) -> None:
    form = filled({"n": value})
    assert form.whole("n", 8, 12, "8 to 12") is None
    assert form.errors == {"n": "8 to 12"}


@pytest.mark.parametrize("value", ["", "24:00", "7:00", "18:60", "now", "18:00+02:00"])
def test_only_a_time_of_day_is_taken(value: str) -> None:
    form = filled({"at": value})
    assert form.time("at", "wrong") is None
    assert form.errors == {"at": "wrong"}


def test_values_come_typed() -> None:
    form = filled({"n": " 12 ", "day": "2026-03-02", "at": "18:30", "way": "a"})
    assert form.whole("n", 8, 20, "") == 12
    assert form.date("day", "") == date(2026, 3, 2)
    assert form.time("at", "") == time(18, 30)
    assert form.local("day", "at", "", "") == datetime(2026, 3, 2, 18, 30)
    assert form.one_of("way", {"a", "b"}, "") == "a"
    assert not form.errors


def test_the_first_thing_found_about_a_field_stands() -> None:
    form = filled({"way": "c"})
    assert form.one_of("way", {"a"}, "first") == ""
    form.refuse("way", "second")
    assert form.errors == {"way": "first"}
