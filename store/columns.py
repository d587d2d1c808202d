"""Column types that mean the same on SQLite (STRICT tables) and PostgreSQL."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

Big = BigInteger().with_variant(Integer(), "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware instant, kept and returned in UTC. A naive time raises ValueError: nobody can say which
    hour it means."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMPTZ on PostgreSQL, sortable ISO text on SQLite."""
        kind: TypeEngine[Any] = DateTime(timezone=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """The value in UTC, as the dialect takes it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        instant = value.astimezone(UTC)
        # Fixed width, so that text order is time order.
        return instant if dialect.name == "postgresql" else instant.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The stored instant, aware, in UTC."""
        if value is None:
            return None
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


class Flag(TypeDecorator[bool]):
    """True or false; 0 and 1 on SQLite, whose strict tables know no booleans."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BOOLEAN on PostgreSQL, INTEGER on SQLite."""
        kind: TypeEngine[Any] = Boolean() if dialect.name == "postgresql" else Integer()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | int | None:
        """The value as the dialect takes it."""
        if value is None or dialect.name == "postgresql":
            return value
        return int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """The stored truth."""
        return None if value is None else bool(value)


class Fields(TypeDecorator[Mapping[str, Any]]):
    """A small JSON object: ids and numbers for one reader, never anything that is searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        """Canonical JSON: sorted names, no spaces."""
        return None if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """The stored object."""
        return None if value is None else dict(json.loads(value))
