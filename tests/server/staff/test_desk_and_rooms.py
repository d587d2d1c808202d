"""A desk opens its owner's places and rooms; rights that end close what is open within a second; nobody is
put out of a running room by a clock.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

import store.links
import store.staff
import store.staff_signins
from server.rooms import upkeep
from store.groups import Member
from store.staff import Staff
from store.tables import staff_signin
from tests.server.house import Guest, House, OpenHouse
from tests.server.staff_desk import Browser, colleague


async def account_of(house: House, member: Member) -> Staff:
    """An account for somebody who has a place."""
    async with house.db.write() as tx:
        return await store.staff.for_person(tx, house.keys, member.person, datetime.now(UTC))


class AtDesk(Guest):
    """A colleague who goes into the room with the desk's sign-in alone."""

    def __init__(self, house: House, member: Member) -> None:
        super().__init__(house, member)
        self.browser = Browser(house, http=self.http)

    async def csrf(self) -> str:
        """The desk's value."""
        return await self.browser.csrf()


async def seated(house: House, member: Member) -> AtDesk:
    """A facilitator in the room, come in by the desk."""
    guest = AtDesk(house, member)
    await guest.browser.at(await account_of(house, member))
    await guest.join()
    await guest.offer()
    await guest.say("arrive")
    await guest.until(lambda state: state["stage"] == "room")
    return guest


async def test_a_desk_opens_the_places_of_its_owner_and_no_others(house: House) -> None:
    circle = house.circle
    account = await account_of(house, circle.facilitator)
    async with Browser(house) as browser:
        await browser.at(account)
        assert (await browser.get(f"/s/{circle.facilitator.place}/")).status == 200
        for other in (circle.coordinator, circle.participants[0]):
            assert (await browser.get(f"/s/{other.place}/")).status == 403


async def test_a_form_at_a_place_takes_the_desks_value_and_no_other(house: House) -> None:
    account = await account_of(house, house.circle.facilitator)
    async with Browser(house) as browser:
        await browser.at(account)
        ticket = f"/s/{house.circle.facilitator.place}/ticket/{house.circle.session}"
        assert (await browser.post(ticket, **{"X-CSRF": await browser.csrf()})).status == 200
        assert (await browser.post(ticket, **{"X-CSRF": "0" * 32})).status == 403


async def test_a_staff_link_opens_the_desk_too_and_ends_with_it(house: House) -> None:
    facilitator = house.circle.facilitator
    account = await account_of(house, facilitator)
    async with Browser(house) as browser:
        await browser.post("/j", {"token": await house.link(facilitator)})
        browser.desk = account.desk
        assert (await browser.get(f"/w/{account.desk}/account")).status == 200
        group = await browser.get(f"/s/{facilitator.place}/")
        assert f'href="/w/{account.desk}/"' in group.text, "the way to the work list"
        again = await browser.get(f"/w/{account.desk}/account/passkeys")
        assert again.location == f"/w/{account.desk}/again?to=account/passkeys", "a link proves nothing"
        async with house.db.write() as tx:
            await store.links.revoke(tx, facilitator.id, "test", datetime.now(UTC))
        assert (await browser.get(f"/w/{account.desk}/account")).status == 403


@pytest.mark.parametrize(("mode", "goes_on"), [("demo", True), ("real", False)])
async def test_only_the_demonstration_goes_on_where_nobody_has_a_password(
    houses: OpenHouse, mode: str, goes_on: bool
) -> None:
    house = await houses(mode=mode)
    account = await account_of(house, house.circle.facilitator)
    async with Browser(house) as browser:
        await browser.post("/j", {"token": await house.link(house.circle.facilitator)})
        browser.desk = account.desk
        page = f"/w/{account.desk}/again?to=account/passkeys"
        assert ("In the demonstration nobody has one" in (await browser.get(page)).text) is goes_on
        assert ("You came in by a link" in (await browser.get(page)).text) is not goes_on
        assert (await browser.post(page, {"csrf": await browser.csrf()})).status == (303 if goes_on else 422)
        after = await browser.get(f"/w/{account.desk}/account/passkeys")
        assert (after.status == 200) is goes_on


async def test_a_facilitator_leads_the_room_by_the_desk_alone(house: House) -> None:
    nora = await seated(house, house.circle.facilitator)
    bela = await house.seated(house.circle.participants[0])
    await nora.say("greet", member=bela.member.id)
    await bela.until(lambda state: state["greet"] is not None)


