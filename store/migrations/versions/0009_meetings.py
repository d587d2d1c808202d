"""Individual meetings: sessions that are one member's, the times offered for them, what was decided."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc
from store.migrations.append_only import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('planned', 'open')"
NUMBERED = "state <> 'cancelled'"
TOPIC = "topic IN ('pre', 'mid', 'post')"


def upgrade() -> None:
    """Applies the change."""
    own_sessions()
    slots()
    meetings()
    decisions()
    checklists()
    protect("meeting_decision", "UPDATE", "DELETE")


def own_sessions() -> None:
    """A session is its group's or one member's, who has no number."""
    op.add_column("session", sa.Column("member", sa.Text(), nullable=True))
    with op.batch_alter_table(
        "session", copy_from=old_session(), table_kwargs={"sqlite_strict": True}
    ) as batch:
        batch.alter_column("group", existing_type=sa.Text(), nullable=True)
        batch.create_foreign_key(op.f("fk_session_member"), "member", ["member"], ["id"], ondelete="CASCADE")
        batch.drop_constraint(op.f("ck_session_numbered"), type_="check")
        for name, rule in (
            ("numbered", "ordinal IS NOT NULL OR state = 'cancelled' OR member IS NOT NULL"),
            ("whose", '("group" IS NULL) = (member IS NOT NULL)'),
            ("individual", "member IS NULL OR ordinal IS NULL"),
        ):
            batch.create_check_constraint(op.f(f"ck_session_{name}"), rule)
    op.create_index(op.f("ix_session_member"), "session", ["member"])


def slots() -> None:
    """Times that facilitators offer."""
    op.create_table(
        "meeting_slot",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("facilitator", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("local_at", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("tzdata", sa.Text(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint(TOPIC, name=op.f("ck_meeting_slot_topic")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_slot_span")),
        sa.CheckConstraint("length(local_at) = 16", name=op.f("ck_meeting_slot_local_at")),
        sa.CheckConstraint("state IN ('offered', 'withdrawn')", name=op.f("ck_meeting_slot_state")),
        sa.ForeignKeyConstraint(
            ["facilitator"], ["member.id"], name=op.f("fk_meeting_slot_facilitator"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_slot")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_meeting_slot_facilitator", "meeting_slot", ["facilitator", "starts_at"])
    only("uq_meeting_slot_offered", "meeting_slot", ["facilitator", "starts_at"], "state = 'offered'")


def meetings() -> None:
    """Who meets about what and when."""
    op.create_table(
        "individual_meeting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=True),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.CheckConstraint(TOPIC, name=op.f("ck_individual_meeting_topic")),
        sa.CheckConstraint(
            "state IN ('booked', 'held', 'not_held', 'cancelled', 'waived')",
            name=op.f("ck_individual_meeting_state"),
        ),
        sa.CheckConstraint(
            "(state = 'waived') = (session IS NULL)", name=op.f("ck_individual_meeting_session")
        ),
        sa.CheckConstraint("(session IS NULL) = (slot IS NULL)", name=op.f("ck_individual_meeting_slot")),
        sa.CheckConstraint(
            "(state = 'booked') = (finished_at IS NULL)", name=op.f("ck_individual_meeting_finished")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_individual_meeting_{column}"), ondelete="CASCADE"
            )
            for column, table in (("member", "member"), ("slot", "meeting_slot"), ("session", "session"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_individual_meeting")),
        sa.UniqueConstraint("session", name=op.f("uq_individual_meeting_session")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_individual_meeting_member", "individual_meeting", ["member", "made_at"])
    live = "state IN ('booked', 'held', 'waived')"
    taken = "state IN ('booked', 'held', 'not_held')"
    only("uq_individual_meeting_live", "individual_meeting", ["member", "topic"], live)
    only("uq_individual_meeting_slot", "individual_meeting", ["slot"], taken)


def decisions() -> None:
    """Held or not, as people said, one after the other."""
    op.create_table(
        "meeting_decision",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'not_held')", name=op.f("ck_meeting_decision_state")),
        sa.CheckConstraint("role IN ('facilitator', 'coordinator')", name=op.f("ck_meeting_decision_role")),
        sa.CheckConstraint("length(reason) > 0 AND length(key) > 0", name=op.f("ck_meeting_decision_said")),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["individual_meeting.id"],
            name=op.f("fk_meeting_decision_meeting"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_meeting_decision")),
        sa.UniqueConstraint("id", name=op.f("uq_meeting_decision_id")),
        sa.UniqueConstraint("meeting", "key", name=op.f("uq_meeting_decision_meeting_key")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )


def checklists() -> None:
    """What was ticked off, sealed."""
    op.create_table(
        "meeting_checklist",
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("ticks_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["individual_meeting.id"],
            name=op.f("fk_meeting_checklist_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_meeting_checklist")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )


def only(name: str, table: str, columns: list[str], where: str) -> None:
    """One row at most of those that meet a condition."""
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def old_session() -> sa.Table:
    """The table as it stands now. SQLite rebuilds it from this; it cannot tell its own rules."""
    unfinished, numbered = sa.text(UNFINISHED), sa.text(NUMBERED)
    return sa.Table(
        "session",
        sa.MetaData(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("local_at", sa.Text(), nullable=False),
        sa.Column("tzdata", sa.Text(), nullable=False),
        sa.Column("moved_from", Utc(), nullable=True),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("stand_in", sa.Text(), nullable=True),
        sa.Column("member", sa.Text(), nullable=True),
        sa.CheckConstraint("ordinal IS NOT NULL OR state = 'cancelled'", name=op.f("ck_session_numbered")),
        sa.CheckConstraint("replaced_by IS NULL OR state = 'cancelled'", name=op.f("ck_session_replaced")),
        sa.CheckConstraint("length(local_at) = 16", name=op.f("ck_session_local_at")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_session_sequence")),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'closed', 'cancelled')", name=op.f("ck_session_state")
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_session_ordinal")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_session_span")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_session_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["session.id"], name=op.f("fk_session_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["stand_in"], ["person.id"], name=op.f("fk_session_stand_in"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_session_uid")),
        sa.Index("ix_session_group", "group", "starts_at"),
        sa.Index("ix_session_unfinished", "ends_at", sqlite_where=unfinished, postgresql_where=unfinished),
        sa.Index(
            "uq_session_ordinal",
            "group",
            "ordinal",
            unique=True,
            sqlite_where=numbered,
            postgresql_where=numbered,
        ),
    )
