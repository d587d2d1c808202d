"""Answers, each as it was given."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc
from store.migrations.append_only import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "answer",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("checkin", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "length(question) > 0 AND length(form) > 0 AND length(device) > 0", name=op.f("ck_answer_said")
        ),
        sa.CheckConstraint("mode IN ('self', 'phone', 'meeting')", name=op.f("ck_answer_mode")),
        sa.CheckConstraint("(mode = 'self') = (member = by)", name=op.f("ck_answer_by")),
        sa.ForeignKeyConstraint(
            ["checkin"], ["checkin.id"], name=op.f("fk_answer_checkin"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_answer_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_answer")),
        sa.UniqueConstraint("id", name=op.f("uq_answer_id")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_answer_checkin", "answer", ["checkin", "question", "seq"])
    op.create_index("ix_answer_member", "answer", ["member", "question", "seq"])
    protect("answer", "UPDATE", "DELETE")
