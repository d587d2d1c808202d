"""People arrive late, leave, reload and change devices; their seat waits for them."""

from playwright.async_api import expect

from tests.browser.house import House
from tests.browser.thread import Visit, all_see_and_hear
from tests.browser.visitor import Visitor


async def lead_and_let_in(visit: Visit, room, *indexes: int) -> list[Visitor]:
    ada = await visit(room, "facilitators")
    await ada.lead()
    people = [ada]
    for index in indexes:
        newcomer = await visit(room, "participants", index)
        await newcomer.knock()
        await ada.let_in(newcomer)
        people.append(newcomer)
    return people


async def test_someone_who_comes_late_sees_everyone_and_disturbs_nobody(visit: Visit, house: House):
    room = house.room()
    ada, ben, cleo = await lead_and_let_in(visit, room, 0, 1)
    await all_see_and_hear(ada, ben, cleo)

    dov = await visit(room, "participants", 2)
    await dov.knock()
    await ada.let_in(dov)

    await all_see_and_hear(ada, ben, cleo, dov)
    order = [await person.order_of_tiles() for person in (ada, ben, cleo, dov)]
    assert order[0] == order[1] == order[2] == order[3]


async def test_someone_who_left_comes_back_to_the_same_seat(visit: Visit, house: House):
    ada, ben = await lead_and_let_in(visit, house.room(), 0)
    seat = await ada.tile(ben).get_attribute("data-seat")

    await ben.page.locator('.bar [data-action="leave"]').click()
    await ben.confirm()
    await ben.is_at("left")
    await expect(ada.tile(ben)).to_have_count(0)
    await ben.press("rejoin")
    await ben.through_the_door_again(ada)

    await all_see_and_hear(ada, ben)
    assert await ada.tile(ben).get_attribute("data-seat") == seat


async def test_a_reload_resumes_the_seat_without_the_lobby(visit: Visit, house: House):
    ada, ben = await lead_and_let_in(visit, house.room(), 0)
    await all_see_and_hear(ada, ben)

    await ben.page.reload()
    await ben.is_at("room")
    await all_see_and_hear(ada, ben)

    await ada.page.reload()
    await ada.is_at("room")
    await all_see_and_hear(ada, ben)


async def test_a_second_window_takes_the_seat_over_only_when_asked(visit: Visit, house: House):
    ada, ben = await lead_and_let_in(visit, house.room(), 0)
    await all_see_and_hear(ada, ben)

    second = await ben.same_person_in_another_window()
    await second.is_at("elsewhere")
    await ben.is_at("room")
    await second.press("take-over")

    await second.is_at("room")
    await ben.is_at("elsewhere")
    await ada.sees_and_hears(second)
    await second.sees_and_hears(ada)
