"""Everything of one person's own that is kept, opened for a copy to them. One table says what belongs to it
and one what does not, with the rule; whatever is added to the database has to be named in one of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import workbook as care_workbook
from store import access_log, audit, chain
from store import tables as t
from store.erasing import OPERATOR, known
from store.fates import FATES
from store.sealing import DataKey, Keys

Value = str | int | bool | None
Place = Callable[[Row[Any]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a table is a person's own: the columns that are shown, and what is sealed, opened at the place
    that it was sealed for."""

    title: str
    table: Table
    columns: tuple[str, ...]
    sealed: tuple[str, ...] = ()
    place: Place = lambda row: str(row.id)
    only: tuple[str, frozenset[str]] | None = None
    "A column and the values of it that are the person's own."


PARTS: tuple[Part, ...] = (
    Part(
        title="You",
        table=t.person,
        columns=("zone", "locale", "texts", "created_at"),
        sealed=("name", "real_name", "contact", "callback", "emergency", "safe"),
    ),
    Part(title="Your places in groups", table=t.member, columns=("group", "role", "joined_at", "left_at")),
    Part(title="Agreed pauses", table=t.pause, columns=("starts_at", "ends_at", "reason")),
    Part(title="Leaving and coming back", table=t.leaving, columns=("left_at", "why", "returned_at")),
    Part(
        title="Contracts you signed",
        table=t.signature,
        columns=("side", "language", "signed_at"),
        sealed=("text",),
    ),
    Part(
        title="Your personal sheet",
        table=t.personal_sheet,
        columns=("number", "made_at"),
        sealed=("body",),
        place=lambda row: f"{row.member}:{row.number}",
    ),
    Part(
        title="Check-ins you were asked for",
        table=t.checkin,
        columns=("id", "wave", "number", "state", "opens_at", "closes_at", "form", "done_at"),
    ),
    Part(
        title="Your answers",
        table=t.answer,
        columns=("checkin", "question", "form", "instrument", "mode", "at"),
        sealed=("value",),
        place=lambda row: f"{row.checkin}:{row.question}:{row.id}",
    ),
    Part(
        title="People, problems, areas, goals and plan",
        table=t.workbook,
        columns=("kind", "thing", "number", "at"),
        sealed=("body",),
        place=lambda row: f"{row.member}:{row.kind}:{row.thing}:{row.number}",
        only=("kind", care_workbook.OWN),
    ),
    Part(
        title="What you tried between sessions",
        table=t.tryout,
        columns=("thing", "number", "at"),
        sealed=("body",),
        place=lambda row: f"{row.member}:{row.thing}:{row.number}",
    ),
    Part(
        title="Summaries of sessions you were given",
        table=t.summary_copy,
        columns=(),
        sealed=("body",),
        place=lambda row: f"{row.summary}:{row.member}",
    ),
    Part(
        title="Times you said you would be away",
        table=t.absence_notice,
        columns=("session", "category", "given_at", "withdrawn_at"),
        sealed=("text",),
    ),
    Part(
        title="Attendance: what was decided, newest last",
        table=t.decision,
        columns=("session", "status", "reason", "role", "at"),
    ),
    Part(
        title="The account of absences",
        table=t.ledger_entry,
        columns=("session", "amount", "kind", "at"),
    ),
    Part(
        title="Presence entered by hand",
        table=t.by_hand,
        columns=("session", "kind", "starts_at", "ends_at", "reason", "withdrawn_at"),
    ),
    Part(
        title="Times of connection",
        table=t.fact,
        columns=("session", "kind", "at"),
    ),
    Part(
        title="What you asked about your record",
        table=t.question,
        columns=("session", "state", "asked_at", "answered_at"),
        sealed=("text", "answer"),
    ),
    Part(
        title="Individual meetings",
        table=t.individual,
        columns=("topic", "state", "session", "reason", "made_at", "finished_at"),
    ),
    Part(
        title="Dates of your individual meetings",
        table=t.session,
        columns=("id", "starts_at", "ends_at", "state"),
    ),
    Part(
        title="Where you said you were, and the number for that session",
        table=t.doorstep,
        columns=("session", "alone", "headphones", "at"),
        sealed=("where", "phone"),
        place=lambda row: f"{row.session}.{row.member}",
    ),
    Part(
        title="Messages to you: kind, time and result",
        table=t.outbox,
        columns=("kind", "channel", "due_at", "state", "finished_at"),
    ),
    Part(title="Devices you came in with", table=t.device, columns=("label", "first_seen_at")),
    Part(
        title="Your links",
        table=t.link,
        columns=("purpose", "created_at", "expires_at", "uses", "revoked_at"),
    ),
    Part(
        title="Your calendar address", table=t.calendar_feed, columns=("created_at", "read_at", "revoked_at")
    ),
    Part(
        title="Who looked at what is yours",
        table=t.access_log,
        columns=("at", "actor", "action", "purpose"),
    ),
)

