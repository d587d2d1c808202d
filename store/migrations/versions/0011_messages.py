"""Messages go by more than one channel, urgent ones first; a returned message is found by its Message-ID."""

import sqlalchemy as sa
from alembic import op

from store.columns import Flag, Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
CHANNEL = (
    "ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail' "
    "CONSTRAINT ck_outbox_channel CHECK (channel IN ('mail', 'text'))"
)


def upgrade() -> None:
    """Applies the change."""
    postgres = op.get_bind().dialect.name == "postgresql"
    # Written out: a rule of a new column needs no rebuilding of a table that may be long.
    op.execute(CHANNEL)
    kind, no = ("BOOLEAN", "false") if postgres else ("INTEGER", "0")
    op.execute(f"ALTER TABLE outbox ADD COLUMN urgent {kind} NOT NULL DEFAULT {no}")
    op.drop_index("ix_outbox_pending", table_name="outbox")
    for name, columns in (
        ("ix_outbox_pending", ["urgent", "due_at"]),
        ("ix_outbox_expires", ["expires_at"]),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.add_column("person", sa.Column("texts", Flag(), nullable=True))
    op.add_column("person", sa.Column("number_refused_at", Utc(), nullable=True))
