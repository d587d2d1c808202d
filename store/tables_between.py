"""What lies between two sessions: try-outs of a member, and the summary of a session for all of them."""

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

from store.columns import Utc
from store.tables_base import table

tryout = table(
    "tryout",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("thing", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("device", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("member", "thing", "number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("length(thing) BETWEEN 1 AND 64", name="thing"),
    Index("ix_tryout_member", "member", "seq"),
    counted=True,
)

group_summary = table(
    "group_summary",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("session", Text, ForeignKey("session.id", ondelete="RESTRICT"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("by", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("session", "number"),
    CheckConstraint("state IN ('draft', 'sent')", name="state"),
    CheckConstraint("number >= 1", name="number"),
    counted=True,
)

summary_copy = table(
    "summary_copy",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("summary", Text, ForeignKey("group_summary.id", ondelete="RESTRICT"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    UniqueConstraint("summary", "member"),
    Index("ix_summary_copy_member", "member", "seq"),
    counted=True,
)
