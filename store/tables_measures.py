"""Tables of the measures: the words every questionnaire was ever asked in, and which prompts somebody has
looked at. No answers and no scores: those are made from the answers each time."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, PrimaryKeyConstraint, Text

from store.columns import Utc
from store.tables_base import table

questionnaire = table(
    "questionnaire",
    Column("id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("pin", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("loaded_at", Utc, nullable=False),
    PrimaryKeyConstraint("id", "version", "language"),
    CheckConstraint("length(body) BETWEEN 1 AND 200000", name="body"),
)

score_look = table(
    "score_look",
    Column("member", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("measure", Text, nullable=False),
    # The check-in that caused the prompt, or the number of the session where one is missing.
    Column("about", Text, nullable=False),
    Column("by", Text, ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    PrimaryKeyConstraint("member", "kind", "measure", "about"),
    CheckConstraint("kind IN ('early_look', 'deterioration', 'sudden_rise', 'no_data')", name="kind"),
)
