"""Whoever has an open concern and does not come is asked after, by the facilitators alone and once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

import store.concerns
from server.rooms.absent import Absent
from store.tables import session
from tests.server.house import House


async def test_facilitators_are_asked_privately_and_once_to_call(house: House) -> None:
    circle = house.circle
    missing = circle.participants[0]
    leader = await house.seated(circle.facilitator)
    assert leader.state["room"]["state"] == "open"
    other = await house.seated(circle.participants[1])
    async with house.db.write() as tx:
        await store.concerns.ask_for_help(tx, house.keys, missing.id, missing.id, datetime.now(UTC))
    look = Absent(house.registry)
    await look.look()
    assert not [one for one in leader.heard if one.get("code") == "not_come"]
    late = datetime.now(UTC) - timedelta(minutes=16)
    async with house.db.write() as tx:
        await tx.execute(update(session).where(session.c.id == circle.session).values(starts_at=late))
    await look.look()
    await look.look()
    told = await leader.hears("notice", code="not_come")
    assert "Bela" in told["words"]
    assert len([one for one in leader.heard if one.get("code") == "not_come"]) == 1
    assert not [one for one in other.heard if one.get("code") == "not_come"]
