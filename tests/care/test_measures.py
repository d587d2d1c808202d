"""The words of the measures, set down a second time: a letter that changes is another measure."""

import json

import pytest

from care.measures import GAD7, MEASURES, PHQ8, PHQ9, Measure

LICENCE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission required to reproduce, translate, display or "
    "distribute."
)
WRITTEN = json.loads(
    """
{"phq9": {
  "stem": "Over the last 2 weeks, how often have you been bothered by any of the following problems?",
  "options": [[0,"Not at all"],[1,"Several days"],[2,"More than half the days"],[3,"Nearly every day"]],
  "items": [
    ["phq9_1","44250-9","Little interest or pleasure in doing things"],
    ["phq9_2","44255-8","Feeling down, depressed, or hopeless"],
    ["phq9_3","44259-0","Trouble falling or staying asleep, or sleeping too much"],
    ["phq9_4","44254-1","Feeling tired or having little energy"],
    ["phq9_5","44251-7","Poor appetite or overeating"],
    ["phq9_6","44258-2","Feeling bad about yourself - or that you are a failure or have let yourself or your family down"],
    ["phq9_7","44252-5","Trouble concentrating on things, such as reading the newspaper or watching television"],
    ["phq9_8","44253-3","Moving or speaking so slowly that other people could have noticed? Or the opposite - being so fidgety or restless that you have been moving around a lot more than usual"],
    ["phq9_9","44260-8","Thoughts that you would be better off dead or of hurting yourself in some way"]],
  "unscored": {"id":"phq9_difficulty","loinc":"69722-7",
    "text":"If you checked off any problems, how difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?",
    "options":["Not difficult at all","Somewhat difficult","Very difficult","Extremely difficult"]},
  "total": {"loinc":"44261-6","min":0,"max":27},
  "bands": [[0,4,"minimal"],[5,9,"mild"],[10,14,"moderate"],[15,19,"moderately severe"],[20,27,"severe"]],
  "caseness": 10, "reliable_change": 6},
 "gad7": {
  "stem": "Over the last 2 weeks, how often have you been bothered by the following problems?",
  "options": [[0,"Not at all"],[1,"Several days"],[2,"More than half the days"],[3,"Nearly every day"]],
  "items": [
    ["gad7_1","69725-0","Feeling nervous, anxious or on edge"],
    ["gad7_2","68509-9","Not being able to stop or control worrying"],
    ["gad7_3","69733-4","Worrying too much about different things"],
    ["gad7_4","69734-2","Trouble relaxing"],
    ["gad7_5","69735-9","Being so restless that it is hard to sit still"],
    ["gad7_6","69689-8","Becoming easily annoyed or irritable"],
    ["gad7_7","69736-7","Feeling afraid as if something awful might happen"]],
  "total": {"loinc":"70274-6","min":0,"max":21},
  "bands": [[0,4,"minimal"],[5,9,"mild"],[10,14,"moderate"],[15,21,"severe"]],
  "caseness": 8, "reliable_change": 4}}
"""  # noqa: E501
)
# A number here changes with any letter of a measure; then the measure needs a new version as well.
DIGESTS = {
    "phq9@1": "8c47429d4ce1bb904392c56e175290ec81b915b81d6d1ab17510c17fd27d2e15",
    "phq8@1": "5aa94e1f431b4fb27b1b68089e38844f22a690f84c33bcb9dd723fa16778052b",
    "gad7@1": "179c39f94bdbf9dfe8d667941964b31ef7013c0bee083f89bf4cb2dad15f5bd1",
}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_a_measure_has_its_published_words_letter_for_letter(name: str) -> None:
    measure, wanted = MEASURES[name], WRITTEN[name]
    assert measure.stem == wanted["stem"]
    assert [[one.value, one.text] for one in measure.options] == wanted["options"]
    assert [[one.id, one.loinc, one.text] for one in measure.items] == wanted["items"]
    assert [[one.low, one.high, one.word] for one in measure.bands] == wanted["bands"]
    assert measure.total_loinc == wanted["total"]["loinc"]
    assert (measure.lowest, measure.highest) == (wanted["total"]["min"], wanted["total"]["max"])
    assert (measure.caseness, measure.reliable_change) == (wanted["caseness"], wanted["reliable_change"])
    assert measure.licence == LICENCE


def test_the_question_about_difficulty_is_letter_for_letter_too() -> None:
    asked, wanted = PHQ9.unscored, WRITTEN["phq9"]["unscored"]
    assert asked is not None
    assert (asked.id, asked.loinc, asked.text) == (wanted["id"], wanted["loinc"], wanted["text"])
    assert [one.text for one in asked.options] == wanted["options"]
    assert asked.after_any


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_zero_is_not_at_all_and_nothing_else(name: str) -> None:
    assert MEASURES[name].options[0].text == "Not at all"


def test_the_phq8_is_the_phq9_without_the_item_about_self_harm() -> None:
    assert PHQ8.items == PHQ9.items[:8]
    assert (PHQ8.lowest, PHQ8.highest, PHQ8.caseness) == (0, 24, 10)
    assert PHQ8.safety_item is None
    assert PHQ9.safety_item == "phq9_9"
    assert PHQ8.stem == PHQ9.stem
    assert PHQ8.licence == PHQ9.licence


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.id)
def test_bands_cover_every_total_once(measure: Measure) -> None:
    covered = [total for band in measure.bands for total in range(band.low, band.high + 1)]
    assert covered == list(range(measure.lowest, measure.highest + 1))


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.id)
def test_every_loinc_code_has_its_check_digit(measure: Measure) -> None:
    codes = [one.loinc for one in measure.items]
    codes += [measure.total_loinc] if measure.total_loinc else []
    codes += [measure.unscored.loinc] if measure.unscored else []
    assert len(set(codes)) == len(codes)
    for code in codes:
        number, digit = code.split("-")
        assert luhn(number) == int(digit), code


def luhn(number: str) -> int:
    """The check digit of a LOINC number (modulus 10)."""
    doubled = [int(one) * (2 if place % 2 == 0 else 1) for place, one in enumerate(reversed(number))]
    return -sum(one // 10 + one % 10 for one in doubled) % 10


def test_a_changed_letter_needs_a_new_version() -> None:
    assert {f"{one.id}@{one.version}": one.digest for one in MEASURES.values()} == DIGESTS


def test_a_pin_names_measure_version_and_words() -> None:
    assert GAD7.pin == f"gad7@1#{GAD7.digest[:12]}"
    assert len({one.pin for one in MEASURES.values()}) == len(MEASURES)


def test_no_measure_that_may_not_be_shown_is_built_in() -> None:
    assert set(MEASURES) == {"phq9", "phq8", "gad7"}
