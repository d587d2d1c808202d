"""What members answered: one row for each answer as it was given, sealed. The newest of a question counts."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text

from store.columns import Utc
from store.tables_base import table

answer = table(
    "answer",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("checkin", Text, ForeignKey("checkin.id", ondelete="RESTRICT"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("question", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("value_sealed", LargeBinary, nullable=False),
    Column("device", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("length(question) > 0 AND length(form) > 0 AND length(device) > 0", name="said"),
    CheckConstraint("mode IN ('self', 'phone', 'meeting')", name="mode"),
    # Who fills it in for somebody else says how they spoke; nobody speaks with themselves.
    CheckConstraint("(mode = 'self') = (member = by)", name="by"),
    Index("ix_answer_checkin", "checkin", "question", "seq"),
    Index("ix_answer_member", "member", "question", "seq"),
    counted=True,
)
