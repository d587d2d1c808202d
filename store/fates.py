"""What becomes of each table's rows when a person is erased: one line for every table there is.

What is sealed under the person's key opens no more, whatever else holds; so a fate speaks of the row around
it. A row that the law or somebody else's record needs stays, without a name, and says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Table, false, or_, select

from care.checkin_states import OPEN
from store import tables as t

OPEN_ROUNDS = tuple(state.value for state in OPEN)
WAITING = ("pending", "claimed")
Whose = Callable[[str], ColumnElement[bool]]


class Act(StrEnum):
    """What an erasure does with a row."""

    DELETED = "deleted"
    ENDED = "ended"
    "Withdrawn, revoked or closed; the row goes when its time is over (`store.retention`)."
    BLANKED = "blanked"
    KEPT = "kept"


class Why(StrEnum):
    """Why a row stays. The words stand with the command."""

    NONE = ""
    TREATMENT = "treatment"
    ATTENDANCE = "attendance"
    CONTRACT = "contract"
    LEDGER = "ledger"
    SAFETY = "safety"
    ACCOUNTABLE = "accountable"
    ORDER = "order"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The rows of one table that are a person's, and what becomes of them."""

    table: Table
    whose: Whose
    act: Act
    why: Why = Why.NONE
    live: ColumnElement[bool] | None = None
    "Of rows that are ended: which of them are not over yet."

    @property
    def sealed(self) -> tuple[Column[bytes], ...]:
        """What is sealed under the person's key."""
        return tuple(column for column in self.table.c if column.name.endswith("_sealed"))


def of_person(column: Column[str]) -> Whose:
    """Rows that name the person."""
    return lambda person: column == person


def of_member(column: Column[str]) -> Whose:
    """Rows that name a place of theirs in a group."""
    return lambda person: column.in_(select(t.member.c.id).where(t.member.c.person == person))


def of_row(column: Column[str], table: Table, through: Column[str], whose: Whose) -> Whose:
    """Rows that name a row of another table that is theirs."""
    return lambda person: column.in_(select(through).select_from(table).where(whose(person)))


def told_of(column: Column[str]) -> Whose:
    """Lines of the audit about them: as a person, or at a place of theirs."""
    places = ("member:" + t.member.c.id).label("object")
    return lambda person: or_(
        column == f"person:{person}", column.in_(select(places).where(t.member.c.person == person))
    )


def nobodys(_person: str) -> ColumnElement[bool]:
    """No row is a person's."""
    return false()


_individual = of_member(t.individual.c.member)
_own_session = of_member(t.session.c.member)
_concern = of_member(t.concern.c.member)
_account = of_person(t.staff.c.person)


def _of_account(column: Column[str]) -> Whose:
    return of_row(column, t.staff, t.staff.c.id, _account)


