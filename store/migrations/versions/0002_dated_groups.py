"""Groups with a state and a length, sessions with a name of their own and the local time that was agreed on.

Expand: the new columns come empty. Backfill: what older rows meant is worked out. Contract: from then on the
database refuses rows without it.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from care import zones
from store.columns import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

USUAL_MINUTES = 90
SHORTEST, LONGEST = 60, 120

PERSON = ("real_name_sealed", "callback_sealed", "safe_sealed")


def upgrade() -> None:
    """Applies the change."""
    for name in PERSON:
        op.add_column("person", sa.Column(name, sa.LargeBinary(), nullable=True))
    for column in group_columns():
        op.add_column("therapy_group", column)
    for column in session_columns():
        op.add_column("session", column)
    op.create_index("ix_outbox_person", "outbox", ["person", "due_at"])
    for name in ("policy", "evidence"):
        op.add_column("attendance_proposal", sa.Column(name, sa.Text(), nullable=True))
    fill_sessions()
    fill_groups()
    require_groups()
    require_sessions()


def group_columns() -> tuple[sa.Column[Any], ...]:
    """What a group is told more about."""
    return (
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("tasks_at", Utc(), nullable=True),
    )


def session_columns() -> tuple[sa.Column[Any], ...]:
    """What a session is told more about."""
    return (
        sa.Column("uid", sa.Text(), nullable=True),
        sa.Column("local_at", sa.Text(), nullable=True),
        sa.Column("tzdata", sa.Text(), nullable=True),
        sa.Column("moved_from", Utc(), nullable=True),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("stand_in", sa.Text(), nullable=True),
    )


def fill_sessions() -> None:
    """Name, local time and zone data of every session that has none. The earlier data's version was not
    kept; the local time is worked out with today's."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, starts_at, zone FROM session")).all()
    for row in rows:
        local = instant(row.starts_at).astimezone(ZoneInfo(row.zone))
        connection.execute(
            sa.text("UPDATE session SET uid = :uid, local_at = :local, tzdata = :tzdata WHERE id = :id"),
            {
                "uid": row.id,
                "local": local.replace(tzinfo=None).isoformat(timespec="minutes"),
                "tzdata": zones.version(),
                "id": row.id,
            },
        )


def fill_groups() -> None:
    """Length and state of every group. One outside the numbers of this programme becomes a draft."""
    connection = op.get_bind()
    lengths: dict[str, Counter[int]] = {}
    sessions = connection.execute(sa.text('SELECT "group", starts_at, ends_at FROM session')).all()
    for row in sessions:
        minutes = int((instant(row.ends_at) - instant(row.starts_at)).total_seconds()) // 60
        lengths.setdefault(row.group, Counter())[minutes] += 1
    for row in connection.execute(sa.text("SELECT id, sessions FROM therapy_group")).all():
        usual = lengths[row.id].most_common(1)[0][0] if row.id in lengths else USUAL_MINUTES
        connection.execute(
            sa.text("UPDATE therapy_group SET minutes = :m, state = :s, revision = 0 WHERE id = :id"),
            {
                "m": min(max(usual, SHORTEST), LONGEST),
                "s": "active" if 8 <= row.sessions <= 20 else "draft",
                "id": row.id,
            },
        )


def instant(stored: Any) -> datetime:
    """The instant of a raw value: text on SQLite, a time on PostgreSQL."""
    found = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return found.astimezone(UTC)


def require_groups() -> None:
    """From here on the database refuses a group without them."""
    with op.batch_alter_table(
        "therapy_group", copy_from=old_group(), table_kwargs={"sqlite_strict": True}
    ) as batch:
        for name, kind in (("minutes", sa.Integer()), ("state", sa.Text()), ("revision", sa.Integer())):
            batch.alter_column(name, existing_type=kind, nullable=False)
        for name, rule in (
            ("minutes", "minutes BETWEEN 60 AND 120"),
            ("state", "state IN ('draft', 'active', 'ended')"),
            ("ended", "(state = 'ended') = (ended_at IS NOT NULL)"),
            ("active", "state <> 'active' OR sessions BETWEEN 4 AND 20"),
            ("revision", "revision >= 0"),
        ):
            batch.create_check_constraint(op.f(f"ck_therapy_group_{name}"), rule)
    op.create_index(op.f("ix_therapy_group_tasks_at"), "therapy_group", ["tasks_at"])


def require_sessions() -> None:
    """The same for sessions; a number is taken by one session that is not cancelled."""
    with op.batch_alter_table(
        "session", copy_from=old_session(), table_kwargs={"sqlite_strict": True}
    ) as batch:
        batch.drop_constraint(op.f("uq_session_group_ordinal"), type_="unique")
        batch.alter_column("ordinal", existing_type=sa.Integer(), nullable=True)
        for name in ("uid", "local_at", "tzdata"):
            batch.alter_column(name, existing_type=sa.Text(), nullable=False)
        batch.create_unique_constraint(op.f("uq_session_uid"), ["uid"])
        for column, table in (("replaced_by", "session"), ("stand_in", "person")):
            batch.create_foreign_key(
                op.f(f"fk_session_{column}"), table, [column], ["id"], ondelete="SET NULL"
            )
        for name, rule in (
            ("numbered", "ordinal IS NOT NULL OR state = 'cancelled'"),
            ("replaced", "replaced_by IS NULL OR state = 'cancelled'"),
            ("local_at", "length(local_at) = 16"),
            ("sequence", "sequence >= 0"),
        ):
            batch.create_check_constraint(op.f(f"ck_session_{name}"), rule)
    op.create_index("ix_session_group", "session", ["group", "starts_at"])
    op.create_index(
        "uq_session_ordinal",
        "session",
        ["group", "ordinal"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )


def old_group() -> sa.Table:
    """The table as it stands now. SQLite rebuilds it from this; it cannot tell its own rules."""
    return sa.Table(
        "therapy_group",
        sa.MetaData(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        *group_columns(),
        sa.CheckConstraint("sessions BETWEEN 1 AND 52", name=op.f("ck_therapy_group_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_therapy_group")),
    )


def old_session() -> sa.Table:
    """The same of the sessions."""
    unfinished = sa.text("state IN ('planned', 'open')")
    return sa.Table(
        "session",
        sa.MetaData(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        *session_columns(),
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
        sa.Index("ix_session_unfinished", "ends_at", sqlite_where=unfinished, postgresql_where=unfinished),
    )
