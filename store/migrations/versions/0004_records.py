"""Notices, decisions, the ledger, questions, tasks, outcomes."""

import sqlalchemy as sa
from alembic import op

from store.columns import Fields, Utc
from store.migrations.append_only import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "outcome",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("length(code) > 0", name=op.f("ck_outcome_code")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_outcome_number")),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_outcome_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_outcome_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("member", "number", name=op.f("uq_outcome_member_number")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "absence_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("given_at", Utc(), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.CheckConstraint("length(category) > 0", name=op.f("ck_absence_notice_category")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR given_at <= withdrawn_at", name=op.f("ck_absence_notice_span")
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_absence_notice_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_absence_notice_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_notice")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_absence_notice_member", "absence_notice", ["member"], unique=False)
    op.create_index("ix_absence_notice_session", "absence_notice", ["session", "member"], unique=False)
    op.create_index(
        "uq_absence_notice_active",
        "absence_notice",
        ["session", "member"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )

    op.create_table(
        "by_hand",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("joined_with", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.CheckConstraint("joined_with IS NULL OR kind = 'joint'", name=op.f("ck_by_hand_joined_with")),
        sa.CheckConstraint("kind IN ('phone', 'joint')", name=op.f("ck_by_hand_kind")),
        sa.CheckConstraint("joined_with IS NULL OR joined_with <> member", name=op.f("ck_by_hand_oneself")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_by_hand_span")),
        sa.ForeignKeyConstraint(
            ["joined_with"], ["member.id"], name=op.f("fk_by_hand_joined_with"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_by_hand_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_by_hand_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_by_hand")),
        sa.UniqueConstraint("key", name=op.f("uq_by_hand_key")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_by_hand_session", "by_hand", ["session", "member"], unique=False)

    op.create_table(
        "decision",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('facilitator', 'coordinator')", name=op.f("ck_decision_role")),
        sa.CheckConstraint(
            "length(status) > 0 AND length(reason) > 0 AND length(key) > 0", name=op.f("ck_decision_said")
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_decision_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_decision_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decision")),
        sa.UniqueConstraint("id", name=op.f("uq_decision_id")),
        sa.UniqueConstraint("session", "member", "key", name=op.f("uq_decision_session_member_key")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_decision_member", "decision", ["member"], unique=False)
    op.create_index("ix_decision_session", "decision", ["session", "member", "seq"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_question_answered")),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_question_state")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_question_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_question_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_question_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("key", name=op.f("uq_question_key")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_question_member", "question", ["member"], unique=False)
    op.create_index(
        "ix_question_open",
        "question",
        ["member"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "reopening",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.CheckConstraint("at < until", name=op.f("ck_reopening_span")),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_reopening_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_reopening_session"), "reopening", ["session"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("reasons", Fields(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("finished_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (finished_at IS NULL)", name=op.f("ck_task_finished")),
        sa.CheckConstraint(
            "owner_role IN ('facilitator', 'coordinator', 'clinician', 'admin')",
            name=op.f("ck_task_owner_role"),
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'withdrawn')", name=op.f("ck_task_state")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_task_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_task_member"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_task_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(
        "ix_task_open",
        "task",
        ["group", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_ledger_entry_reversal")
        ),
        sa.CheckConstraint("kind IN ('miss', 'reversal')", name=op.f("ck_ledger_entry_kind")),
        sa.CheckConstraint("amount BETWEEN -1 AND 1 AND amount <> 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("reverses IS NULL OR reverses <> id", name=op.f("ck_ledger_entry_reverses")),
        sa.ForeignKeyConstraint(
            ["decision"], ["decision.id"], name=op.f("fk_ledger_entry_decision"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_ledger_entry_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_ledger_entry_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_ledger_entry_id")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entry_reverses")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_entry_decision", "ledger_entry", ["decision"], unique=False)
    op.create_index("ix_ledger_entry_member", "ledger_entry", ["member", "seq"], unique=False)
    op.create_index("ix_ledger_entry_session", "ledger_entry", ["session"], unique=False)

    protect("decision", "UPDATE", "DELETE")
    protect("ledger_entry", "UPDATE", "DELETE")
    protect("outcome", "UPDATE", "DELETE")
    protect("reopening", "UPDATE", "DELETE")
