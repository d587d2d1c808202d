"""One row for each member's round of a wave: when, in which state, under which form. No answers."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Text, UniqueConstraint

from store.columns import Utc
from store.tables_base import some, table

checkin = table(
    "checkin",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("wave", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("session", Text, ForeignKey("session.id", ondelete="SET NULL")),
    Column("opens_at", Utc, nullable=False),
    Column("target_at", Utc, nullable=False),
    Column("closes_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("form", Text),
    Column("opened_at", Utc),
    Column("done_at", Utc),
    Column("waived_code", Text),
    UniqueConstraint("member", "wave", "number"),
    CheckConstraint(
        "state IN ('planned', 'due', 'invited', 'opened', 'submitted', 'expired', 'waived', 'superseded')",
        name="state",
    ),
    CheckConstraint("wave IN ('pre', 'mid', 'post', 'weekly', 'followup')", name="wave"),
    CheckConstraint("number BETWEEN 1 AND 52", name="number"),
    CheckConstraint("opens_at < closes_at", name="span"),
    CheckConstraint("opens_at <= target_at AND target_at <= closes_at", name="target"),
    CheckConstraint("form IS NULL OR opened_at IS NOT NULL", name="form"),
    CheckConstraint("state NOT IN ('opened', 'submitted') OR opened_at IS NOT NULL", name="opened"),
    CheckConstraint("(state = 'submitted') = (done_at IS NOT NULL)", name="done"),
    CheckConstraint("(state = 'waived') = (waived_code IS NOT NULL)", name="waived"),
    some("ix_checkin_planned", "opens_at", where="state = 'planned'"),
    some("ix_checkin_running", "closes_at", where="state IN ('planned', 'due', 'invited', 'opened')"),
)
