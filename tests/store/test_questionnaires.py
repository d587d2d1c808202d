"""Questionnaires by file: read whole or refused whole, and words that were asked once never change."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from care.measures import GAD7, MEASURES
from care.questionnaire_file import Unusable
from store import questionnaires
from store.settings import StoreSettings
from store.tables import questionnaire
from tests.care.test_questionnaire_file import EXAMPLE, translated
from tests.services.circle import NOW


@pytest.fixture
def folder(tmp_path):
    """Writes files into the service's folder and reads them all."""
    place = tmp_path / "own"
    place.mkdir()

    def write(packs="", **files):
        for name, body in files.items():
            text = body if isinstance(body, str) else json.dumps(body)
            (place / f"{name}.json").write_text(text, encoding="utf-8")
        settings = StoreSettings(data_dir=tmp_path, questionnaires_dir=place, measure_packs=packs)
        return questionnaires.read(settings)

    return write


def test_without_settings_there_are_the_built_in_measures_alone(tmp_path):
    library = questionnaires.read(StoreSettings(data_dir=tmp_path))
    assert library.measures() == dict(MEASURES)
    assert library.asked_in("pre") == ()
    assert library.worded(GAD7, "de") is GAD7


def test_a_questionnaire_is_asked_in_its_rounds(folder):
    library = folder(sleep=EXAMPLE)
    assert [one.id for one in library.asked_in("pre")] == ["sleep4"]
    assert library.asked_in("mid") == ()
    assert set(library.measures()) == {"phq9", "phq8", "gad7", "sleep4"}


def test_the_who5_is_off_until_it_is_named(folder):
    assert "who5" not in folder().measures()
    assert folder(packs="who5").measures()["who5"].licence.endswith("CC BY-NC-SA 3.0 IGO.")
    with pytest.raises(Unusable, match="IPT_MEASURE_PACKS: 'who6' is none of who5"):
        folder(packs="who6")


def test_an_official_translation_has_its_words_where_its_language_is_read(folder):
    library = folder(gad=translated())
    assert library.worded(GAD7, "de").stem == "Stamm"
    assert library.worded(GAD7, "fr") is GAD7
    assert library.measures()["gad7"] is GAD7


def test_every_complaint_about_every_file_comes_at_once(folder):
    with pytest.raises(Unusable) as complaint:
        folder(a={**EXAMPLE, "stem": ""}, b="{", c=EXAMPLE)
    assert re.fullmatch(r"a\.json: stem: .*\nb\.json, line 1, column 2: .*", str(complaint.value))


def test_two_files_about_the_same_thing_are_refused(folder):
    with pytest.raises(Unusable, match=r"b\.json: sleep4 en: stands in a\.json too"):
        folder(a=EXAMPLE, b=EXAMPLE)


def test_a_folder_that_is_none_is_refused(tmp_path):
    settings = StoreSettings(data_dir=tmp_path, questionnaires_dir=tmp_path / "nowhere")
    with pytest.raises(Unusable, match=r"IPT_QUESTIONNAIRES_DIR: .* is not a folder"):
        questionnaires.read(settings)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")
    with pytest.raises(Unusable, match=r"x\.json: must be text in UTF-8"):
        questionnaires.read(StoreSettings(data_dir=tmp_path, questionnaires_dir=tmp_path))


async def test_words_are_kept_once_and_stay_countable_without_their_file(database, folder):
    library = folder(sleep=EXAMPLE, gad=translated(), packs="who5")
    async with database.write() as tx:
        assert await questionnaires.pin(tx, library, NOW) == 3
        assert await questionnaires.pin(tx, library, NOW + timedelta(days=1)) == 0
    async with database.read() as tx:
        known = await questionnaires.known(tx)
    for measure in (*library.measures().values(), library.worded(GAD7, "de")):
        assert known[measure.pin] == measure


async def test_a_file_that_changed_under_the_same_version_is_refused(database, folder):
    async with database.write() as tx:
        await questionnaires.pin(tx, folder(sleep=EXAMPLE), NOW)
    changed = {**EXAMPLE, "stem": "Other words"}
    with pytest.raises(Unusable, match=r"sleep\.json: version: other words were asked as version 1"):
        async with database.write() as tx:
            await questionnaires.pin(tx, folder(sleep=changed), NOW)
    async with database.write() as tx:
        assert await questionnaires.pin(tx, folder(sleep={**changed, "version": "2"}), NOW) == 1
        assert len(await questionnaires.known(tx)) == len(MEASURES) + 2


async def test_the_database_itself_refuses_to_change_words(database, folder):
    async with database.write() as tx:
        await questionnaires.pin(tx, folder(sleep=EXAMPLE), NOW)
    for statement in (update(questionnaire).values(body="x"), delete(questionnaire)):
        with pytest.raises(DBAPIError):
            async with database.write() as tx:
                await tx.execute(statement)
