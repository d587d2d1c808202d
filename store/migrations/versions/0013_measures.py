"""The words of questionnaires that were asked, kept for good; and the prompts about scores that were looked
at."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc
from store.migrations.append_only import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("pin", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("loaded_at", Utc(), nullable=False),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 200000", name=op.f("ck_questionnaire_body")),
        sa.PrimaryKeyConstraint("id", "version", "language", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("pin", name=op.f("uq_questionnaire_pin")),
        sqlite_strict=True,
    )
    protect("questionnaire", "UPDATE", "DELETE")
    op.create_table(
        "score_look",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('early_look', 'deterioration', 'sudden_rise', 'no_data')",
            name=op.f("ck_score_look_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_score_look_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_score_look_by"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("member", "kind", "measure", "about", name=op.f("pk_score_look")),
        sqlite_strict=True,
    )
    protect("score_look", "UPDATE")