async def gone(house: House, guest: Guest) -> int | None:
    """The close code of a guest's socket, which has a second."""
    code = await guest.ended()
    assert any(message["type"] == "bye" for message in guest.heard)
    return code


async def test_a_withdrawn_place_closes_the_socket_within_a_second(house: House) -> None:
    nora = await seated(house, house.circle.facilitator)
    began = house.registry.clock().mono_ms
    async with house.db.write() as tx:
        assert await store.staff.withdraw(tx, house.keys, nora.member.id, "command", datetime.now(UTC))
    assert await gone(house, nora) == 1008
    assert house.registry.clock().mono_ms - began < 1500
    assert (await nora.browser.get(f"/s/{nora.place}/")).status == 403


async def test_a_closed_account_closes_the_socket_and_the_pages(house: House) -> None:
    nora = await seated(house, house.circle.facilitator)
    async with house.db.write() as tx:
        (account,) = await store.staff.everyone(tx)
        await store.staff.disable(tx, house.keys, account.id, "command", datetime.now(UTC))
    assert await gone(house, nora) == 1008
    assert (await nora.browser.get(f"/w/{account.desk}/account")).status == 403


async def test_signing_out_everywhere_closes_the_socket_and_leaves_the_others(house: House) -> None:
    bela = await house.seated(house.circle.participants[0])
    nora = await seated(house, house.circle.facilitator)
    await nora.browser.post(f"/w/{nora.browser.desk}/account/signins/end")
    assert await gone(house, nora) == 1008
    assert bela.ws is not None
    assert not bela.ws.closed


async def test_who_comes_back_as_something_else_finds_no_room(house: House) -> None:
    nora = await seated(house, house.circle.facilitator)
    circle, now = house.circle, datetime.now(UTC)
    async with house.db.write() as tx:
        await store.staff.withdraw(tx, house.keys, nora.member.id, "command", now)
    await gone(house, nora)
    async with house.db.write() as tx:
        back = await store.staff.grant(
            tx, house.keys, nora.member.person, circle.group, "coordinator", "command", now
        )
    assert (back.place, back.role, back.seat) == (nora.place, "coordinator", None)
    status, answer = await nora.ticket()
    assert (status, answer["code"]) == (404, "unknown")


async def test_a_new_facilitator_can_come_into_a_room_that_runs(house: House) -> None:
    bela = await house.seated(house.circle.participants[0])
    account = await colleague(house, "Omar")
    async with house.db.write() as tx:
        member = await store.staff.grant(
            tx, house.keys, account.person, house.circle.group, "facilitator", "command", datetime.now(UTC)
        )
    omar = AtDesk(house, member)
    await omar.browser.at(account)
    await omar.join()
    await omar.offer()
    await omar.say("arrive")
    await omar.until(lambda state: state["stage"] == "room")
    assert bela.state["stage"] == "lobby"


@pytest.mark.parametrize("limit", ["idle", "absolute"])
async def test_no_limit_ends_a_sign_in_while_its_person_is_in_a_room(house: House, limit: str) -> None:
    nora = await seated(house, house.circle.facilitator)
    now = datetime.now(UTC)
    nearly = (
        {"seen_at": now - timedelta(minutes=29)}
        if limit == "idle"
        else {"created_at": now - timedelta(hours=12), "expires_at": now + timedelta(seconds=5)}
    )
    async with house.db.write() as tx:
        await tx.execute(update(staff_signin).values(**nearly))
    await upkeep.Present(house.registry).keep()
    async with house.db.read() as tx:
        signin = await nora.browser.signin()
        assert await store.staff_signins.holds(tx, signin or "", now + timedelta(minutes=9))


async def test_outside_a_room_half_an_hour_without_use_is_the_end(house: House) -> None:
    account = await account_of(house, house.circle.facilitator)
    async with Browser(house) as browser:
        await browser.at(account)
        async with house.db.write() as tx:
            past = datetime.now(UTC) - store.staff_signins.IDLE
            await tx.execute(update(staff_signin).values(seen_at=past))
        await upkeep.Present(house.registry).keep()
        assert (await browser.get(f"/s/{house.circle.facilitator.place}/")).status == 403
