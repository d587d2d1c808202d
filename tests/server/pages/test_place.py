"""The pages of a place stand in every state of a group, and each belongs to one role."""

import pytest

from tests.server.house import House
from tests.server.pages.reading import read

MEMBER = ("", "contract", "record", "me", "leave", "not-me", "calendar", "away/{session}")
FACILITATOR = ("", "contract", "brief/{session}", "attendance/{session}")


@pytest.mark.parametrize("path", MEMBER)
async def test_a_members_pages_stand_before_there_is_a_contract(house: House, path: str) -> None:
    guest = await house.guest(house.circle.participants[0])
    text = await read(guest, path.format(session=house.circle.session))
    assert text.count("<h1>") == 1
    assert 'data-action="help"' in text


@pytest.mark.parametrize("path", FACILITATOR)
async def test_a_facilitators_pages_stand_before_there_is_a_contract(house: House, path: str) -> None:
    guest = await house.guest(house.circle.facilitator)
    text = await read(guest, path.format(session=house.circle.session))
    assert text.count("<h1>") == 1


async def test_pages_need_a_sign_in(house: House) -> None:
    member = house.circle.participants[0]
    for path in MEMBER:
        address = f"/s/{member.place}/{path.format(session=house.circle.session)}"
        async with house.client.get(address) as reply:
            assert reply.status == 403, path


async def test_a_change_without_this_sign_ins_own_value_is_refused(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    for path in ("contract", "record", "me", "leave", "not-me", f"away/{house.circle.session}"):
        address = f"{house.origin}/s/{guest.place}/{path}"
        async with guest.http.post(address, data={}, headers={"Origin": house.origin}) as reply:
            assert reply.status == 403, path


async def test_no_page_names_a_member_in_its_title_or_address(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    for path in MEMBER:
        text = await read(guest, path.format(session=house.circle.session))
        assert "Bela" not in text.split("</title>")[0]