FATES: tuple[Fate, ...] = (
    Fate(table=t.person, whose=of_person(t.person.c.id), act=Act.BLANKED),
    Fate(table=t.person_key, whose=of_person(t.person_key.c.person), act=Act.DELETED),
    Fate(
        table=t.member,
        whose=of_person(t.member.c.person),
        act=Act.ENDED,
        why=Why.ORDER,
        live=t.member.c.left_at.is_(None),
    ),
    # The way in.
    Fate(
        table=t.link,
        whose=of_member(t.link.c.member),
        act=Act.ENDED,
        why=Why.SHORT,
        live=t.link.c.revoked_at.is_(None),
    ),
    Fate(table=t.link_event, whose=of_member(t.link_event.c.member), act=Act.KEPT, why=Why.SHORT),
    Fate(
        table=t.signin,
        whose=of_member(t.signin.c.member),
        act=Act.ENDED,
        why=Why.SHORT,
        live=t.signin.c.closed_at.is_(None),
    ),
    Fate(table=t.device, whose=of_member(t.device.c.member), act=Act.DELETED),
    Fate(table=t.calendar_feed, whose=of_member(t.calendar_feed.c.member), act=Act.DELETED),
    Fate(table=t.doorstep, whose=of_member(t.doorstep.c.member), act=Act.DELETED),
    # Messages.
    Fate(
        table=t.outbox,
        whose=of_person(t.outbox.c.person),
        act=Act.ENDED,
        why=Why.SHORT,
        live=t.outbox.c.state.in_(WAITING),
    ),
    Fate(table=t.delivered, whose=of_person(t.delivered.c.person), act=Act.DELETED),
    Fate(table=t.alert, whose=of_person(t.alert.c.person), act=Act.KEPT, why=Why.SAFETY),
    # Answers and the work with them.
    Fate(
        table=t.checkin,
        whose=of_member(t.checkin.c.member),
        act=Act.ENDED,
        why=Why.TREATMENT,
        live=t.checkin.c.state.in_(OPEN_ROUNDS),
    ),
    Fate(table=t.answer, whose=of_member(t.answer.c.member), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.workbook, whose=of_member(t.workbook.c.member), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.tryout, whose=of_member(t.tryout.c.member), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.summary_copy, whose=of_member(t.summary_copy.c.member), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.group_summary, whose=of_member(t.group_summary.c.by), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.personal_sheet, whose=of_member(t.personal_sheet.c.member), act=Act.KEPT, why=Why.CONTRACT),
    Fate(table=t.outcome, whose=of_member(t.outcome.c.member), act=Act.KEPT, why=Why.TREATMENT),
    Fate(table=t.score_look, whose=of_member(t.score_look.c.member), act=Act.DELETED),
    Fate(table=t.assessed, whose=of_member(t.assessed.c.member), act=Act.KEPT, why=Why.SAFETY),
    Fate(table=t.concern, whose=_concern, act=Act.KEPT, why=Why.SAFETY),
    Fate(
        table=t.concern_event,
        whose=of_row(t.concern_event.c.concern, t.concern, t.concern.c.id, _concern),
        act=Act.KEPT,
        why=Why.SAFETY,
    ),
    # Individual meetings.
    Fate(
        table=t.individual,
        whose=_individual,
        act=Act.ENDED,
        why=Why.TREATMENT,
        live=t.individual.c.state == "booked",
    ),
    Fate(table=t.slot, whose=of_member(t.slot.c.facilitator), act=Act.KEPT, why=Why.ORDER),
    Fate(
        table=t.meeting_decision,
        whose=of_row(t.meeting_decision.c.meeting, t.individual, t.individual.c.id, _individual),
        act=Act.KEPT,
        why=Why.ATTENDANCE,
    ),
    Fate(
        table=t.checklist,
        whose=of_row(t.checklist.c.meeting, t.individual, t.individual.c.id, _individual),
        act=Act.DELETED,
    ),
    Fate(table=t.session, whose=_own_session, act=Act.KEPT, why=Why.TREATMENT),
    Fate(
        table=t.room,
        whose=of_row(t.room.c.session, t.session, t.session.c.id, _own_session),
        act=Act.KEPT,
        why=Why.ORDER,
    ),
    # Attendance.
    Fate(table=t.seat, whose=of_member(t.seat.c.member), act=Act.KEPT, why=Why.ORDER),
    Fate(table=t.fact, whose=of_member(t.fact.c.member), act=Act.KEPT, why=Why.SHORT),
    Fate(table=t.proposal, whose=of_member(t.proposal.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    Fate(table=t.decision, whose=of_member(t.decision.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    Fate(table=t.ledger_entry, whose=of_member(t.ledger_entry.c.member), act=Act.KEPT, why=Why.LEDGER),
    Fate(table=t.by_hand, whose=of_member(t.by_hand.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    Fate(
        table=t.absence_notice, whose=of_member(t.absence_notice.c.member), act=Act.KEPT, why=Why.ATTENDANCE
    ),
    Fate(table=t.question, whose=of_member(t.question.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    Fate(table=t.task, whose=of_member(t.task.c.member), act=Act.KEPT, why=Why.ACCOUNTABLE),
    # The contract.
    Fate(table=t.signature, whose=of_member(t.signature.c.member), act=Act.KEPT, why=Why.CONTRACT),
    Fate(
        table=t.admitted_unsigned,
        whose=of_member(t.admitted_unsigned.c.member),
        act=Act.KEPT,
        why=Why.CONTRACT,
    ),
    Fate(table=t.pause, whose=of_member(t.pause.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    Fate(table=t.leaving, whose=of_member(t.leaving.c.member), act=Act.KEPT, why=Why.ATTENDANCE),
    # Of somebody who worked here.
    Fate(table=t.group_draft, whose=of_person(t.group_draft.c.person), act=Act.DELETED),
    Fate(table=t.staff, whose=_account, act=Act.BLANKED, why=Why.ACCOUNTABLE),
    Fate(table=t.staff_signin, whose=_of_account(t.staff_signin.c.staff), act=Act.DELETED),
    Fate(table=t.staff_token, whose=_of_account(t.staff_token.c.staff), act=Act.DELETED),
    Fate(table=t.passkey, whose=_of_account(t.passkey.c.staff), act=Act.DELETED),
    Fate(table=t.break_glass, whose=_of_account(t.break_glass.c.staff), act=Act.KEPT, why=Why.ACCOUNTABLE),
    # Who did and saw what.
    Fate(table=t.access_log, whose=of_person(t.access_log.c.person), act=Act.KEPT, why=Why.ACCOUNTABLE),
    Fate(table=t.audit, whose=told_of(t.audit.c.object), act=Act.KEPT, why=Why.ACCOUNTABLE),
    # About nobody.
    *(
        Fate(table=one, whose=nobodys, act=Act.KEPT)
        for one in (
            *(t.group, t.boot, t.signal, t.tick, t.service_version, t.contract_version, t.change),
            *(t.dates_revision, t.questionnaire, t.on_call_version, t.crisis_version, t.reopening),
        )
    ),
)
