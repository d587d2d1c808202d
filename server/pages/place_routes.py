"""The pages of members and facilitators below one place."""

from aiohttp import web

from server.pages import (
    attendance,
    attendance_by_hand,
    away,
    brief,
    contract,
    leave,
    me,
    not_me,
    own_calendar,
    record,
)


def routes() -> list[web.RouteDef]:
    """All of them."""
    pages = (
        attendance,
        attendance_by_hand,
        away,
        brief,
        contract,
        leave,
        me,
        not_me,
        own_calendar,
        record,
    )
    return [route for page in pages for route in page.routes()]
