"""Every address of the coordinators' pages. A member's page is shared with the facilitators."""

from aiohttp import web

from server.pages import (
    audit,
    contract_coordinator,
    dates,
    export,
    first_links,
    grid,
    home_coordinator,
    individual_office,
    member_changes,
    messages,
    outcome,
    people,
    person_page,
    setup,
    setup_check,
    setup_numbers,
    setup_people,
    worklist,
)


def routes() -> list[web.RouteDef]:
    """The work list, the set-up of a group, and the pages of a group."""
    return [
        *worklist.routes(),
        *setup.routes(),
        *setup_numbers.routes(),
        *setup_people.routes(),
        *setup_check.routes(),
        *grid.routes(),
        *dates.routes(),
        *messages.routes(),
        *audit.routes(),
        *export.routes(),
        *people.routes(),
        *home_coordinator.routes(),
        *individual_office.routes(),
        *first_links.routes(),
        *outcome.routes(),
        *person_page.routes(),
        *member_changes.routes(),
        *contract_coordinator.routes(),
    ]
