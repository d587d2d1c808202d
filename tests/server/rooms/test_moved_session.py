"""A session that is moved while people already stand at its door."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import store.date_rows
import store.dates
import store.groups
from server.media import messages
from server.rooms.state import OVERRUN
from tests.server.house import House


@pytest.mark.parametrize("later", [timedelta(minutes=20), timedelta(days=7)])
async def test_a_session_that_moves_takes_its_waiting_room_along(house: House, later: timedelta) -> None:
    guest = await house.guest(house.circle.participants[0])
    await guest.join()
    async with house.db.write() as tx:
        held = await store.groups.session(tx, house.circle.session)
        assert held is not None
        was = next(one for one in await store.dates.series(tx, held.group) if one.id == held.id)
        moved = replace(
            was,
            local=was.local + later,
            starts_at=was.starts_at + later,
            ends_at=was.ends_at + later,
            sequence=was.sequence + 1,
        )
        await store.date_rows.store_one(tx, was, moved, datetime.now(UTC))
    assert await guest.hears("bye", code="moved")
    assert await guest.ended() == 1012
    assert messages.CloseRoom(room=house.circle.session) in house.engine.commands
    again = await house.registry.room(house.circle.session)
    assert again.room.data.session.ends_at == moved.ends_at
    assert again.room.data.deadline_at == moved.ends_at + OVERRUN
