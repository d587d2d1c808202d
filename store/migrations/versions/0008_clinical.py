"""The work with a member, sealed and version by version: nothing of it is ever edited or deleted."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc
from store.migrations.append_only import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "workbook",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('relation', 'note', 'problem', 'ranking', 'area', 'goal', 'worked', 'plan',"
            " 'afterwards', 'readiness')",
            name=op.f("ck_workbook_kind"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_workbook_number")),
        sa.CheckConstraint("length(thing) BETWEEN 1 AND 64", name=op.f("ck_workbook_thing")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_workbook_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_workbook")),
        sa.UniqueConstraint("id", name=op.f("uq_workbook_id")),
        sa.UniqueConstraint(
            "member", "kind", "thing", "number", name=op.f("uq_workbook_member_kind_thing_number")
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_workbook_member", "workbook", ["member", "seq"], unique=False)
    protect("workbook", "UPDATE", "DELETE")
