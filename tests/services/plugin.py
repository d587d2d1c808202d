"""Real services as fixtures. `postgres_url` and `redis_url` are empty of anybody else's data; `database`
comes twice, on SQLite and on PostgreSQL; `store_settings` names the one it is. What is not installed is
skipped with its reason."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from store import schema
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.services import postgres
from tests.services.redis_server import RedisServer


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Postgres]:
    """The cluster all tests of this run share."""
    found = postgres.binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/postgres)")
    cluster = postgres.Postgres(found)
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Postgres) -> Iterator[str]:
    """A migrated database for one test."""
    name = postgres_cluster.make()
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
def empty_postgres_url(postgres_cluster: postgres.Postgres) -> Iterator[str]:
    """A database without a schema for one test."""
    name = postgres_cluster.make(empty=True)
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The Redis all tests of this run share; do not stop it."""
    yield from running_redis()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of the test's own, to stop and start again."""
    yield from running_redis()


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """An empty Redis database for one test."""
    return shared_redis.empty_url()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    settings = StoreSettings(data_dir=tmp_path_factory.mktemp("template"))
    postgres.in_thread(schema.migrate(settings))
    return settings.data_dir / "rooms.db"


@pytest.fixture
def sqlite_settings(tmp_path: Path, sqlite_template: Path) -> StoreSettings:
    """Settings of a migrated SQLite database in a directory of the test's own."""
    settings = StoreSettings(data_dir=tmp_path / "var")
    settings.data_dir.mkdir(mode=0o700)
    shutil.copy(sqlite_template, settings.data_dir / "rooms.db")
    (settings.data_dir / "rooms.db").chmod(0o600)
    return settings


@pytest.fixture
def postgres_settings(tmp_path: Path, postgres_url: str) -> StoreSettings:
    """Settings of a migrated PostgreSQL database of the test's own."""
    (tmp_path / "var").mkdir(mode=0o700)
    return StoreSettings(data_dir=tmp_path / "var", database_url=postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def store_settings(request: pytest.FixtureRequest) -> StoreSettings:
    """The settings of both databases, one after the other."""
    settings = request.getfixturevalue(f"{request.param}_settings")
    assert isinstance(settings, StoreSettings)
    return settings


@pytest_asyncio.fixture
async def database(store_settings: StoreSettings) -> AsyncIterator[Database]:
    """Both databases, one after the other, open and migrated."""
    opened = await Database.open(store_settings)
    yield opened
    await opened.close()


@pytest.fixture
def keys(store_settings: StoreSettings) -> Keys:
    """The keys of the same settings."""
    return Keys.load(store_settings)


def running_redis() -> Iterator[RedisServer]:
    """A Redis while it is needed."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed (no redis-server on the path)")
    server = RedisServer()
    yield server
    server.close()