LEFT_OUT: Mapping[str, str] = {
    "outcome": "staff notes: what a clinician wrote about how it ended",
    "concern": "safety record: the staff's own account of a concern, on request from a clinician",
    "concern_event": "safety record: the staff's own account of a concern, on request from a clinician",
    "assessed": "safety record: the same answers as above, a second time",
    "meeting_checklist": "staff notes: the facilitator's own list of what was gone through",
    "score_look": "staff notes: which prompts a facilitator had looked at",
    "task": "staff notes: what staff were asked to do",
    "meeting_decision": "held or not held stands with the meeting; the rest is about who said so",
    "attendance_proposal": "what the machine proposed before a person decided; the decision is here",
    "admitted_unsigned": "staff notes: that somebody was let in before signing",
    "seat": "technical: the place in a room",
    "room": "technical: the state of a room",
    "signin": "technical: sign-ins from your links; the links and devices are here",
    "link_event": "technical: the history of your links; the links and devices are here",
    "person_key": "technical: the key that everything is sealed under",
    "delivered": "technical: the demonstration's outbox",
    "audit": "other people's acts: who changed what; it holds no content",
    "alert": "of somebody who works here",
    "staff": "of somebody who works here",
    "staff_signin": "of somebody who works here",
    "staff_token": "of somebody who works here",
    "passkey": "of somebody who works here",
    "break_glass": "of somebody who works here; who looked is here",
    "group_draft": "of somebody who works here: it holds other people's data",
    "group_summary": "of somebody who works here: what they wrote for a group",
    "meeting_slot": "of somebody who works here: times they offered",
}
"What of a person's rows is not in their copy, and by which rule."
ALSO = (
    "notes about safety, what facilitators noted of a session and how ready they thought the person was"
    " (kinds note, worked and readiness): staff notes",
    "notes beside a decision about attendance: staff notes",
    "anything about other members of the group: other people's data",
)


async def access_everything(
    tx: AsyncConnection, keys: Keys, person: str, approved_by: str, now: datetime
) -> dict[str, list[dict[str, Value]]]:
    """All of a person's own data by the title of its part, opened and logged with who approved it. Raises
    Refused for nobody, or somebody erased."""
    await chain.hold(tx)
    await known(tx, person)
    approved = f"copy to the person, approved by staff:{approved_by}"
    await access_log.append(
        tx, keys, actor=OPERATOR, action="export", person=person, purpose=approved, now=now
    )
    about = {"actor": OPERATOR, "role": OPERATOR, "action": "person_exported", "object": f"person:{person}"}
    await audit.append(tx, keys, **about, reason=f"approved by staff:{approved_by}", now=now)
    key = await keys.one(tx, person)
    whose = {fate.table.name: fate.whose for fate in FATES}
    found = {}
    for part in PARTS:
        query = select(part.table).where(whose[part.table.name](person))
        if part.only is not None:
            query = query.where(part.table.c[part.only[0]].in_(sorted(part.only[1])))
        rows = (await tx.execute(query.order_by(*_order(part.table)))).all()
        found[part.title] = [_shown(part, row, key) for row in rows]
    return found


def _order(table: Table) -> list[Any]:
    return [table.c.seq] if "seq" in table.c else list(table.primary_key)


def _shown(part: Part, row: Row[Any], key: DataKey) -> dict[str, Value]:
    shown = {name: plain(getattr(row, name)) for name in part.columns}
    for name in part.sealed:
        box = getattr(row, f"{name}_sealed")
        shown[name] = key.open(part.table.name, name, part.place(row), box) if box is not None else ""
    return shown


def plain(value: object) -> Value:
    """A value as JSON has it; instants in ISO 8601 with offset."""
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
