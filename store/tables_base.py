"""What every table is made with: one collection, strict types on SQLite, names for every rule."""

from sqlalchemy import Index, MetaData, Table, text
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: SchemaItem, counted: bool = False) -> Table:
    """A table that SQLite checks types for. In a counted one a number is never given twice, even after the
    newest rows were purged."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_autoincrement=counted)


def some(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over those rows only that meet a condition."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
