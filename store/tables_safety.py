"""Tables of safety: who is on call, what was looked at, concerns with every step, alerts, crisis numbers."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text

from store.columns import Fields, Flag, Utc
from store.tables_base import some, table

# The whole chain with its hours, written anew at each change: who was on call on a day stays known.
on_call_version = table(
    "on_call_version",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Fields, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

crisis_version = table(
    "crisis_version",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Fields, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

# Every answer to a safety question as it was looked at, also those from which nothing followed.
assessed = table(
    "assessed",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("checkin", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("value_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_assessed_member", "member", "seq"),
    counted=True,
)

concern = table(
    "concern",
    Column("id", Text, primary_key=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="RESTRICT"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("checkin", Text),
    Column("question", Text),
    Column("trigger", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("new", Flag, nullable=False),
    Column("value_sealed", LargeBinary),
    Column("state", Text, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("hopped_at", Utc, nullable=False),
    Column("next_at", Utc),
    Column("opened_at", Utc, nullable=False),
    Column("acknowledge_by", Utc, nullable=False),
    Column("contact_by", Utc, nullable=False),
    Column("owner", Text, ForeignKey("person.id", ondelete="SET NULL")),
    Column("wish", Text, nullable=False),
    Column("contacted_at", Utc),
    Column("closed_at", Utc),
    Column("closed_by", Text),
    Column("outcome_sealed", LargeBinary),
    CheckConstraint("level IN ('ask', 'contact', 'urgent', 'immediate')", name="level"),
    CheckConstraint("state IN ('open', 'acknowledged', 'contacted', 'closed')", name="state"),
    CheckConstraint("wish IN ('', 'no', 'today', 'now')", name="wish"),
    CheckConstraint("hop >= 0", name="hop"),
    # Nothing clears itself: what is not closed has a next moment, what is closed has a person's words.
    CheckConstraint("(state = 'closed') = (next_at IS NULL)", name="next_at"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name="closed_by"),
    CheckConstraint("(state = 'closed') = (outcome_sealed IS NOT NULL)", name="outcome"),
    some("uq_concern_cause", "member", "cause", where="state <> 'closed'", unique=True),
    some("ix_concern_next", "next_at", where="state <> 'closed'"),
    Index("ix_concern_group", "group", "opened_at"),
    Index("ix_concern_member", "member", "opened_at"),
)

concern_event = table(
    "concern_event",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("concern", Text, ForeignKey("concern.id", ondelete="RESTRICT"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("code", Text, nullable=False),
    Column("text_sealed", LargeBinary),
    CheckConstraint("length(kind) > 0 AND length(by) > 0", name="said"),
    CheckConstraint("kind <> 'outcome' OR text_sealed IS NOT NULL", name="outcome"),
    Index("ix_concern_event_concern", "concern", "seq"),
    counted=True,
)

# One alert to one person on one channel. The outbox carries its id; acknowledging
# happens signed in.
alert = table(
    "alert",
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("concern", Text, ForeignKey("concern.id", ondelete="RESTRICT")),
    Column("channel", Text, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("acknowledged_at", Utc),
    CheckConstraint("kind IN ('concern', 'contact_needed', 'test')", name="kind"),
    CheckConstraint("channel IN ('mail', 'text')", name="channel"),
    CheckConstraint("(kind = 'test') = (concern IS NULL)", name="about"),
    Index("ix_alert_person", "person", "made_at"),
    Index("ix_alert_concern", "concern", "made_at"),
)
