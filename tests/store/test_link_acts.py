"""Links sent and ended by the staff: the act, its line in the history, and how far everybody has come."""

from store import audit, link_acts, link_states, links, outbox
from tests.services.circle import HOUR, NOW, make_circle


async def lines(tx, group):
    return [(one.action, one.object, one.actor) for one in await audit.of_group(tx, group)]


async def test_a_link_sent_by_the_staff_has_its_line_and_a_refused_one_has_none(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada, olga = circle.participants[0], circle.coordinator
        before = await lines(tx, ada.group)
        who = {"group": ada.group, "by": olga.id, "role": "coordinator", "now": NOW}
        sent = [await link_acts.send(tx, keys, ada.id, **who) for _ in range(4)]
        assert sent == [True, True, True, False]
        assert await lines(tx, ada.group) == [("link_sent", f"member:{ada.id}", olga.id)] * 3 + before
        assert await audit.verify(tx, keys) is None


async def test_links_that_are_ended_have_their_line(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada, olga = circle.participants[0], circle.coordinator
        token = await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)
        who = {"group": ada.group, "by": olga.id, "role": "coordinator", "now": NOW}
        assert await link_acts.end_all(tx, keys, ada.id, **who) == 1
        assert not await links.opens(tx, token, NOW)
        assert (await lines(tx, ada.group))[0] == ("links_ended", f"member:{ada.id}", olga.id)


async def test_how_far_a_member_has_come_with_a_link(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada, *others = circle.participants
        who = {"group": ada.group, "by": circle.coordinator.id, "role": "coordinator", "now": NOW}

        async def state():
            return (await link_states.of_group(tx, ada.group))[ada.id].state

        assert await state() == "none"
        assert await link_acts.send(tx, keys, ada.id, **who)
        assert await state() == "waiting"
        token = await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)
        assert await state() == "sent"
        await links.redeem(tx, token, None, NOW)
        assert await state() == "opened"
        found = await link_states.of_group(tx, ada.group)
        assert set(found) == {ada.id, *(one.id for one in others)}
        assert all(found[one.id].state == "none" for one in others)
        assert len(await outbox.listing(tx)) == 1
