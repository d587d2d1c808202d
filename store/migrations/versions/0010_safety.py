"""The on-call chain, concerns with every step, alerts, crisis numbers."""

import sqlalchemy as sa
from alembic import op

from store.columns import Fields, Flag, Utc
from store.migrations.append_only import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "crisis_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", Fields(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_crisis_version_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_crisis_version")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "on_call_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", Fields(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_on_call_version_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_on_call_version")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_table(
        "assessed",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("checkin", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_assessed_member"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_assessed")),
        sa.UniqueConstraint("id", name=op.f("uq_assessed_id")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_assessed_member", "assessed", ["member", "seq"], unique=False)
    op.create_table(
        "concern",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("checkin", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("new", Flag(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("hopped_at", Utc(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("acknowledge_by", Utc(), nullable=False),
        sa.Column("contact_by", Utc(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("contacted_at", Utc(), nullable=True),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_concern_closed_at")),
        sa.CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name=op.f("ck_concern_closed_by")),
        sa.CheckConstraint("(state = 'closed') = (next_at IS NULL)", name=op.f("ck_concern_next_at")),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome_sealed IS NOT NULL)", name=op.f("ck_concern_outcome")
        ),
        sa.CheckConstraint(
            "level IN ('ask', 'contact', 'urgent', 'immediate')", name=op.f("ck_concern_level")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'contacted', 'closed')", name=op.f("ck_concern_state")
        ),
        sa.CheckConstraint("wish IN ('', 'no', 'today', 'now')", name=op.f("ck_concern_wish")),
        sa.CheckConstraint("hop >= 0", name=op.f("ck_concern_hop")),
        sa.ForeignKeyConstraint(
            ["group"], ["therapy_group.id"], name=op.f("fk_concern_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_concern_member"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name=op.f("fk_concern_owner"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_concern_group", "concern", ["group", "opened_at"], unique=False)
    op.create_index("ix_concern_member", "concern", ["member", "opened_at"], unique=False)
    op.create_index(
        "ix_concern_next",
        "concern",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index(
        "uq_concern_cause",
        "concern",
        ["member", "cause"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("acknowledged_at", Utc(), nullable=True),
        sa.CheckConstraint("(kind = 'test') = (concern IS NULL)", name=op.f("ck_alert_about")),
        sa.CheckConstraint("channel IN ('mail', 'text')", name=op.f("ck_alert_channel")),
        sa.CheckConstraint("kind IN ('concern', 'contact_needed', 'test')", name=op.f("ck_alert_kind")),
        sa.ForeignKeyConstraint(
            ["concern"], ["concern.id"], name=op.f("fk_alert_concern"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_alert_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    op.create_index("ix_alert_concern", "alert", ["concern", "made_at"], unique=False)
    op.create_index("ix_alert_person", "alert", ["person", "made_at"], unique=False)
    op.create_table(
        "concern_event",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'outcome' OR text_sealed IS NOT NULL", name=op.f("ck_concern_event_outcome")
        ),
        sa.CheckConstraint("length(kind) > 0 AND length(by) > 0", name=op.f("ck_concern_event_said")),
        sa.ForeignKeyConstraint(
            ["concern"], ["concern.id"], name=op.f("fk_concern_event_concern"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_concern_event")),
        sa.UniqueConstraint("id", name=op.f("uq_concern_event_id")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_concern_event_concern", "concern_event", ["concern", "seq"], unique=False)
    for name in ("on_call_version", "crisis_version", "assessed", "concern_event"):
        protect(name, "UPDATE", "DELETE")
    protect("concern", "DELETE")
