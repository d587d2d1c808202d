"""A participant's start page: my group. The next session with its door, all dates, what is to sign."""

from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.concern_rows
import store.contracts
import store.signatures
import store.summary_copies
from care import signing
from care.roles import Action, may
from server import keys, render
from server.pages import checkin, course, meetings_shown, own_dates, place
from server.pages.contract_rules import group_rules
from server.pages.questions_all import rounds
from store.groups import Session
from store.signins import SignIn

SOON = timedelta(hours=1)
"From then on a page that stands open is worth another look."


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The page as it stands now."""
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        found = await course.load(request, tx, who)
        notices = await store.absence.of_member(tx, who.member)
        terms = await place.terms(tx, who.group, here.now)
        unsigned = await to_sign(tx, who)
        to_fill_in = await checkin.open_ones(tx, who, here)
        own = may(who.role, Action.OWN_PLACE, who.purpose)
        member = await meetings_shown.me(tx, who.member)
        alone = await meetings_shown.topics(request, tx, member, here.now) if own else []
        written = await store.summary_copies.last_of(tx, who.member)
        call = await store.concern_rows.awaiting(tx, who.member) if own else None
    following = found.sessions.next
    dates = own_dates.arrange(here.sessions, here.series, here.zone, here.now, notices)
    door_at = door(following, terms.door_minutes)
    return render.page(
        request,
        "pages/participant/home.html",
        place=who.place,
        here="home",
        own=own,
        summary_of=next((one for one in here.sessions if one.id == written), None),
        name=here.name,
        group_title=here.group.title,
        next=following,
        total=here.group.count,
        zone=here.zone,
        door_at=door_at,
        door_open=door_at is not None and here.now >= door_at,
        door_soon=door_at is not None and door_at - here.now < SOON,
        can_enter=may(who.role, Action.ENTER_ROOM, who.purpose),
        away_next=following is not None and following.id in notices,
        to_sign=own and unsigned,
        to_fill_in=to_fill_in,
        call=call,
        rounds=rounds(render.words(request)),
        meeting=meetings_shown.next_one(alone, here.now),
        to_book=meetings_shown.to_book(alone, here.now),
        rows=dates.rows,
        hours=dates.hours,
        last=dates.last,
        left=dates.left,
        rules=group_rules(render.words(request)),
    )


def door(session: Session | None, minutes: int) -> datetime | None:
    """When the button to join appears."""
    return None if session is None else session.starts_at - timedelta(minutes=minutes)


async def to_sign(tx: AsyncConnection, who: SignIn) -> bool:
    """Whether the newest contract still waits for this member."""
    version = await store.contracts.latest(tx, who.group)
    if version is None:
        return False
    given = [one for one in await store.signatures.of_group(tx, who.group) if one.member == who.member]
    held = {(one.version, one.side) for one in given}
    return (version.number, signing.MEMBER) not in held
