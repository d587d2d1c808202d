"""${message}."""

from alembic import op
import sqlalchemy as sa

from store.columns import Big, Fields, Flag, Utc

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    ${upgrades if upgrades else "pass"}
