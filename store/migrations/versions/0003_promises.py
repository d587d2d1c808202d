"""Staff accounts, the audit, contracts, signatures, dates and their changes."""

import sqlalchemy as sa
from alembic import op

from store.columns import Big, Fields, Flag, Utc
from store.migrations.append_only import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_audit_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("seal", name=op.f("uq_audit_seal")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_audit_group", "audit", ["group", "seq"], unique=False)

    op.create_table(
        "service_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("terms", Fields(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_service_version_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_service_version")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", Fields(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_change_undo")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_change_revision")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_change_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["change.id"], name=op.f("fk_change_undoes"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("group", "revision", name=op.f("uq_change_group_revision")),
        sa.UniqueConstraint("undoes", name=op.f("uq_change_undoes")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )

    op.create_table(
        "contract_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", Fields(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("notice_until", Utc(), nullable=False),
        sa.CheckConstraint("made_at <= notice_until", name=op.f("ck_contract_version_notice")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_contract_version_number")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_contract_version_group"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.UniqueConstraint("group", "number", name=op.f("uq_contract_version_group_number")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "dates_revision",
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("annex", Fields(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_dates_revision_number")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_dates_revision_group"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("group", "number", name=op.f("pk_dates_revision")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "group_draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("group", sa.Text(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_group_draft_revision")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_group_draft_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_group_draft_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_draft")),
        sa.UniqueConstraint("group", name=op.f("uq_group_draft_group")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_group_draft_person"), "group_draft", ["person"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("admin", Flag(), nullable=False),
        sa.Column("clinician", Flag(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", Big, nullable=True),
        sa.Column("totp_at", Utc(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Utc(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("disabled_at", Utc(), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_staff_failures")),
        sa.CheckConstraint("totp_at IS NULL OR totp_sealed IS NOT NULL", name=op.f("ck_staff_totp")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_staff_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("desk", name=op.f("uq_staff_desk")),
        sa.UniqueConstraint("person", name=op.f("uq_staff_person")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", Utc(), nullable=True),
        sa.Column("review_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)", name=op.f("ck_break_glass_review")
        ),
        sa.CheckConstraint("opened_at < ends_at", name=op.f("ck_break_glass_span")),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> staff", name=op.f("ck_break_glass_reviewer")
        ),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_break_glass_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["staff.id"], name=op.f("fk_break_glass_reviewed_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["staff"], ["staff.id"], name=op.f("fk_break_glass_staff"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_break_glass_group"), "break_glass", ["group"], unique=False)
    op.create_index(op.f("ix_break_glass_staff"), "break_glass", ["staff"], unique=False)
    op.create_index(
        "ix_break_glass_unreviewed",
        "break_glass",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("reviewed_at IS NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("read_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_calendar_feed_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(
        "uq_calendar_feed_open",
        "calendar_feed",
        ["member"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )

    op.create_table(
        "leaving",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("left_at", Utc(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("farewell", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("returned_at", Utc(), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "farewell IN ('planned', 'held', 'declined', 'none')", name=op.f("ck_leaving_farewell")
        ),
        sa.CheckConstraint("returned_at IS NULL OR left_at <= returned_at", name=op.f("ck_leaving_span")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_leaving_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaving")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_leaving_member"), "leaving", ["member"], unique=False)
    op.create_index(
        "uq_leaving_open",
        "leaving",
        ["member"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )

    op.create_table(
        "passkey",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", Big, nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_sign_count")),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_passkey_staff"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_passkey_staff"), "passkey", ["staff"], unique=False)

    op.create_table(
        "pause",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_pause_span")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_pause_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pause_member"), "pause", ["member"], unique=False)
    op.create_index(
        "uq_pause_open",
        "pause",
        ["member"],
        unique=True,
        sqlite_where=sa.text("ends_at IS NULL"),
        postgresql_where=sa.text("ends_at IS NULL"),
    )

    op.create_table(
        "personal_sheet",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_personal_sheet_number")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_personal_sheet_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("member", "number", name=op.f("pk_personal_sheet")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("dates_number", sa.Integer(), nullable=False),
        sa.Column("sheet_number", sa.Integer(), nullable=True),
        sa.Column("signed_at", Utc(), nullable=False),
        sa.CheckConstraint("side IN ('member', 'facilitator')", name=op.f("ck_signature_side")),
        sa.CheckConstraint("length(text_hash) = 32", name=op.f("ck_signature_text_hash")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_signature_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["contract_version.id"], name=op.f("fk_signature_version"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("member", "version", "side", name=op.f("uq_signature_member_version_side")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "staff_signin",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("proved_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "how IN ('password', 'passkey', 'invite', 'link', 'code')", name=op.f("ck_staff_signin_how")
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_why IS NULL)", name=op.f("ck_staff_signin_closed")),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_staff_signin_span")),
        sa.ForeignKeyConstraint(
            ["staff"], ["staff.id"], name=op.f("fk_staff_signin_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_signin")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_signin_token_hash")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_staff_signin_expires_at"), "staff_signin", ["expires_at"], unique=False)
    op.create_index(op.f("ix_staff_signin_staff"), "staff_signin", ["staff"], unique=False)

    op.create_table(
        "staff_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('invite', 'reset', 'password', 'authenticator')", name=op.f("ck_staff_token_purpose")
        ),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_staff_token_span")),
        sa.ForeignKeyConstraint(
            ["staff"], ["staff.id"], name=op.f("fk_staff_token_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_token_token_hash")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_staff_token_staff"), "staff_token", ["staff"], unique=False)

    op.create_table(
        "admitted_unsigned",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_admitted_unsigned_reason")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_admitted_unsigned_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_admitted_unsigned_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("session", "member", name=op.f("pk_admitted_unsigned")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )

    protect("audit", "UPDATE", "DELETE")
    protect("service_version", "UPDATE", "DELETE")
    protect("contract_version", "UPDATE", "DELETE")
    protect("personal_sheet", "UPDATE", "DELETE")
    protect("signature", "UPDATE", "DELETE")
    protect("change", "UPDATE", "DELETE")
    protect("dates_revision", "UPDATE", "DELETE")
    protect("admitted_unsigned", "UPDATE", "DELETE")
