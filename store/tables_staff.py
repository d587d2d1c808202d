"""Tables of the people who work here: accounts, sign-ins, invitations, passkeys, break-glass, the audit."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text

from store.columns import Big, Flag, Utc
from store.tables_base import some, table

staff = table(
    "staff",
    Column("id", Text, primary_key=True),
    Column("desk", Text, nullable=False, unique=True),
    Column("person", Text, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, unique=True),
    # The person's contact_index once more: an index looks at one table only.
    Column("address_index", LargeBinary),
    Column("admin", Flag, nullable=False),
    Column("clinician", Flag, nullable=False),
    Column("password_hash", Text),
    Column("totp_sealed", LargeBinary),
    Column("totp_step", Big),
    Column("totp_at", Utc),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
    CheckConstraint("failures >= 0", name="failures"),
    CheckConstraint("totp_at IS NULL OR totp_sealed IS NOT NULL", name="totp"),
    some("uq_staff_address_index", "address_index", where="disabled_at IS NULL", unique=True),
)

staff_signin = table(
    "staff_signin",
    Column("id", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("how", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("proved_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("closed_at", Utc),
    Column("closed_why", Text),
    CheckConstraint("how IN ('password', 'passkey', 'invite', 'link', 'code')", name="how"),
    CheckConstraint("created_at < expires_at", name="span"),
    CheckConstraint("(closed_at IS NULL) = (closed_why IS NULL)", name="closed"),
)

staff_token = table(
    "staff_token",
    Column("id", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("revoked_at", Utc),
    CheckConstraint("purpose IN ('invite', 'reset', 'password', 'authenticator')", name="purpose"),
    CheckConstraint("created_at < expires_at", name="span"),
)

passkey = table(
    "passkey",
    Column("id", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Big, nullable=False),
    Column("transports", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("revoked_at", Utc),
    CheckConstraint("sign_count >= 0", name="sign_count"),
)

break_glass = table(
    "break_glass",
    Column("id", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("group", Text, ForeignKey("therapy_group.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("reviewed_by", Text, ForeignKey("staff.id", ondelete="RESTRICT")),
    Column("reviewed_at", Utc),
    Column("review_sealed", LargeBinary),
    CheckConstraint("opened_at < ends_at", name="span"),
    CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="review"),
    CheckConstraint("reviewed_by IS NULL OR reviewed_by <> staff", name="reviewer"),
    some("ix_break_glass_unreviewed", "opened_at", where="reviewed_at IS NULL"),
)

# The number is given by the writer and not by the database: a sequence would leave gaps after a rollback.
audit = table(
    "audit",
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("group", Text),
    Column("reason", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary),
    Column("previous", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False, unique=True),
    CheckConstraint("seq >= 1", name="seq"),
    Index("ix_audit_group", "group", "seq"),
)
