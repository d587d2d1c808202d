"""The first thread: three people meet, are seen and heard, and afterwards the house knows who came."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.house import open_house


@pytest.fixture
def quick_ticks():
    """Settings under which an evening ends while one watches."""
    return {}


async def test_three_people_meet_and_the_house_knows_who_came(visit: Visit, tmp_path, quick_ticks):
    async with open_house(tmp_path, members=4, minutes=0.75, environment=quick_ticks) as house:
        room = house.room()
        ada = await visit(room, "facilitators")
        ben = await visit(room, "participants", 0)
        cleo = await visit(room, "participants", 1)

        await ada.lead()
        await ben.knock()
        await cleo.knock()
        for newcomer in (ben, cleo):
            await ada.press("greet", newcomer)
            await newcomer.is_at("greet")
            await ada.press("admit", newcomer)
            await newcomer.is_at("room")

        for viewer, other in ((ada, ben), (ada, cleo), (ben, ada), (ben, cleo), (cleo, ada), (cleo, ben)):
            await viewer.sees_and_hears(other)
