"""A person's copy holds what is theirs, nothing of staff's notes or of others, and leaves a line behind."""

import json

import pytest

from store import access_log, audit, erasing, own_data, staff
from store.fates import FATES, nobodys
from store.own_data import LEFT_OUT, PARTS
from tests.services.unspoken import MARK, word, words
from tests.store.test_erasing import TODAY, told

__all__ = ["told"]

NOT_THEIRS = {
    *("note", "worked", "flag", "contacted", "closed", "outcome", "prompt", "draft"),
}


async def copy_of(tx, keys, told):
    account = await staff.of_person(tx, told.facilitator.person)
    return await own_data.access_everything(tx, keys, told.participants[0].person, account.id, TODAY)


def test_every_table_is_theirs_or_left_out_by_a_rule():
    theirs = {part.table.name for part in PARTS}
    about = {fate.table.name for fate in FATES if fate.whose is not nobodys}
    assert theirs | set(LEFT_OUT) == about
    assert not theirs & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


async def test_it_holds_every_word_of_theirs_and_no_note_of_staff(database, keys, told):
    async with database.write() as tx:
        text = json.dumps(await copy_of(tx, keys, told))
    theirs = words() - {word(one) for one in NOT_THEIRS}
    assert {one for one in theirs if one not in text} == set()
    assert {one for one in NOT_THEIRS if word(one) in text} == set()
    assert '"readiness"' not in text, "how ready somebody seems is a note of staff, too"
    assert MARK in text
    assert "bela@findable.example" in text
    assert "Findable Emergency of Bela" in text
    for other in ("Ada", "Cleo", "ada@", "cleo@"):
        assert other not in text


async def test_whoever_opened_it_and_who_approved_stand_in_both_logs(database, keys, told):
    bela = told.participants[0]
    async with database.write() as tx:
        account = await staff.of_person(tx, told.facilitator.person)
        parts = await copy_of(tx, keys, told)
        looked = (await access_log.entries(tx, bela.person))[-1]
        assert (looked.actor, looked.action) == ("command", "export")
        assert account.id in looked.purpose
        assert parts["Who looked at what is yours"][-1]["action"] == "export", "they see this one, too"
        line = (await audit.latest(tx))[0]
        assert (line.action, line.object) == ("person_exported", f"person:{bela.person}")
        assert line.reason.endswith(account.id)


async def test_of_an_erased_person_there_is_no_copy(database, keys, told):
    async with database.write() as tx:
        about = {"approved_by": "staff", "now": TODAY, "close_concerns": True}
        await erasing.erase(tx, keys, told.participants[0].person, **about)
        with pytest.raises(erasing.Refused):
            await copy_of(tx, keys, told)
