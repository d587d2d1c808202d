"""A database of the first release becomes one of this release, with everything that was in it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from care import zones
from store import checkins, dates, groups, schema
from store.database import Database, postgres_engine, prepare, sqlite_engine
from store.settings import StoreSettings

FIRST = datetime(2026, 3, 24, 17, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def old(request, tmp_path):
    """Settings of an empty place for a database of the first release."""
    if request.param == "sqlite":
        return StoreSettings(data_dir=tmp_path / "var")
    return StoreSettings(data_dir=tmp_path, database_url=request.getfixturevalue("empty_postgres_url"))


def first_release(connection):
    config = schema.configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


async def fill(settings, lengths, sessions=12):
    """A group of the first release with one session of each length in minutes, a week apart."""
    if settings.sqlite:
        prepare(settings.data_dir)
    engine = sqlite_engine(settings.url, write=True) if settings.sqlite else postgres_engine(settings.url)

    def when(instant):
        return instant.isoformat(timespec="microseconds") if settings.sqlite else instant

    async with engine.begin() as tx:
        await tx.run_sync(first_release)
        await tx.execute(
            text(
                "INSERT INTO therapy_group (id, title, zone, sessions, created_at)"
                " VALUES ('g', 'Tuesday', 'Europe/Berlin', :n, :at)"
            ),
            {"n": sessions, "at": when(FIRST)},
        )
        for number, minutes in enumerate(lengths):
            starts_at = FIRST + timedelta(days=7 * number)
            await tx.execute(
                text(
                    'INSERT INTO session (id, "group", ordinal, starts_at, ends_at, zone, state, sequence)'
                    " VALUES (:id, 'g', :n, :starts, :ends, 'Europe/Berlin', 'planned', 0)"
                ),
                {
                    "id": f"s{number + 1}",
                    "n": number + 1,
                    "starts": when(starts_at),
                    "ends": when(starts_at + timedelta(minutes=minutes)),
                },
            )
            await tx.execute(
                text("INSERT INTO room (session, state, locked) VALUES (:id, 'ended', :no)"),
                {
                    "id": f"s{number + 1}",
                    "no": 0 if settings.sqlite else False,
                },
            )
    await engine.dispose()


async def upgraded(settings):
    await schema.migrate(settings)
    database = await Database.open(settings)
    try:
        await schema.check(database)
        async with database.read() as tx:
            rooms = (await tx.execute(text("SELECT session FROM room ORDER BY session"))).scalars().all()
            return await groups.find_group(tx, "g"), await dates.series(tx, "g"), rooms
    finally:
        await database.close()


async def test_sessions_get_their_name_local_time_and_zone_data(old):
    await fill(old, [90, 90])
    group, held, rooms = await upgraded(old)
    assert (group.state, group.minutes, group.revision, group.count) == ("active", 90, 0, 12)
    # Summer time begins between the two.
    assert [one.local for one in held] == [datetime(2026, 3, 24, 18, 0), datetime(2026, 3, 31, 19, 0)]
    assert [(one.id, one.ordinal, one.uid) for one in held] == [("s1", 1, "s1"), ("s2", 2, "s2")]
    assert {one.tzdata for one in held} == {zones.version()}
    assert [one.starts_at for one in held] == [FIRST, FIRST + timedelta(days=7)]
    assert rooms == ["s1", "s2"]


@pytest.mark.parametrize(
    ("lengths", "sessions", "state", "minutes"),
    [([30, 30, 90], 12, "active", 60), ([300], 12, "active", 120), ([], 2, "draft", 90)],
)
async def test_a_group_outside_this_programme_is_kept_within_its_numbers(
    old, lengths, sessions, state, minutes
):
    await fill(old, lengths, sessions)
    group, held, _ = await upgraded(old)
    assert (group.state, group.minutes, len(held)) == (state, minutes, len(lengths))


async def test_the_server_refuses_the_first_release_with_the_command_to_run(old):
    await fill(old, [90])
    database = await Database.open(old)
    try:
        with pytest.raises(schema.SchemaRefused, match=r"older schema 0001.*ipt-rooms migrate"):
            await schema.check(database)
    finally:
        await database.close()


async def test_the_first_releases_file_is_kept_beside_the_new_one(tmp_path):
    settings = StoreSettings(data_dir=tmp_path / "var")
    await fill(settings, [90])
    await schema.migrate(settings)
    copy = settings.data_dir / f"rooms.db.before-{schema.head()}"
    with closing(sqlite3.connect(copy)) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


async def test_of_two_accounts_with_one_address_the_older_keeps_it(old):
    if old.sqlite:
        prepare(old.data_dir)
    engine = sqlite_engine(old.url, write=True) if old.sqlite else postgres_engine(old.url)

    def before_this(connection):
        config = schema.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")

    async with engine.begin() as tx:
        await tx.run_sync(before_this)
        for name, day, address in (("a", 1, b"one"), ("b", 0, b"one"), ("c", 2, b"two")):
            at = FIRST + timedelta(days=day)
            given = {
                "id": name,
                "address": address,
                "at": at.isoformat(timespec="microseconds") if old.sqlite else at,
                "no": 0 if old.sqlite else False,
            }
            for statement in (
                "INSERT INTO person (id, zone, locale, created_at, refused, contact_index)"
                " VALUES (:id, 'Europe/Berlin', 'en', :at, '', :address)",
                "INSERT INTO staff (id, desk, person, admin, clinician, failures, created_at)"
                " VALUES (:id, :id, :id, :no, :no, 0, :at)",
            ):
                await tx.execute(text(statement), given)
    await engine.dispose()
    await schema.migrate(old)
    database = await Database.open(old)
    try:
        async with database.read() as tx:
            rows = (await tx.execute(text("SELECT id, address_index FROM staff ORDER BY id"))).all()
    finally:
        await database.close()
    assert [tuple(row) for row in rows] == [("a", None), ("b", b"one"), ("c", b"two")]


def before_waves(connection):
    config = schema.configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "0005")


async def test_check_ins_become_rounds_and_nobody_is_invited_again(old):
    await fill(old, [90, 90])
    engine = (
        sqlite_engine(old.url, write=True, foreign_keys=False) if old.sqlite else postgres_engine(old.url)
    )
    shift = [FIRST + timedelta(days=number) for number in range(4)]
    times = [one.isoformat(timespec="microseconds") if old.sqlite else one for one in shift]
    rows = [
        ("c1", "s1", "mid", "withdrawn", None),
        ("c2", "s2", "mid", "done", times[1]),
        ("c3", "s1", "pre", "invited", None),
        ("c4", "s2", "post", "planned", None),
    ]
    async with engine.begin() as tx:
        await tx.run_sync(before_waves)
        await tx.execute(
            text(
                "INSERT INTO person (id, zone, locale, created_at, refused)"
                " VALUES ('p', 'UTC', 'en', :at, '')"
            ),
            {"at": times[0]},
        )
        await tx.execute(
            text(
                'INSERT INTO member (id, place, "group", person, role, seat, joined_at)'
                " VALUES ('m', 'x', 'g', 'p', 'participant', 1, :at)"
            ),
            {"at": times[0]},
        )
        for key, session, wave, state, done in rows:
            await tx.execute(
                text(
                    "INSERT INTO checkin (id, member, session, wave, opens_at, closes_at, state, done_at)"
                    " VALUES (:id, 'm', :session, :wave, :opens, :closes, :state, :done)"
                ),
                {"id": key, "session": session, "wave": wave, "opens": times[0], "closes": times[2],
                 "state": state, "done": done},
            )  # fmt: skip
        await tx.execute(
            text(
                "INSERT INTO outbox (id, key, kind, person, payload, created_at, due_at, expires_at, state,"
                " attempts, repeats, result) VALUES ('o', 'checkin_invitation|m|s1|pre|0',"
                " 'checkin_invitation', 'p', '{}', :at, :at, :end, 'sent', 1, 0, '250')"
            ),
            {"at": times[0], "end": times[2]},
        )
    await engine.dispose()
    await schema.migrate(old)
    database = await Database.open(old)
    try:
        async with database.read() as tx:
            found = {one.id: (one.wave, one.number, one.state) for one in await checkins.of_member(tx, "m")}
            key = (await tx.execute(text("SELECT key FROM outbox"))).scalar_one()
    finally:
        await database.close()
    assert found == {
        "c2": ("mid", 1, "submitted"),
        "c3": ("pre", 1, "invited"),
        "c4": ("post", 1, "planned"),
    }
    assert key == "checkin_invitation|m|pre|1|0"
