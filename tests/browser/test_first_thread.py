"""The first thread: three people meet, are seen and heard, and afterwards the house knows who came."""

import pytest

from tests.browser import thread
from tests.browser.conftest import Visit
from tests.browser.house import open_house
from tests.browser.thread import closed, meet, until_end

ONE_EVENING = 1.0
"""Minutes of the session after the demo began: enough for three people to come in on a slow machine."""


@pytest.fixture(params=["sqlite", "postgres and redis"])
def state(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of both kinds of state, as an operator would give them."""
    if request.param == "sqlite":
        return {}
    return {
        "IPT_DATABASE_URL": request.getfixturevalue("empty_postgres_url"),
        "IPT_REDIS_URL": request.getfixturevalue("redis_url"),
    }


async def test_three_people_meet_and_the_house_knows_who_came(visit: Visit, tmp_path, state):
    async with open_house(tmp_path, members=4, minutes=ONE_EVENING, environment=state) as house:
        room = house.room()

        ada, ben, cleo = await meet(visit, room)
        await until_end(room)
        await ada.press("end")
        await ada.confirm()
        for person in (ada, ben, cleo):
            await person.is_at("ended")
        await closed(house.store_settings, room["session"])

        await thread.assert_stored(house.store_settings, room, (ben, cleo))
        nora = await visit(room, "coordinator")
        await thread.assert_shown(nora, (ben, cleo), [room["participants"][2]["member"]])
        await thread.assert_in_local_outbox(nora.page, house.base_url, "checkin_invitation")
