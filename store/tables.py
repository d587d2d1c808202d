"""Every table. Names, contacts, answers and whereabouts stand only in columns that end in `_sealed`;
tokens only as hashes. Times are aware UTC, ids are random."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from store.columns import Big, Fields, Flag, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: SchemaItem, counted: bool = False) -> Table:
    """A table that SQLite checks types for. In a counted one a number is never given twice, even after the
    newest rows were purged."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_autoincrement=counted)


person = table(
    "person",
    Column("id", Text, primary_key=True),
    Column("name_sealed", LargeBinary),
    Column("contact_sealed", LargeBinary),
    Column("contact_index", LargeBinary, index=True),
    Column("emergency_sealed", LargeBinary),
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
    Column("created_at", Utc, nullable=False),
    CheckConstraint("sessions BETWEEN 1 AND 52", name="sessions"),
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
    Index(
        "uq_member_seat",
        "group",
        "seat",
        unique=True,
        sqlite_where=text("left_at IS NULL"),
        postgresql_where=text("left_at IS NULL"),
    ),
    UniqueConstraint("group", "person"),
)

session = table(
    "session",
    Column("id", Text, primary_key=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("zone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("closed_at", Utc),
    UniqueConstraint("group", "ordinal"),
    CheckConstraint("state IN ('planned', 'open', 'closed', 'cancelled')", name="state"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("ordinal >= 1", name="ordinal"),
    Index(
        "ix_session_unfinished",
        "ends_at",
        sqlite_where=text("state IN ('planned', 'open')"),
        postgresql_where=text("state IN ('planned', 'open')"),
    ),
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
    Index(
        "ix_room_live",
        "session",
        sqlite_where=text("state <> 'ended'"),
        postgresql_where=text("state <> 'ended'"),
    ),
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
    Column("body", Fields, nullable=False),
    Column("computed_at", Utc, nullable=False),
)

checkin = table(
    "checkin",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("session", Text, ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
    Column("wave", Text, nullable=False),
    Column("opens_at", Utc, nullable=False),
    Column("closes_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("done_at", Utc),
    UniqueConstraint("member", "session", "wave"),
    CheckConstraint("state IN ('planned', 'invited', 'done', 'expired', 'withdrawn')", name="state"),
    CheckConstraint("opens_at < closes_at", name="span"),
    Index(
        "ix_checkin_planned",
        "opens_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
)

outbox = table(
    "outbox",
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
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
    CheckConstraint(
        "state IN ('pending', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain', 'withdrawn',"
        " 'expired')",
        name="state",
    ),
    CheckConstraint("(state IN ('claimed', 'transmitting')) = (token IS NOT NULL)", name="owner"),
    Index(
        "ix_outbox_pending",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_outbox_leased",
        "lease_until",
        sqlite_where=text("state IN ('claimed', 'transmitting')"),
        postgresql_where=text("state IN ('claimed', 'transmitting')"),
    ),
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
