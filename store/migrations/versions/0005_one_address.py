"""An address signs one person of the staff in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Where two open accounts have one address, the older one keeps it: the other needs a new address to come in.
KNOWN = """
UPDATE staff SET address_index = (SELECT contact_index FROM person WHERE person.id = staff.person)
WHERE NOT EXISTS (
    SELECT 1 FROM staff AS other
    JOIN person AS theirs ON theirs.id = other.person
    JOIN person AS own ON own.contact_index = theirs.contact_index
    WHERE own.id = staff.person AND other.disabled_at IS NULL AND staff.disabled_at IS NULL
    AND (other.created_at < staff.created_at OR (other.created_at = staff.created_at AND other.id < staff.id))
)
"""


def upgrade() -> None:
    """Applies the change."""
    op.add_column("staff", sa.Column("address_index", sa.LargeBinary(), nullable=True))
    op.execute(KNOWN)
    open_ones = sa.text("disabled_at IS NULL")
    op.create_index(
        "uq_staff_address_index",
        "staff",
        ["address_index"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
