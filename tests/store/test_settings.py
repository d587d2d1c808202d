"""Settings of the store: arguments, environment, secret files."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from store.settings import StoreSettings


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    import os

    for name in list(os.environ):
        if name.startswith("IPT_"):
            monkeypatch.delenv(name)


def test_by_default_everything_stays_in_one_directory():
    settings = StoreSettings()
    assert settings.url == "sqlite+aiosqlite:///var/rooms.db"
    assert settings.master_key == Path("var/master.key")
    assert settings.redis_url is None
    assert settings.sqlite


def test_the_environment_is_read_by_name(monkeypatch):
    monkeypatch.setenv("IPT_DATA_DIR", "/srv/rooms")
    monkeypatch.setenv("IPT_KEY_FILE", "/run/keys/master")
    settings = StoreSettings()
    assert settings.data_dir == Path("/srv/rooms")
    assert settings.master_key == Path("/run/keys/master")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_postgres_address_gets_the_async_driver(scheme):
    settings = StoreSettings(database_url=f"{scheme}://u:p@host/rooms")
    assert settings.url == "postgresql+asyncpg://u:p@host/rooms"
    assert not settings.sqlite


def test_an_address_of_another_database_is_refused_by_name():
    with pytest.raises(ValidationError, match="IPT_DATABASE_URL"):
        StoreSettings(database_url="mysql://host/rooms")


def test_a_secret_can_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgresql://u:from-file@host/rooms\n")
    monkeypatch.setenv("IPT_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert StoreSettings().url == "postgresql+asyncpg://u:from-file@host/rooms"


def test_the_variable_itself_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("redis://from-file\n")
    monkeypatch.setenv("IPT_REDIS_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("IPT_REDIS_URL", "redis://from-variable")
    assert StoreSettings().redis_url == "redis://from-variable"


def test_passwords_do_not_show(tmp_path):
    settings = StoreSettings(
        database_url="postgresql://u:geheim@host/rooms", redis_url="redis://:geheim@host"
    )
    assert "geheim" not in repr(settings)
