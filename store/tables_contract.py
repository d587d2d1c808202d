"""Tables of what was promised: the service's numbers, contracts and signatures, dates and their changes."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint

from store.columns import Fields, Utc
from store.tables_base import some, table

service_version = table(
    "service_version",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("terms", Fields, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

group_draft = table(
    "group_draft",
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="CASCADE"), unique=True),
    CheckConstraint("revision >= 1", name="revision"),
)

contract_version = table(
    "contract_version",
    Column("id", Text, primary_key=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="RESTRICT"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("terms", Fields, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("notice_until", Utc, nullable=False),
    UniqueConstraint("group", "number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("made_at <= notice_until", name="notice"),
)

personal_sheet = table(
    "personal_sheet",
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

signature = table(
    "signature",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("version", Text, ForeignKey("contract_version.id", ondelete="RESTRICT"), nullable=False),
    Column("side", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("text_hash", LargeBinary, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("dates_number", Integer, nullable=False),
    Column("sheet_number", Integer),
    Column("signed_at", Utc, nullable=False),
    UniqueConstraint("member", "version", "side"),
    CheckConstraint("side IN ('member', 'facilitator')", name="side"),
    CheckConstraint("length(text_hash) = 32", name="text_hash"),
)

change = table(
    "change",
    Column("id", Text, primary_key=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="RESTRICT"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Fields, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("undoes", Text, ForeignKey("change.id", ondelete="RESTRICT"), unique=True),
    UniqueConstraint("group", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undo"),
)

dates_revision = table(
    "dates_revision",
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="RESTRICT"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("annex", Fields, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

admitted_unsigned = table(
    "admitted_unsigned",
    Column("session", Text, ForeignKey("session.id", ondelete="RESTRICT"), primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("length(reason) > 0", name="reason"),
)

pause = table(
    "pause",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc),
    Column("reason", Text, nullable=False),
    Column("agreed_by", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="span"),
    some("uq_pause_open", "member", where="ends_at IS NULL", unique=True),
)

leaving = table(
    "leaving",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("left_at", Utc, nullable=False),
    Column("why", Text, nullable=False),
    Column("farewell", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("returned_at", Utc),
    Column("returned_by", Text),
    CheckConstraint("returned_at IS NULL OR left_at <= returned_at", name="span"),
    CheckConstraint("farewell IN ('planned', 'held', 'declined', 'none')", name="farewell"),
    some("uq_leaving_open", "member", where="returned_at IS NULL", unique=True),
)

calendar_feed = table(
    "calendar_feed",
    Column("id", Text, primary_key=True),
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("read_at", Utc),
    Column("revoked_at", Utc),
    some("uq_calendar_feed_open", "member", where="revoked_at IS NULL", unique=True),
)
