"""Every address of the coordinators' pages."""

from aiohttp import web

from server.pages import (
    dates,
    grid,
    worklist,
)


def routes() -> list[web.RouteDef]:
    """The work list, the set-up of a group, and the pages of a group."""
    return [
        *worklist.routes(),
        *grid.routes(),
        *dates.routes(),
    ]
