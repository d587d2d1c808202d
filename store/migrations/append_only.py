"""Triggers for tables that are written once: the database itself refuses to edit them."""

from alembic import op

FUNCTION = """
CREATE OR REPLACE FUNCTION ipt_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$
"""


def protect(table: str, *events: str) -> None:
    """Refuses UPDATE, DELETE or both on every row of the table."""
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(FUNCTION)
    for event in events:
        name = f"{table}_refuses_{event.lower()}"
        act = (
            "FOR EACH ROW EXECUTE FUNCTION ipt_append_only()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} {act}")
