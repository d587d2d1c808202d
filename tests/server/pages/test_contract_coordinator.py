"""A coordinator reads the group's terms and dates, sees who has signed, and offers a new version."""

import pytest

import store.contracts
from care.contract import RANGES, SHARES
from server.pages import terms_fields
from server.render import build
from tests.server.house import House
from tests.server.pages.clinic import Clinic, open_clinic
from tests.server.pages.test_setup import inputs


@pytest.fixture
async def clinic(house: House) -> Clinic:
    """Three members who have not signed."""
    return await open_clinic(house)


async def fields(clinic: Clinic) -> dict[str, str]:
    """The form of the terms as it is offered."""
    page = await clinic.browser.get(clinic.at("terms"))
    return {one["name"]: one.get("value", "") for one in inputs(page.text) if "name" in one}


async def newest(clinic: Clinic) -> store.contracts.ContractVersion:
    """The newest version."""
    async with clinic.house.db.read() as tx:
        found = await store.contracts.latest(tx, clinic.group)
    assert found is not None
    return found


async def test_the_text_is_whole_without_any_personal_sheet(clinic: Clinic) -> None:
    async with clinic.browser:
        page = await clinic.browser.get(clinic.at("contract"))
    assert page.status == 200
    assert 'id="clause-1"' in page.text
    assert 'id="clause-4"' in page.text
    for personal in (6, 7):
        assert f'id="clause-{personal}"' not in page.text
    assert page.text.count("not yet") == 6


async def test_a_new_version_is_looked_at_before_it_is_offered(clinic: Clinic) -> None:
    async with clinic.browser:
        sent = await fields(clinic) | {"minimum_share": "80", "farewell": ""}
        looked = await clinic.form(clinic.at("terms"), sent)
        assert looked.status == 200
        assert "This would change" in looked.text
        assert (await newest(clinic)).number == 1
        done = await clinic.form(clinic.at("terms"), sent | {"confirm": "yes"})
        assert (done.status, done.location) == (303, clinic.at("contract"))
        made = await newest(clinic)
        assert (made.number, made.terms.minimum(), made.terms.farewell) == (2, 10, False)
        again = await clinic.form(clinic.at("terms"), sent | {"confirm": "yes"})
        assert again.status == 422
        assert "Somebody offered a new version meanwhile" in again.text
        assert (await newest(clinic)).number == 2


def test_every_number_of_the_contract_has_a_field_with_words() -> None:
    asked = set(terms_fields.NUMBERS) | terms_fields.OF_THE_PLAN | {"telehealth_version"}
    assert set(RANGES) | set(SHARES) <= asked
    translations = build(demo=False, country="gb").environments["en"].globals["translations"]
    assert all(terms_fields.label(name, translations) for name in terms_fields.NUMBERS)


@pytest.mark.parametrize(
    ("change", "field"),
    [({}, ""), ({"notice_hours": "-1"}, "notice_hours"), ({"held_after_min": "2"}, "held_after_min")],
)
async def test_what_nobody_can_agree_to_is_refused(
    clinic: Clinic, change: dict[str, str], field: str
) -> None:
    async with clinic.browser:
        reply = await clinic.form(clinic.at("terms"), await fields(clinic) | change)
    assert reply.status == 422
    assert not field or f'id="{field}-error"' in reply.text
