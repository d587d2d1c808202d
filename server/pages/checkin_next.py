"""What happens after a check-in was sent, and when: another form that is open, the meeting with a person, the
next session, the next form."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.individual
from care.checkin_states import UNOPENED
from care.meeting_states import TOPICS, State
from server.pages.place import Place
from store.checkins import CheckIn
from store.groups import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What comes. `meeting` is booked, needed or "" and begins at `meets_at`; `session` is the group's next
    one, `form_at` when the next form opens, `form` another one that takes answers now."""

    meeting: str
    meets_at: datetime | None
    session: Session | None
    form_at: datetime | None
    form: CheckIn | None


async def following(tx: AsyncConnection, one: CheckIn, here: Place) -> Ahead:
    """What comes after this check-in."""
    meeting, meets_at = await meeting_of(tx, one, here.now)
    others = await store.checkins.of_member(tx, one.member)
    later = [other.opens_at for other in others if other.state in UNOPENED and other.opens_at > here.now]
    open_now = [other for other in others if other.answerable(here.now)]
    sessions = [
        session
        for session in here.sessions
        if session.state in ("planned", "open") and session.starts_at > here.now
    ]
    return Ahead(
        meeting=meeting,
        meets_at=meets_at,
        session=min(sessions, key=lambda session: session.starts_at, default=None),
        form_at=min(later, default=None),
        form=min(open_now, key=lambda other: other.closes_at, default=None),
    )


async def meeting_of(tx: AsyncConnection, one: CheckIn, now: datetime) -> tuple[str, datetime | None]:
    """The individual meeting that belongs to a round: booked with its start, needed, or "" for none."""
    if one.wave not in TOPICS:
        return "", None
    found = await store.individual.settled(tx, one.member, one.wave)
    if found is None:
        return "needed", None
    ahead = found.state is State.BOOKED and found.starts_at is not None and found.starts_at > now
    return ("booked", found.starts_at) if ahead else ("", None)
