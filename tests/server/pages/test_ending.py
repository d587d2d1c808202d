"""A group is closed once everything is over; how it ended for a member is a clinician's word."""

from datetime import UTC, datetime

import store.groups
import store.outcomes
import store.staff
from care.completion import Outcome
from server.pages.outcome import outcome_words
from server.render import build
from tests.server.house import House
from tests.server.pages.clinic import open_clinic


async def test_a_group_is_closed_only_when_nothing_is_to_come(house: House) -> None:
    clinic = await open_clinic(house)
    async with clinic.browser:
        assert "Close this group" not in (await clinic.browser.get(clinic.at())).text
        assert (await clinic.form(clinic.at("end"), {})).status == 409
        async with house.db.write() as tx:
            for session in clinic.sessions:
                await store.groups.set_session_state(tx, session, "closed", datetime.now(UTC))
        assert "Close this group" in (await clinic.browser.get(clinic.at())).text
        assert (await clinic.form(clinic.at("end"), {})).status == 303
        assert (await clinic.form(clinic.at("end"), {})).status == 303
        page = await clinic.browser.get(clinic.at())
    assert "This group is closed." in page.text
    assert "Close this group" not in page.text


async def test_only_a_clinician_says_how_it_ended(house: House) -> None:
    clinic = await open_clinic(house)
    address = clinic.at(f"people/{clinic.members[0].id}/outcome")
    async with clinic.browser:
        assert (await clinic.browser.get(address)).status == 404
        assert (await clinic.form(address, {"outcome": "paused"})).status == 404
        async with house.db.write() as tx:
            await store.staff.set_rights(
                tx,
                house.keys,
                clinic.olga.id,
                admin=False,
                clinician=True,
                by="command",
                now=datetime.now(UTC),
            )
        assert (await clinic.form(address, {"note": "kept words"})).status == 422
        assert (await clinic.form(address, {"outcome": "paused", "note": "sealed words"})).status == 303
        page = await clinic.browser.get(address)
        async with house.db.read() as tx:
            said = await store.outcomes.of_group(tx, clinic.group)
    assert said[clinic.members[0].id].code is Outcome.PAUSED
    assert "Paused" in page.text
    assert "sealed words" not in page.text


def test_every_ending_has_words() -> None:
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    assert set(outcome_words(translations)) == {one.value for one in Outcome}
