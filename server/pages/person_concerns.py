"""The open concerns about one member, on the facilitators' page of that member: how soon, never what was
answered."""

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.concern_access
from server.pages import concerns
from server.pages.person import Person


async def load(request: web.Request, tx: AsyncConnection, person: Person) -> Mapping[str, object] | None:
    """The lines; None where there is no open concern."""
    found = await store.concern_access.of_member(tx, person.member.id)
    if not found:
        return None
    return {"rows": [concerns.row(request, one, person.name, person.here.now) for one in found]}
