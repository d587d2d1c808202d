"""The whole application on one page."""

from aiohttp import web

from server import health, links_exchange, returned
from server.pages import (
    assets,
    calendar,
    coordinator_routes,
    crisis,
    demo,
    front,
    home,
    link,
    place_routes,
    room,
)
from server.rooms import socket, tickets
from server.staff import (
    account,
    again,
    break_glass,
    crisis_numbers,
    entry,
    invitations,
    on_call,
    passkey_sign_in,
    people,
    service,
    setup,
)


def routes(*, demo_mode: bool) -> list[web.RouteDef]:
    """Every address this server answers."""
    return [
        *front.routes(),
        *link.routes(),
        *links_exchange.routes(),
        *home.routes(),
        *room.routes(),
        *place_routes.routes(),
        *calendar.routes(),
        *coordinator_routes.routes(),
        *crisis.routes(),
        *assets.routes(),
        *health.routes(),
        *returned.routes(),
        *entry.routes(),
        *setup.routes(),
        *passkey_sign_in.routes(),
        *again.routes(),
        *account.routes(),
        *invitations.routes(),
        *people.routes(),
        *service.routes(),
        *on_call.routes(),
        *crisis_numbers.routes(),
        *break_glass.routes(),
        web.post("/s/{place}/ticket/{session}", tickets.post),
        web.get("/s/{place}/socket/{session}", socket.connect),
        *(demo.routes() if demo_mode else []),
    ]
