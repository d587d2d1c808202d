"""The history of a group: who did what and when, for its coordinator."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.audit_view
import store.groups
import store.people
import store.staff
from server import keys, render
from server.pages import audit_words, office
from store.audit import Entry

PAGE = "pages/coordinator/audit.html"
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the history."""

    entry: Entry
    who: str
    what: str
    about: str


async def show(request: web.Request) -> web.Response:
    """The newest acts, or those before the one in `before`."""
    at = await office.current(request)
    before = request.query.get("before", "")
    words = render.words(request)
    known = audit_words.acts(words)
    async with request.app[keys.DATABASE].read() as tx:
        found = await store.audit_view.of_group(
            tx, at.group.id, known, MOST, int(before) if re.fullmatch("[0-9]{1,15}", before) else None
        )
        names = await named(request, tx, at.group.id)
    acts = [
        Act(
            entry=one,
            who=names.get(one.actor) or audit_words.role_words(words, one.role),
            what=known[one.action],
            about=about(one, names),
        )
        for one in found
    ]
    return render.page(
        request,
        PAGE,
        office=at,
        here="audit",
        acts=acts,
        older=found[-1].seq if len(found) == MOST else None,
    )


def about(entry: Entry, names: Mapping[str, str]) -> str:
    """Whom an act was about, "" where it was nobody or the one who did it."""
    ids = entry.object.replace(":", " ").split()
    found = [names[one] for one in ids if one in names and one != entry.actor]
    return found[0] if found else ""


async def named(request: web.Request, tx: AsyncConnection, group: str) -> dict[str, str]:
    """Names by the ids that acts have: of the group's people, their places and their accounts."""
    secrets = request.app[keys.KEYS]
    roster = await store.groups.roster(tx, group)
    names = await store.people.names(tx, secrets, [one.id for one in roster])
    by_person = {one.person: names[one.id] for one in roster if one.id in names}
    staff = {
        one.id: by_person[one.person] for one in await store.staff.everyone(tx) if one.person in by_person
    }
    return names | by_person | staff


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/audit", show)]
