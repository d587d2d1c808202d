"""The table of the work with a member: people, problems, areas, goals, strategies, the plan."""

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

from store.columns import Utc
from store.tables_base import table

workbook = table(
    "workbook",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("member", Text, ForeignKey("member.id", ondelete="RESTRICT"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("thing", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("device", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("member", "kind", "thing", "number"),
    CheckConstraint(
        "kind IN ('relation', 'note', 'problem', 'ranking', 'area', 'goal', 'worked', 'plan', 'afterwards',"
        " 'readiness')",
        name="kind",
    ),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("length(thing) BETWEEN 1 AND 64", name="thing"),
    Index("ix_workbook_member", "member", "seq"),
    counted=True,
)
