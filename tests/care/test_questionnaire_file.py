"""What a service writes down itself is used as it stands or refused with file and field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.measures import GAD7, MEASURES, PHQ9
from care.questionnaire_file import FIELDS, Unusable, parse
from care.scoring import score

HOUSE = Path(__file__).resolve().parents[2]
DOCUMENT = (HOUSE / "docs" / "questionnaires.md").read_text(encoding="utf-8")
EXAMPLE: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)[0])
WHO5 = (HOUSE / "web" / "measures" / "who5.json").read_text(encoding="utf-8")


def translated(**changed: Any) -> dict[str, Any]:
    """A translation of the GAD-7 in made-up words."""
    return {
        "translates": "gad7",
        "version": "1",
        "language": "de",
        "source": "made up for this test",
        "stem": "Stamm",
        "options": ["a", "b", "c", "d"],
        "items": {one.id: f"Frage {one.id}" for one in GAD7.items},
        **changed,
    }


def refused(body: object, text: str | None = None) -> str:
    """The complaint about a file."""
    with pytest.raises(Unusable) as complaint:
        parse(text if text is not None else json.dumps(body), "own.json")
    return str(complaint.value)


def test_the_documented_example_is_a_questionnaire() -> None:
    found = parse(json.dumps(EXAMPLE), "sleep4.json")
    assert (found.measure.id, found.measure.version, found.waves) == ("sleep4", "1", ("pre", "post"))
    assert (found.measure.lowest, found.measure.highest, found.measure.prorate_up_to) == (0, 8, 1)
    assert score(found.measure, {one.id: 1 for one in found.measure.items}).word == "some"


def test_every_field_is_documented() -> None:
    table = DOCUMENT.split("| Field |", 1)[1].split("\n\n", 1)[0]
    assert {
        name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])
    } == FIELDS


def test_the_who5_is_a_file_of_its_own_with_its_licence() -> None:
    found = parse(WHO5, "who5.json").measure
    assert "CC BY-NC-SA 3.0 IGO" in found.licence
    assert found.higher_is_better
    assert [(one.value, one.text) for one in found.options] == [
        (5, "All of the time"),
        (4, "Most of the time"),
        (3, "More than half of the time"),
        (2, "Less than half of the time"),
        (1, "Some of the time"),
        (0, "At no time"),
    ]
    assert [one.text for one in found.items] == [
        "I have felt cheerful and in good spirits",
        "I have felt calm and relaxed",
        "I have felt active and vigorous",
        "I woke up feeling fresh and rested",
        "My daily life has been filled with things that interest me",
    ]
    assert "who5" not in MEASURES


@pytest.mark.parametrize(
    ("raw", "index", "word"), [(12, 48, "low"), (13, 52, "not low"), (7, 28, "very low")]
)
def test_the_who5_counts_as_published(raw: int, index: int, word: str) -> None:
    measure = parse(WHO5, "who5.json").measure
    each, rest = divmod(raw, 5)
    found = score(measure, {one.id: each + (place < rest) for place, one in enumerate(measure.items)})
    assert (found.total, found.word) == (index, word)


def test_text_that_is_not_json_names_line_and_column() -> None:
    assert refused(None, '{\n  "id": "a",\n  oops\n}').startswith("own.json, line 3, column 3: ")


def test_a_name_given_twice_is_refused() -> None:
    assert refused(None, '{"id": "a", "id": "b"}') == "own.json: id: stands here twice"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"colour": "red"}, "own.json: colour: is not a field"),
        ({"safety_item": "sleep4_1"}, "own.json: safety_item: a question about self-harm"),
        ({"id": "phq9"}, "own.json: id: 'phq9' is built in"),
        ({"id": "Sleep"}, "own.json: id: must look like"),
        ({"version": ""}, "own.json: version: must look like"),
        ({"language": "German"}, "own.json: language: must look like"),
        ({"stem": " "}, "own.json: stem: must be 1 to 1000 characters"),
        ({"options": [[0, "Never"]]}, "own.json: options: must be a list of 2 to 11"),
        ({"options": [[0, "Never"], ["1", "Often"]]}, "own.json: options[1]: must be [number"),
        ({"options": [[0, "Never"], [0, "Often"]]}, "own.json: options: '0' stands there twice"),
        ({"items": [{"id": "a", "text": ""}]}, "own.json: items[0].text: must be 1 to"),
        ({"items": [{"id": "phq9_9", "text": "x"}]}, "own.json: items: 'phq9_9' belongs to a built-in"),
        (
            {"items": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]},
            "own.json: items: 'a' stands there",
        ),
        ({"items": ["a"]}, "own.json: items[0]: must be {"),
        ({"bands": [[0, 2, "little"], [4, 8, "much"]]}, "own.json: bands: must cover 0 to 8"),
        ({"bands": [[2, 0, "little"]]}, "own.json: bands[0]: must be [lowest"),
        ({"factor": 0}, "own.json: factor: must be a whole number from 1"),
        ({"prorate_up_to": True}, "own.json: prorate_up_to: must be a whole number"),
        ({"higher_is_better": 1}, "own.json: higher_is_better: must be true or false"),
        ({"waves": ["daily"]}, "own.json: waves: must name at least one of pre, mid"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_and_field(changed: dict[str, Any], complaint: str) -> None:
    assert complaint in refused({**EXAMPLE, **changed})


def test_all_complaints_come_at_once() -> None:
    said = refused({**EXAMPLE, "stem": "", "factor": 0, "options": []})
    assert [line.split(": ")[1] for line in said.splitlines()] == ["stem", "options", "factor"]


def test_a_missing_field_is_named() -> None:
    assert "own.json: licence: is missing" in refused({k: v for k, v in EXAMPLE.items() if k != "licence"})


def test_a_translation_changes_the_words_and_no_number() -> None:
    found = parse(json.dumps(translated()), "gad7.de.json")
    assert found.translation
    assert found.measure.language == "de"
    assert found.measure.items[0].text == "Frage gad7_1"
    assert [one.loinc for one in found.measure.items] == [one.loinc for one in GAD7.items]
    assert (found.measure.bands, found.measure.caseness) == (GAD7.bands, GAD7.caseness)
    assert [one.value for one in found.measure.options] == [0, 1, 2, 3]
    assert found.measure.pin != GAD7.pin
    assert (found.measure.id, found.measure.version) == (GAD7.id, GAD7.version)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"translates": "bdi"}, "translates: must be one of phq9, phq8, gad7"),
        ({"version": "2"}, "version: this program has version 1 of gad7"),
        ({"options": ["a", "b", "c"]}, "options: must be a list of 4 texts"),
        ({"items": {"gad7_1": "x"}}, "items: must have a text for each of gad7_1"),
        ({"bands": []}, "bands: is not a field"),
        ({"language": "en"}, "language: the words of this language are built in"),
        ({"source": ""}, "source: must be 1 to"),
    ],
)
def test_a_translation_has_every_word_and_nothing_else(changed: dict[str, Any], complaint: str) -> None:
    assert f"own.json: {complaint}" in refused(translated(**changed))


def test_a_translation_of_the_phq9_has_the_question_about_difficulty_too() -> None:
    body = translated(translates="phq9", items={one.id: one.id for one in PHQ9.items})
    assert "own.json: unscored: is missing" in refused(body)
    whole = {**body, "unscored": {"text": "Wie schwer", "options": ["1", "2", "3", "4"]}}
    found = parse(json.dumps(whole), "phq9.de.json").measure
    assert found.unscored is not None
    assert found.unscored.text == "Wie schwer"
    assert found.safety_item == "phq9_9"


def rubbish() -> st.SearchStrategy[object]:
    """Anything JSON can hold."""
    leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
    )


@given(st.sampled_from(sorted(FIELDS)), rubbish())
def test_rubbish_in_any_field_is_refused_or_used_and_never_anything_else(name: str, value: object) -> None:
    try:
        found = parse(json.dumps({**EXAMPLE, name: value}), "own.json")
    except Unusable:
        return
    assert found.measure.highest > found.measure.lowest


@given(st.text())
def test_any_text_at_all_is_refused_with_the_name_of_the_file(text: str) -> None:
    with pytest.raises(Unusable, match=r"own\.json"):
        parse(text, "own.json")
