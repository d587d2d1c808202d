"""Every table. Names, contacts, answers and whereabouts stand only in columns that end in `_sealed`;
tokens only as hashes. Times are aware UTC, ids are random."""

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

from store.columns import Big, Fields, Flag, Utc
from store.tables_answers import answer
from store.tables_base import metadata, some, table
from store.tables_between import group_summary, summary_copy, tryout
from store.tables_checkin import checkin
from store.tables_clinical import workbook
from store.tables_contract import (
    admitted_unsigned,
    calendar_feed,
    change,
    contract_version,
    dates_revision,
    group_draft,
    leaving,
    pause,
    personal_sheet,
    service_version,
    signature,
)
from store.tables_measures import questionnaire, score_look
from store.tables_meetings import checklist, individual, meeting_decision, slot
from store.tables_record import (
    absence_notice,
    by_hand,
    decision,
    ledger_entry,
    outcome,
    question,
    reopening,
    task,
)
from store.tables_safety import alert, assessed, concern, concern_event, crisis_version, on_call_version
from store.tables_staff import (
    audit,
    break_glass,
    passkey,
    staff,
    staff_signin,
    staff_token,
)

person = table(
    "person",
    Column("id", Text, primary_key=True),
    Column("name_sealed", LargeBinary),
    Column("contact_sealed", LargeBinary),
    Column("contact_index", LargeBinary, index=True),
    Column("emergency_sealed", LargeBinary),
    Column("real_name_sealed", LargeBinary),
    Column("callback_sealed", LargeBinary),
    Column("safe_sealed", LargeBinary),
    Column("texts", Flag),
    Column("number_refused_at", Utc),
    Column("zone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("refused", Text, nullable=False),
    Column("refused_at", Utc),
    Column("erased_at", Utc),
)

person_key = table(
    "person_key",
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("key_id", LargeBinary, nullable=False),
    Column("master_id", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

access_log = table(
    "access_log",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("session", Text),
    Column("purpose", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Index("ix_access_log_person", "person", "seq"),
    counted=True,
)

# --- groups and sessions

group = table(
    "therapy_group",
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("tasks_at", Utc, index=True),
    Column("planned_at", Utc, index=True),
    CheckConstraint("sessions BETWEEN 1 AND 52", name="sessions"),
    CheckConstraint("minutes BETWEEN 60 AND 120", name="minutes"),
    CheckConstraint("state IN ('draft', 'active', 'ended')", name="state"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
    CheckConstraint("state <> 'active' OR sessions BETWEEN 4 AND 20", name="active"),
    CheckConstraint("revision >= 0", name="revision"),
)

member = table(
    "member",
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False, unique=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="CASCADE"), nullable=False),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("seat", Integer),
    Column("joined_at", Utc, nullable=False),
    Column("left_at", Utc),
    CheckConstraint("role IN ('participant', 'facilitator', 'coordinator')", name="role"),
    CheckConstraint("(role = 'coordinator') = (seat IS NULL)", name="seat_of_role"),
    CheckConstraint("seat BETWEEN 0 AND 11", name="seat"),
    some("uq_member_seat", "group", "seat", where="left_at IS NULL", unique=True),
    UniqueConstraint("group", "person"),
)

session = table(
    "session",
    Column("id", Text, primary_key=True),
    # A session is its group's or, where two people meet, one member's: never both. Whatever asks for the
    # sessions of a group finds no individual meeting.
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="CASCADE")),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), index=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("ordinal", Integer),
    Column("local_at", Text, nullable=False),
    Column("tzdata", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("zone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("closed_at", Utc),
    Column("moved_from", Utc),
    Column("replaced_by", Text, ForeignKey("session.id", ondelete="SET NULL")),
    Column("stand_in", Text, ForeignKey("person.id", ondelete="SET NULL")),
    some("uq_session_ordinal", "group", "ordinal", where="state <> 'cancelled'", unique=True),
    CheckConstraint('("group" IS NULL) = (member IS NOT NULL)', name="whose"),
    CheckConstraint("member IS NULL OR ordinal IS NULL", name="individual"),
    CheckConstraint("ordinal IS NOT NULL OR state = 'cancelled' OR member IS NOT NULL", name="numbered"),
    CheckConstraint("replaced_by IS NULL OR state = 'cancelled'", name="replaced"),
    CheckConstraint("length(local_at) = 16", name="local_at"),
    CheckConstraint("sequence >= 0", name="sequence"),
    CheckConstraint("state IN ('planned', 'open', 'closed', 'cancelled')", name="state"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("ordinal >= 1", name="ordinal"),
    Index("ix_session_group", "group", "starts_at"),
    some("ix_session_unfinished", "ends_at", where="state IN ('planned', 'open')"),
)

# --- links, devices, sign-ins

link = table(
    "link",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("single_use", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("device_hash", LargeBinary),
    Column("bound_at", Utc),
    Column("uses", Integer, nullable=False),
    Column("revoked_at", Utc),
    Column("revoked_why", Text),
    CheckConstraint("purpose IN ('join', 'checkin', 'staff')", name="purpose"),
    CheckConstraint("created_at < expires_at", name="span"),
)

link_event = table(
    "link_event",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("link", Text, ForeignKey("link.id", ondelete="CASCADE"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("kind IN ('minted', 'bound', 'opened', 'other_device', 'revoked')", name="kind"),
    Index("ix_link_event_member", "member", "seq"),
    counted=True,
)

device = table(
    "device",
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("device_hash", LargeBinary, primary_key=True),
    Column("label", Text, nullable=False),
    Column("first_seen_at", Utc, nullable=False),
)

signin = table(
    "signin",
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("link", Text, ForeignKey("link.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("device_hash", LargeBinary, nullable=False),
    Column("first_use", Flag, nullable=False),
    Column("new_device", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("closed_at", Utc),
)

# --- rooms and presence

room = table(
    "room",
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("locked", Flag, nullable=False),
    Column("opened_at", Utc),
    Column("deadline_at", Utc),
    Column("held_at", Utc),
    Column("ended_at", Utc),
    CheckConstraint("state IN ('open', 'held', 'ended')", name="state"),
    some("ix_room_live", "session", where="state <> 'ended'"),
)

seat = table(
    "seat",
    Column("session", Text, ForeignKey("room.session", ondelete="CASCADE"), primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("seat", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("muted", Flag, nullable=False),
    Column("admitted_at", Utc),
    Column("greeted_at", Utc),
    Column("greeted_device", Text),
    CheckConstraint("seat BETWEEN 0 AND 11", name="seat"),
    UniqueConstraint("session", "seat"),
)

fact = table(
    "fact",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE")),
    Column("connection", Text),
    Column("kind", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("mono_ms", Big, nullable=False),
    Column("boot", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_fact_session", "session", "seq"),
    Index("ix_fact_boot", "boot", "seq"),
    counted=True,
)

boot = table(
    "boot",
    Column("boot", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("alive_at", Utc, nullable=False),
    Column("legs", Fields, nullable=False),
    Column("closed_at", Utc),
)

doorstep = table(
    "doorstep",
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("where_sealed", LargeBinary, nullable=False),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("alone", Flag),
    Column("headphones", Flag),
    Column("at", Utc, nullable=False, index=True),
)

# --- what the clock works on

proposal = table(
    "attendance_proposal",
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("policy", Text),
    Column("evidence", Text),
    Column("body", Fields, nullable=False),
    Column("computed_at", Utc, nullable=False),
)

outbox = table(
    "outbox",
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("urgent", Flag, nullable=False),
    Column("payload", Fields, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("token", Text),
    Column("lease_until", Utc),
    Column("message_id", Text),
    Column("result", Text, nullable=False),
    Column("finished_at", Utc),
    CheckConstraint("due_at < expires_at", name="span"),
    CheckConstraint("channel IN ('mail', 'text')", name="channel"),
    CheckConstraint(
        "state IN ('pending', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain', 'withdrawn',"
        " 'expired')",
        name="state",
    ),
    CheckConstraint("(state IN ('claimed', 'transmitting')) = (token IS NOT NULL)", name="owner"),
    Index("ix_outbox_person", "person", "due_at"),
    some("ix_outbox_pending", "urgent", "due_at", where="state = 'pending'"),
    some("ix_outbox_expires", "expires_at", where="state = 'pending'"),
    Index("ix_outbox_message_id", "message_id"),
    some("ix_outbox_leased", "lease_until", where="state IN ('claimed', 'transmitting')"),
)

delivered = table(
    "delivered",
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
)

signal = table(
    "signal",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False, index=True),
    Column("topic", Text, nullable=False),
    Column("body", Fields, nullable=False),
    counted=True,
)

tick = table(
    "tick",
    Column("name", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

__all__ = [
    "absence_notice",
    "access_log",
    "admitted_unsigned",
    "alert",
    "answer",
    "assessed",
    "audit",
    "boot",
    "break_glass",
    "by_hand",
    "calendar_feed",
    "change",
    "checkin",
    "checklist",
    "concern",
    "concern_event",
    "contract_version",
    "crisis_version",
    "dates_revision",
    "decision",
    "delivered",
    "device",
    "doorstep",
    "fact",
    "group",
    "group_draft",
    "group_summary",
    "individual",
    "leaving",
    "ledger_entry",
    "link",
    "link_event",
    "meeting_decision",
    "member",
    "metadata",
    "on_call_version",
    "outbox",
    "outcome",
    "passkey",
    "pause",
    "person",
    "person_key",
    "personal_sheet",
    "proposal",
    "question",
    "questionnaire",
    "reopening",
    "room",
    "score_look",
    "seat",
    "service_version",
    "session",
    "signal",
    "signature",
    "signin",
    "slot",
    "staff",
    "staff_signin",
    "staff_token",
    "summary_copy",
    "task",
    "tick",
    "tryout",
    "workbook",
]
