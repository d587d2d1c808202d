"""The first rooms: people, groups, links, rooms, presence, messages."""

import sqlalchemy as sa
from alembic import op

from store.columns import Fields, Flag, Utc
from store.migrations.append_only import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "access_log",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_access_log")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index("ix_access_log_person", ["person", "seq"], unique=False)

    op.create_table(
        "boot",
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("alive_at", Utc(), nullable=False),
        sa.Column("legs", Fields(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("boot", name=op.f("pk_boot")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_index", sa.LargeBinary(), nullable=True),
        sa.Column("emergency_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("refused_at", Utc(), nullable=True),
        sa.Column("erased_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_contact_index"), ["contact_index"], unique=False)

    op.create_table(
        "signal",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", Fields(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_signal")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_at"), ["at"], unique=False)

    op.create_table(
        "therapy_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("sessions BETWEEN 1 AND 52", name=op.f("ck_therapy_group_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_therapy_group")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tick")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "delivered",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_delivered_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivered")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("joined_at", Utc(), nullable=False),
        sa.Column("left_at", Utc(), nullable=True),
        sa.CheckConstraint("(role = 'coordinator') = (seat IS NULL)", name=op.f("ck_member_seat_of_role")),
        sa.CheckConstraint(
            "role IN ('participant', 'facilitator', 'coordinator')", name=op.f("ck_member_role")
        ),
        sa.CheckConstraint("seat BETWEEN 0 AND 11", name=op.f("ck_member_seat")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_member_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_member_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("group", "person", name=op.f("uq_member_group_person")),
        sa.UniqueConstraint("place", name=op.f("uq_member_place")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_person"), ["person"], unique=False)
        batch_op.create_index(
            "uq_member_seat",
            ["group", "seat"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("payload", Fields(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('claimed', 'transmitting')) = (token IS NOT NULL)", name=op.f("ck_outbox_owner")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain', 'withdrawn',"
            " 'expired')",
            name=op.f("ck_outbox_state"),
        ),
        sa.CheckConstraint("due_at < expires_at", name=op.f("ck_outbox_span")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_outbox_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_leased",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'transmitting')"),
            postgresql_where=sa.text("state IN ('claimed', 'transmitting')"),
        )
        batch_op.create_index(
            "ix_outbox_pending",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "person_key",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_person_key_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_person_key")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'closed', 'cancelled')", name=op.f("ck_session_state")
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_session_ordinal")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_session_span")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_session_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("group", "ordinal", name=op.f("uq_session_group_ordinal")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_session_unfinished",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('planned', 'open')"),
            postgresql_where=sa.text("state IN ('planned', 'open')"),
        )

    op.create_table(
        "attendance_proposal",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", Fields(), nullable=False),
        sa.Column("computed_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_attendance_proposal_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_attendance_proposal_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", "member", name=op.f("pk_attendance_proposal")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "checkin",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("opens_at", Utc(), nullable=False),
        sa.Column("closes_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'invited', 'done', 'expired', 'withdrawn')", name=op.f("ck_checkin_state")
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_checkin_span")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_checkin_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_checkin_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("member", "session", "wave", name=op.f("uq_checkin_member_session_wave")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.create_index(
            "ix_checkin_planned",
            ["opens_at"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.create_table(
        "device",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("first_seen_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_device_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("member", "device_hash", name=op.f("pk_device")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "doorstep",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("where_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("alone", Flag(), nullable=True),
        sa.Column("headphones", Flag(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_doorstep_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_doorstep_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", "member", name=op.f("pk_doorstep")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("doorstep", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doorstep_at"), ["at"], unique=False)

    op.create_table(
        "fact",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("connection", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_fact_member"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_fact_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_fact")),
        sa.UniqueConstraint("id", name=op.f("uq_fact_id")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index("ix_fact_boot", ["boot", "seq"], unique=False)
        batch_op.create_index("ix_fact_session", ["session", "seq"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("single_use", Flag(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("bound_at", Utc(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("revoked_why", sa.Text(), nullable=True),
        sa.CheckConstraint("purpose IN ('join', 'checkin', 'staff')", name=op.f("ck_link_purpose")),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_link_span")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_link_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_member"), ["member"], unique=False)

    op.create_table(
        "room",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locked", Flag(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=True),
        sa.Column("deadline_at", Utc(), nullable=True),
        sa.Column("held_at", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'held', 'ended')", name=op.f("ck_room_state")),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_room_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_room")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(
            "ix_room_live",
            ["session"],
            unique=False,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )

    op.create_table(
        "link_event",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('minted', 'bound', 'opened', 'other_device', 'revoked')",
            name=op.f("ck_link_event_kind"),
        ),
        sa.ForeignKeyConstraint(["link"], ["link.id"], name=op.f("fk_link_event_link"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_link_event_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_link_event")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("link_event", schema=None) as batch_op:
        batch_op.create_index("ix_link_event_member", ["member", "seq"], unique=False)

    op.create_table(
        "seat",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("muted", Flag(), nullable=False),
        sa.Column("admitted_at", Utc(), nullable=True),
        sa.Column("greeted_at", Utc(), nullable=True),
        sa.Column("greeted_device", sa.Text(), nullable=True),
        sa.CheckConstraint("seat BETWEEN 0 AND 11", name=op.f("ck_seat_seat")),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_seat_member"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session"], ["room.session"], name=op.f("fk_seat_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", "member", name=op.f("pk_seat")),
        sa.UniqueConstraint("session", "seat", name=op.f("uq_seat_session_seat")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "signin",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_use", Flag(), nullable=False),
        sa.Column("new_device", Flag(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["link"], ["link.id"], name=op.f("fk_signin_link"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_signin_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signin_token_hash")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    with op.batch_alter_table("signin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signin_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_signin_link"), ["link"], unique=False)
        batch_op.create_index(batch_op.f("ix_signin_member"), ["member"], unique=False)

    protect("fact", "UPDATE")
    protect("link_event", "UPDATE")
    protect("access_log", "UPDATE", "DELETE")
