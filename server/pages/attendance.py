"""Who came: what the facts propose about each member of one session, by what the reader's role may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import NullTranslations

from aiohttp import web

import care.came
import store.attendance
import store.groups
import store.people
from care.came import Line
from care.policy import Policy
from care.roles import Action, may
from server import keys, render, signin
from store.groups import Session

MAKING = timedelta(minutes=30)
"The list is there a minute after the end; after this it will not come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member's line; without a `line` nothing is computed yet."""

    member: str
    name: str
    status: str
    words: str
    line: Line | None


async def attendance(request: web.Request) -> web.Response:
    """The proposals of a session of one's own group."""
    who = await signin.current(request)
    if not may(who.role, Action.SEE_ATTENDANCE):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        session = await store.groups.session(tx, request.match_info["session"])
        if session is None or session.group != who.group:
            raise web.HTTPNotFound
        proposals = await store.attendance.proposals(tx, session.id)
        members = [one for one in await store.groups.roster(tx, who.group) if one.role == "participant"]
        names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
    found = {line.member: line for line in care.came.lines(proposals, who.role, Policy())}
    translations = render.words(request)
    return render.page(
        request,
        "pages/attendance.html",
        place=who.place,
        session=session,
        rows=[row(translations, one.id, names.get(one.id, ""), found.get(one.id)) for one in members],
        count=care.came.count(proposals),
        ready=bool(proposals),
        phase=phase(session, request.app[keys.CLOCK]().wall),
        evidence=who.role == "facilitator",
        reason_words=lambda code: reason_words(translations, code),
    )


def phase(session: Session, now: datetime) -> str:
    """Where a session stands: `ahead`, `ended` (its list is being made) or `past`."""
    if session.ends_at + MAKING < now:
        return "past"
    return "ended" if session.state == "closed" or session.ends_at < now else "ahead"


def row(translations: NullTranslations, member: str, name: str, line: Line | None) -> Row:
    """A member's line in words."""
    status = "expected" if line is None else line.status.value
    return Row(member=member, name=name, status=status, words=status_words(translations, status), line=line)


def status_words(translations: NullTranslations, status: str) -> str:
    """Plain words for a status; no blame, no verdict on the person."""
    _ = translations.gettext
    known = {
        "expected": _("expected"),
        "not_on_roster": _("not in the group on that day"),
        "agreed_pause": _("agreed pause"),
        "provider_cancelled": _("called off by us"),
        "cut_short": _("cut short by us"),
        "attended": _("was there"),
        "attended_late": _("was there, came later"),
        "left_early": _("was there, left earlier"),
        "technical_failure": _("tried, the technology failed"),
        "partial": _("was there for a part"),
        "brief_contact": _("was there for a moment"),
        "late_not_admitted": _("came, was not let in"),
        "excused": _("told us before"),
        "late_cancel": _("told us shortly before"),
        "no_show": _("we missed them"),
    }
    return known.get(status, status)


def reason_words(translations: NullTranslations, code: str) -> str:
    """Why this is proposed, for facilitators; an unknown code is shown as it is."""
    _ = translations.gettext
    known = {
        "listening_only": _("listened only"),
        "two_devices": _("two devices at once"),
        "with_gaps": _("with gaps"),
        "put_out": _("sent out for a while"),
        "never_connected": _("never connected"),
        "dropped": _("line broke again and again"),
        "not_let_in": _("waited, was not let in"),
        "left_the_lobby": _("left the waiting room"),
        "limit_reached": _("technical failures used up"),
        "several_members": _("several people at once"),
    }
    return known.get(code, code.removeprefix("cause_").replace("_", " "))


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/attendance/{session}", attendance)]
