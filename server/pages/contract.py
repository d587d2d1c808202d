"""The contract at one address for three roles: the member reads and signs, facilitators see who has signed
and sign for the service, the coordinator reads the group's terms."""

from aiohttp import web

from server import signin
from server.pages import contract_coordinator, contract_facilitator, contract_member

PAGES = {
    "participant": contract_member.page,
    "facilitator": contract_facilitator.page,
    "coordinator": contract_coordinator.page,
}


async def show(request: web.Request) -> web.Response:
    """The contract as this role needs it."""
    who = await signin.current(request)
    return await PAGES[who.role](request, who)


def routes() -> list[web.RouteDef]:
    """Reading for everybody, signing for member and facilitators."""
    one = "/s/{place}/contract/{member}"
    return [
        web.get("/s/{place}/contract", show),
        web.post("/s/{place}/contract", contract_member.sign),
        web.get(one, contract_facilitator.show_one),
        web.post(f"{one}/sheet", contract_facilitator.save_sheet),
        web.post(f"{one}/sign", contract_facilitator.sign),
    ]
