"""Who came: what the facts propose about each member of one session, for coordinators and facilitators."""

from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations

from aiohttp import web

import store.attendance
import store.groups
import store.people
from care.attendance import Proposal
from server import keys, render, signin

MAY_SEE = ("coordinator", "facilitator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member's line. `minutes` of `of_minutes`; `arrived_at` is None for who never came."""

    member: str
    name: str
    status: str
    words: str
    minutes: int | None
    of_minutes: int | None
    arrived_at: datetime | None
    decide: bool


async def attendance(request: web.Request) -> web.Response:
    """The proposals of a session of one's own group."""
    who = await signin.current(request)
    if who.role not in MAY_SEE:
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        session = await store.groups.session(tx, request.match_info["session"])
        if session is None or session.group != who.group:
            raise web.HTTPNotFound
        proposals = await store.attendance.proposals(tx, session.id)
        members = [one for one in await store.groups.roster(tx, who.group) if one.role == "participant"]
        names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
    found = {one.member: one for one in proposals}
    translations = render.words(request)
    rows = [row(translations, one.id, names.get(one.id, ""), found.get(one.id)) for one in members]
    return render.page(
        request, "pages/attendance.html", place=who.place, session=session, rows=rows, ready=bool(proposals)
    )


def row(translations: NullTranslations, member: str, name: str, proposal: Proposal | None) -> Row:
    """A member's line; without a proposal everything is still open."""
    if proposal is None:
        return Row(
            member=member,
            name=name,
            status="expected",
            words=status_words(translations, "expected"),
            minutes=None,
            of_minutes=None,
            arrived_at=None,
            decide=False,
        )
    return Row(
        member=member,
        name=name,
        status=proposal.status.value,
        words=status_words(translations, proposal.status.value),
        minutes=int(proposal.present.total_seconds() // 60),
        of_minutes=int(proposal.window.total_seconds() // 60),
        arrived_at=proposal.arrived_at,
        decide=proposal.decide,
    )


def status_words(translations: NullTranslations, status: str) -> str:
    """Plain words for a status; no blame, no verdict on the person."""
    _ = translations.gettext
    known = {
        "expected": _("not computed yet"),
        "not_on_roster": _("not in the group on that day"),
        "agreed_pause": _("agreed pause"),
        "provider_cancelled": _("called off by us"),
        "cut_short": _("cut short by us"),
        "attended": _("was there"),
        "attended_late": _("was there, came later"),
        "left_early": _("was there, left earlier"),
        "technical_failure": _("tried, the technology failed"),
        "partial": _("was there for a part"),
        "brief_contact": _("was there for a moment; needs a call"),
        "late_not_admitted": _("came, was not let in"),
        "excused": _("told us before"),
        "late_cancel": _("told us shortly before"),
        "no_show": _("we missed them; needs a call"),
    }
    return known.get(status, status)


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/attendance/{session}", attendance)]
