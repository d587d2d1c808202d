"""A member's page, the contract: whether both sides have signed what holds now."""

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.signatures
from server.pages import contract_facilitator
from server.pages.person import Person


async def load(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The state of the newest version, None before there is a contract."""
    version = await store.contracts.latest(tx, about.who.group)
    if version is None:
        return None
    given = await store.signatures.of_group(tx, about.who.group)
    line = contract_facilitator.line(about.member.id, about.name, given, version.number)
    return {"state": line.state}
