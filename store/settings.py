"""Where state lives: the data directory, the database, Redis and the master key."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

SECRETS = frozenset({"database_url", "redis_url"})


class SecretFiles(EnvSettingsSource):
    """Reads `IPT_<NAME>_FILE`: the value is the content of that file, so that no secret stands in the
    environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The stripped content of the named file, or None when the variable is not set."""
        path = self.env_vars.get(f"{self.env_prefix}{field_name}_file".lower())
        if path is None or field_name not in SECRETS:
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False


class StoreSettings(BaseSettings):
    """Settings of the store, from arguments, then `IPT_*`, then `IPT_*_FILE`."""

    model_config = SettingsConfigDict(env_prefix="IPT_", extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    database_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    key_file: Path | None = None
    questionnaires_dir: Path | None = None
    "Folder of the service's own questionnaires and of official translations, one JSON file each."
    measure_packs: Annotated[tuple[str, ...], NoDecode] = ()
    "Measures under a licence of their own that are switched on, comma separated."

    keep_years: int | None = Field(default=None, ge=1, le=100)
    "How long check-ins and decisions are kept after a group ended: for the clinic to say."

    @field_validator("measure_packs", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value
        )

    @field_validator("database_url")
    @classmethod
    def _async_driver(cls, url: str | None) -> str | None:
        if url is None:
            return None
        for plain, driver in DRIVERS.items():
            if url.startswith(plain):
                return driver + url[len(plain) :]
        if not url.startswith(tuple(DRIVERS.values())):
            raise ValueError("IPT_DATABASE_URL must begin with sqlite:// or postgresql://")
        return url

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database; by default one file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'rooms.db'}"

    @property
    def sqlite(self) -> bool:
        """True when the database is a SQLite file, which one server and one scheduler may share."""
        return self.url.startswith("sqlite")

    @property
    def master_key(self) -> Path:
        """The file that holds the master key."""
        return self.key_file or self.data_dir / "master.key"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over secret files."""
        return init_settings, env_settings, SecretFiles(settings_cls)


DRIVERS = {
    "sqlite://": "sqlite+aiosqlite://",
    "postgresql://": "postgresql+asyncpg://",
    "postgres://": "postgresql+asyncpg://",
}
