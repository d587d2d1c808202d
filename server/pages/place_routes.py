"""The pages of members and facilitators below one place."""

from aiohttp import web

from server.pages import (
    attendance,
    attendance_by_hand,
    away,
    book_areas,
    book_circle,
    book_goals,
    book_mine,
    book_plan,
    book_problems,
    book_strategies,
    brief,
    checkin,
    checkin_staff,
    concerns,
    contract,
    help_now,
    individual,
    individual_one,
    leave,
    me,
    not_me,
    own_calendar,
    own_meetings,
    record,
    scores,
    scores_export,
    scores_overview,
    scores_own,
)


def routes() -> list[web.RouteDef]:
    """All of them."""
    pages = (
        attendance,
        attendance_by_hand,
        away,
        book_areas,
        book_circle,
        book_goals,
        book_mine,
        book_plan,
        book_problems,
        book_strategies,
        brief,
        checkin,
        checkin_staff,
        concerns,
        contract,
        help_now,
        individual,
        individual_one,
        leave,
        me,
        not_me,
        own_calendar,
        own_meetings,
        record,
        scores,
        scores_export,
        scores_overview,
        scores_own,
    )
    return [route for page in pages for route in page.routes()]
