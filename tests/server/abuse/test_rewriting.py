"""Abuse cases 14 to 17: changing the record afterwards, by page or by hand; a stolen backup; two servers."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

import store.audit
import store.backup
import store.decisions
import store.groups
import store.roles
from care.decision import Change, Reason
from care.verdict import Status
from store import backup_box
from store.sealing import Keys
from store.settings import StoreSettings
from store.tables import group, member
from tests.server.house import House
from tests.services import evenings

HOUSE = Path(__file__).parents[3]


async def confirmed(house: House) -> str:
    """A session that is over and confirmed, in a group that has ended since."""
    circle, now = house.circle, datetime.now(UTC)
    async with house.db.write() as tx:
        await tx.execute(update(member).values(joined_at=now - timedelta(days=1)))
        session = await evenings.later(tx, circle, 2, now - timedelta(hours=3))
        await evenings.over(tx, session, {one.id: (0.0, 90.0) for one in circle.participants})
        await store.decisions.confirm_all(
            tx, house.keys, session, {}, circle.facilitator.id, "facilitator", now, "form-1"
        )
        await tx.execute(update(group).values(state="ended", ended_at=now))
    return session


async def test_14_after_the_end_a_change_needs_a_reopening_and_a_reason_and_both_values_stay(
    house: House,
) -> None:
    session, circle, now = await confirmed(house), house.circle, datetime.now(UTC)
    ada, bela = await house.guest(circle.facilitator), circle.participants[0]
    form = {f"choice-{bela.id}": "no_show:facilitator_saw", "csrf": await ada.csrf()}
    where = f"{house.origin}/s/{ada.place}/attendance/{session}"
    async with ada.http.post(where, data=form, headers={"Origin": house.origin}) as reply:
        assert reply.status == 422, "the group has ended"
    async with house.db.write() as tx:
        office = circle.coordinator.id
        await store.decisions.reopen(tx, house.keys, session, office, "coordinator", "wrong_record", now)
        silent = {bela.id: Change(status=Status.NO_SHOW, reason=Reason.AS_PROPOSED)}
        with pytest.raises(store.decisions.Refused):
            await store.decisions.confirm_all(
                tx, house.keys, session, silent, ada.member.id, "facilitator", now, "form-2"
            )
        await store.decisions.decide(
            tx,
            house.keys,
            session,
            bela.id,
            "no_show",
            "wrong_record",
            "It was her sister.",
            ada.member.id,
            "facilitator",
            now,
            "form-3",
        )
        kept = (await store.decisions.of_session(tx, session))[bela.id]
        told = [entry.action for entry in await store.audit.of_group(tx, circle.group)]
    assert [one.status for one in kept] == [Status.ATTENDED, Status.NO_SHOW]
    assert kept[1].replaces is Status.ATTENDED
    assert any("reopen" in action for action in told)


async def test_15_a_hand_in_the_database_is_named_by_its_first_row(
    house: House, sqlite_settings: StoreSettings
) -> None:
    await confirmed(house)
    async with house.db.read() as tx:
        assert await store.audit.verify(tx, house.keys) is None
    file = sqlite3.connect(next(sqlite_settings.data_dir.glob("*.db")))
    with file:
        for name in [
            row[0]
            for row in file.execute(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
            )
        ]:
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE audit SET action = 'nothing_happened' WHERE seq = 2")
    file.close()
    async with house.db.read() as tx:
        broken = await store.audit.verify(tx, house.keys)
    assert broken is not None
    assert (broken.seq, broken.why) == (2, "altered")


async def test_15_the_database_itself_refuses_to_rewrite_the_audit(
    house: House, sqlite_settings: StoreSettings
) -> None:
    await confirmed(house)
    file = sqlite3.connect(next(sqlite_settings.data_dir.glob("*.db")))
    for words in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError), file:
            file.execute(words)
    file.close()


async def test_16_a_stolen_backup_is_noise_without_the_key(
    house: House, sqlite_settings: StoreSettings, tmp_path: Path
) -> None:
    await confirmed(house)
    recipient = backup_box.create_key(tmp_path / "private")
    target = tmp_path / "stolen"
    await store.backup.make(sqlite_settings, house.keys, target, recipient, datetime.now(UTC))
    raw = target.read_bytes()
    for telling in (b"SQLite format", b"Findable", b"findable.example", b"Tuesday group", b"audit"):
        assert telling not in raw, telling
    # Even whoever opens it finds names only as sealed bytes: the master key is not in it.
    assert Keys.load(sqlite_settings).current.encode() not in raw


def test_17_a_second_server_on_one_folder_is_refused_with_words(tmp_path: Path) -> None:
    settings = StoreSettings(data_dir=tmp_path, database_url=None)
    program = (
        "import sys; from pathlib import Path; import store.roles; from store.settings import StoreSettings\n"
        "with store.roles.hold(StoreSettings(data_dir=Path(sys.argv[1]), database_url=None), sys.argv[2]):\n"
        "    print('held')"
    )
    with store.roles.hold(settings, "server"):
        for role, refused in (("server", True), ("scheduler", False)):
            ran = subprocess.run(
                [sys.executable, "-c", program, str(tmp_path), role],
                cwd=HOUSE,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ("already running" in ran.stderr) is refused, ran.stderr
            assert ("held" in ran.stdout) is not refused
