"""Where somebody is tonight: sealed, opened with a line in the log, gone after 72 hours."""

import pytest
from sqlalchemy import select

from store import access_log, doorstep, retention, tables
from store.doorstep import Sheet
from tests.services.circle import HOUR, NOW, make_circle


async def test_the_sheet_holds_the_answers_and_the_emergency_contact(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        await doorstep.put(tx, keys, circle.session, ada.id, "in the train", "0170 1", False, True, NOW)
        await doorstep.put(tx, keys, circle.session, ada.id, "at home", "0170 2", True, None, NOW + HOUR)
        sheet = await doorstep.access_sheet(
            tx, keys, circle.session, ada.id, circle.facilitator.id, NOW + HOUR
        )
    assert sheet == Sheet(
        where="at home",
        phone="0170 2",
        emergency="Findable Emergency of Bela, +49 30 1234567",
        alone=True,
        headphones=None,
        at=NOW + HOUR,
    )
    assert "0170" not in repr(sheet)


async def test_every_opening_is_logged_with_who_and_when(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        for hour in range(2):
            await doorstep.access_sheet(
                tx, keys, circle.session, ada.id, circle.facilitator.id, NOW + hour * HOUR
            )
        lines = await access_log.entries(tx, ada.person)
    assert [(one.actor, one.action, one.session, one.at) for one in lines] == [
        (circle.facilitator.id, "sheet", circle.session, NOW),
        (circle.facilitator.id, "sheet", circle.session, NOW + HOUR),
    ]


async def test_without_answers_the_emergency_contact_is_still_there(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        sheet = await doorstep.access_sheet(
            tx, keys, circle.session, circle.participants[0].id, circle.facilitator.id, NOW
        )
    assert (sheet.where, sheet.phone, sheet.at) == ("", "", None)
    assert sheet.emergency.startswith("Findable Emergency")


async def test_the_door_sees_who_answered_without_opening_anything(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        await doorstep.put(tx, keys, circle.session, ada.id, "home", "1", False, True, NOW)
    async with database.read() as tx:
        assert await doorstep.answered(tx, circle.session) == {ada.id: (False, True)}


async def test_after_72_hours_nothing_is_left(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        await doorstep.put(tx, keys, circle.session, circle.participants[0].id, "a", "1", None, None, NOW)
        assert (await retention.purge(tx, NOW + 71.9 * HOUR))["doorstep"] == 0
        assert (await retention.purge(tx, NOW + 72 * HOUR))["doorstep"] == 1
        assert (await tx.execute(select(tables.doorstep))).first() is None


async def test_answers_that_are_too_long_or_nobodys_are_refused(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        with pytest.raises(ValueError, match="200"):
            await doorstep.put(tx, keys, circle.session, ada.id, "a" * 201, "", None, None, NOW)
        with pytest.raises(LookupError):
            await doorstep.put(tx, keys, circle.session, "nobody", "a", "", None, None, NOW)
        with pytest.raises(LookupError):
            await doorstep.access_sheet(tx, keys, circle.session, "nobody", "me", NOW)
