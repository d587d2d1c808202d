"""A check-in is one member's round of one wave, whatever session it hangs on, in one of named states."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Where one member had two rows of a wave, since its session had been replaced, the one that got furthest
# stays. No answers existed yet.
COPY = """
INSERT INTO checkin
    (id, member, wave, number, session, opens_at, target_at, closes_at, state, opened_at, done_at)
SELECT id, member, wave, 1, session, opens_at, opens_at, closes_at, CASE state
    WHEN 'done' THEN 'submitted' WHEN 'withdrawn' THEN 'superseded' ELSE state END,
    done_at, done_at
FROM (
    SELECT checkin_before.*, ROW_NUMBER() OVER (
        PARTITION BY member, wave ORDER BY CASE state WHEN 'done' THEN 0 WHEN 'invited' THEN 1
        WHEN 'planned' THEN 2 WHEN 'expired' THEN 3 ELSE 4 END, opens_at DESC, id
    ) AS place FROM checkin_before
) AS placed WHERE place = 1
"""
INVITATION = "checkin_invitation"


def upgrade() -> None:
    """Applies the change."""
    op.execute("CREATE TABLE checkin_before AS SELECT * FROM checkin")
    op.drop_table("checkin")
    op.create_table(
        "checkin",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("opens_at", Utc(), nullable=False),
        sa.Column("target_at", Utc(), nullable=False),
        sa.Column("closes_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("opened_at", Utc(), nullable=True),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("waived_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'due', 'invited', 'opened', 'submitted', 'expired', 'waived',"
            " 'superseded')",
            name=op.f("ck_checkin_state"),
        ),
        sa.CheckConstraint(
            "wave IN ('pre', 'mid', 'post', 'weekly', 'followup')", name=op.f("ck_checkin_wave")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 52", name=op.f("ck_checkin_number")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_checkin_span")),
        sa.CheckConstraint(
            "opens_at <= target_at AND target_at <= closes_at", name=op.f("ck_checkin_target")
        ),
        sa.CheckConstraint("form IS NULL OR opened_at IS NOT NULL", name=op.f("ck_checkin_form")),
        sa.CheckConstraint(
            "state NOT IN ('opened', 'submitted') OR opened_at IS NOT NULL", name=op.f("ck_checkin_opened")
        ),
        sa.CheckConstraint("(state = 'submitted') = (done_at IS NOT NULL)", name=op.f("ck_checkin_done")),
        sa.CheckConstraint("(state = 'waived') = (waived_code IS NOT NULL)", name=op.f("ck_checkin_waived")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_checkin_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session"], ["session.id"], name=op.f("fk_checkin_session"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("member", "wave", "number", name=op.f("uq_checkin_member_wave_number")),
        sqlite_autoincrement=False,
        sqlite_strict=True,
    )
    ahead, running = sa.text("state = 'planned'"), sa.text("state IN ('planned', 'due', 'invited', 'opened')")
    op.create_index("ix_checkin_planned", "checkin", ["opens_at"], sqlite_where=ahead, postgresql_where=ahead)
    op.create_index(
        "ix_checkin_running", "checkin", ["closes_at"], sqlite_where=running, postgresql_where=running
    )
    op.execute(COPY)
    op.execute("DROP TABLE checkin_before")
    rename_invitations()
    op.add_column("therapy_group", sa.Column("planned_at", Utc(), nullable=True))
    op.create_index("ix_therapy_group_planned_at", "therapy_group", ["planned_at"])


def rename_invitations() -> None:
    """Invitations count for the round, not for the session it hung on: nobody is invited again."""
    outbox = sa.table(
        "outbox", sa.column("id", sa.Text), sa.column("key", sa.Text), sa.column("kind", sa.Text)
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.select(outbox.c.id, outbox.c.key).where(outbox.c.kind == INVITATION).order_by(outbox.c.id)
    )
    taken = set()
    for row in found.all():
        parts = row.key.split("|")
        if len(parts) != 5 or (parts[1], parts[3]) in taken:
            continue
        taken.add((parts[1], parts[3]))
        connection.execute(
            outbox.update()
            .where(outbox.c.id == row.id)
            .values(key="|".join((INVITATION, parts[1], parts[3], "1", "0")))
        )
