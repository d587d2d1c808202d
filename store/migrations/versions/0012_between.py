"""Try-outs and summaries, sealed and version by version: nothing of them is ever edited or deleted."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc
from store.migrations.append_only import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    _tryouts()
    _summaries()
    for each in ("tryout", "group_summary", "summary_copy"):
        protect(each, "UPDATE", "DELETE")


def _tryouts() -> None:
    op.create_table(
        "tryout",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_tryout_number")),
        sa.CheckConstraint("length(thing) BETWEEN 1 AND 64", name=op.f("ck_tryout_thing")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_tryout_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_tryout")),
        sa.UniqueConstraint("id", name=op.f("uq_tryout_id")),
        sa.UniqueConstraint("member", "thing", "number", name=op.f("uq_tryout_member_thing_number")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_tryout_member", "tryout", ["member", "seq"], unique=False)


def _summaries() -> None:
    op.create_table(
        "group_summary",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'sent')", name=op.f("ck_group_summary_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_group_summary_number")),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_group_summary_session"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_group_summary_by"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_group_summary")),
        sa.UniqueConstraint("id", name=op.f("uq_group_summary_id")),
        sa.UniqueConstraint("session", "number", name=op.f("uq_group_summary_session_number")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "summary_copy",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["summary"], ["group_summary.id"], name=op.f("fk_summary_copy_summary"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_summary_copy_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_summary_copy")),
        sa.UniqueConstraint("summary", "member", name=op.f("uq_summary_copy_summary_member")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_summary_copy_member", "summary_copy", ["member", "seq"], unique=False)
