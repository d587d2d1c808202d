"""Tables of the individual meetings: times that are offered, who booked which, what was decided, what was
ticked off."""

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
from store.tables_base import some, table

TOPIC = "topic IN ('pre', 'mid', 'post')"

slot = table(
    "meeting_slot",
    Column("id", Text, primary_key=True),
    Column("facilitator", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("local_at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("tzdata", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint(TOPIC, name="topic"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("length(local_at) = 16", name="local_at"),
    CheckConstraint("state IN ('offered', 'withdrawn')", name="state"),
    some("uq_meeting_slot_offered", "facilitator", "starts_at", where="state = 'offered'", unique=True),
    Index("ix_meeting_slot_facilitator", "facilitator", "starts_at"),
)

individual = table(
    "individual_meeting",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("slot", Text, ForeignKey("meeting_slot.id", ondelete="CASCADE")),
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), unique=True),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("finished_at", Utc),
    CheckConstraint(TOPIC, name="topic"),
    CheckConstraint("state IN ('booked', 'held', 'not_held', 'cancelled', 'waived')", name="state"),
    CheckConstraint("(state = 'waived') = (session IS NULL)", name="session"),
    CheckConstraint("(session IS NULL) = (slot IS NULL)", name="slot"),
    CheckConstraint("(state = 'booked') = (finished_at IS NULL)", name="finished"),
    # Whoever presses second finds the row of whoever pressed first, whatever server they pressed on.
    some(
        "uq_individual_meeting_live",
        "member",
        "topic",
        where="state IN ('booked', 'held', 'waived')",
        unique=True,
    ),
    some(
        "uq_individual_meeting_slot",
        "slot",
        where="state IN ('booked', 'held', 'not_held')",
        unique=True,
    ),
    Index("ix_individual_meeting_member", "member", "made_at"),
)

meeting_decision = table(
    "meeting_decision",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("meeting", Text, ForeignKey("individual_meeting.id", ondelete="RESTRICT"), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("replaces", Text),
    Column("proposal", Text),
    Column("evidence", Text),
    Column("key", Text, nullable=False),
    UniqueConstraint("meeting", "key"),
    CheckConstraint("state IN ('held', 'not_held')", name="state"),
    CheckConstraint("role IN ('facilitator', 'coordinator')", name="role"),
    CheckConstraint("length(reason) > 0 AND length(key) > 0", name="said"),
    counted=True,
)

checklist = table(
    "meeting_checklist",
    Column("meeting", Text, ForeignKey("individual_meeting.id", ondelete="CASCADE"), primary_key=True),
    Column("ticks_sealed", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
