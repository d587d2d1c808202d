"""Once a day the clock notes where the audit stands."""

from datetime import timedelta

import pytest

from scheduler import checkpoints
from store import audit
from store.checkpoints import Unreadable, read
from tests.services.circle import NOW

DAY = timedelta(days=1)


async def act(database, keys):
    async with database.write() as tx:
        await audit.append(tx, keys, actor="one", role="command", action="acted", object="it", now=NOW)


async def test_a_checkpoint_a_day_while_the_audit_grows(database, keys, tmp_path):
    notes = tmp_path / "notes"
    await checkpoints.tick(database, notes, NOW)
    assert read(notes) == []
    await act(database, keys)
    await checkpoints.tick(database, notes, NOW)
    await act(database, keys)
    await checkpoints.tick(database, notes, NOW + DAY / 2)
    assert [one.seq for one in read(notes)] == [1]
    await checkpoints.tick(database, notes, NOW + DAY)
    await checkpoints.tick(database, notes, NOW + 3 * DAY)
    assert [one.seq for one in read(notes)] == [1, 2]
    async with database.read() as tx:
        assert await audit.verify(tx, keys, read(notes)) is None


async def test_a_damaged_file_is_not_written_to(database, keys, tmp_path):
    notes = tmp_path / "notes"
    notes.write_text("nonsense\n")
    await act(database, keys)
    with pytest.raises(Unreadable):
        await checkpoints.tick(database, notes, NOW)
    assert notes.read_text() == "nonsense\n"
