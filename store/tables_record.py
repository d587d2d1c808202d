"""Tables of what happened: notices, decisions, the ledger, questions, tasks, outcomes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from store.columns import Fields, Utc
from store.tables_base import some, table


def session_and_member(ondelete: str) -> tuple[SchemaItem, SchemaItem]:
    """The columns of a row about one member in one session."""
    return (
        Column("session", Text, ForeignKey("session.id", ondelete=ondelete), nullable=False),
        Column("member", Text, ForeignKey("member.id", ondelete=ondelete), nullable=False),
    )


absence_notice = table(
    "absence_notice",
    Column("id", Text, primary_key=True),
    *session_and_member("CASCADE"),
    Column("category", Text, nullable=False),
    Column("text_sealed", LargeBinary),
    Column("by", Text, nullable=False),
    Column("given_at", Utc, nullable=False),
    Column("withdrawn_at", Utc),
    CheckConstraint("length(category) > 0", name="category"),
    CheckConstraint("withdrawn_at IS NULL OR given_at <= withdrawn_at", name="span"),
    Index("ix_absence_notice_session", "session", "member"),
    Index("ix_absence_notice_member", "member"),
    some("uq_absence_notice_active", "session", "member", where="withdrawn_at IS NULL", unique=True),
)

decision = table(
    "decision",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    *session_and_member("RESTRICT"),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note_sealed", LargeBinary),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("replaces", Text),
    Column("proposal", Text),
    Column("evidence", Text),
    Column("key", Text, nullable=False),
    UniqueConstraint("session", "member", "key"),
    CheckConstraint("length(status) > 0 AND length(reason) > 0 AND length(key) > 0", name="said"),
    CheckConstraint("role IN ('facilitator', 'coordinator')", name="role"),
    Index("ix_decision_session", "session", "member", "seq"),
    Index("ix_decision_member", "member"),
    counted=True,
)

ledger_entry = table(
    "ledger_entry",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    *session_and_member("RESTRICT"),
    Column("decision", Text, ForeignKey("decision.id", ondelete="RESTRICT")),
    Column("amount", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reverses", Text, ForeignKey("ledger_entry.id", ondelete="RESTRICT"), unique=True),
    Column("at", Utc, nullable=False),
    CheckConstraint("amount BETWEEN -1 AND 1 AND amount <> 0", name="amount"),
    CheckConstraint("kind IN ('miss', 'reversal')", name="kind"),
    CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal"),
    CheckConstraint("reverses IS NULL OR reverses <> id", name="reverses"),
    Index("ix_ledger_entry_member", "member", "seq"),
    Index("ix_ledger_entry_session", "session"),
    Index("ix_ledger_entry_decision", "decision"),
    counted=True,
)

by_hand = table(
    "by_hand",
    Column("id", Text, primary_key=True),
    *session_and_member("CASCADE"),
    Column("kind", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("joined_with", Text, ForeignKey("member.id", ondelete="SET NULL")),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("withdrawn_at", Utc),
    CheckConstraint("kind IN ('phone', 'joint')", name="kind"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("joined_with IS NULL OR kind = 'joint'", name="joined_with"),
    CheckConstraint("joined_with IS NULL OR joined_with <> member", name="oneself"),
    Index("ix_by_hand_session", "session", "member"),
)

question = table(
    "question",
    Column("id", Text, primary_key=True),
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE")),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("answer_sealed", LargeBinary),
    Column("answered_by", Text),
    Column("answered_at", Utc),
    CheckConstraint("state IN ('open', 'answered')", name="state"),
    CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by"),
    Index("ix_question_member", "member"),
    some("ix_question_open", "member", where="state = 'open'"),
)

task = table(
    "task",
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="CASCADE"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE")),
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("owner_role", Text, nullable=False),
    Column("reasons", Fields, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("finished_at", Utc),
    Column("finished_by", Text),
    Column("outcome", Text),
    CheckConstraint("state IN ('open', 'done', 'withdrawn')", name="state"),
    CheckConstraint("owner_role IN ('facilitator', 'coordinator', 'clinician', 'admin')", name="owner_role"),
    CheckConstraint("(state = 'open') = (finished_at IS NULL)", name="finished"),
    some("ix_task_open", "group", "due_at", where="state = 'open'"),
)

outcome = table(
    "outcome",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("note_sealed", LargeBinary),
    Column("by", Text, ForeignKey("staff.id", ondelete="RESTRICT"), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("member", "number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("length(code) > 0", name="code"),
)

reopening = table(
    "reopening",
    Column("id", Text, primary_key=True),
    Column("session", Text, ForeignKey("session.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    CheckConstraint("at < until", name="span"),
)
