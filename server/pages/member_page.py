"""One member as a coordinator sees them: how to reach them, their attendance and standing, whether check-ins
are done, what was sent, and what the coordinator can do. No answer, no score, no note.
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkin_states
import store.groups
import store.links
import store.message_log
import store.pauses
import store.people_own
import store.questions
import store.standing
from care.contact import SafeContact
from server import keys, render
from server.pages import forms, grid, member_rounds, member_words, office, people_fields, zone_field
from server.pages.forms import Form
from server.pages.office import Office
from server.staff import desk
from store.groups import Member
from store.people_own import Profile
from store.standing import GridRow

PAGE = "pages/coordinator/people/member.html"
MESSAGES, LINKS = 10, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A member of this office's group, perhaps a former one."""

    at: Office
    member: Member

    @property
    def address(self) -> str:
        """The member's page."""
        return self.at.address(f"people/{self.member.id}")


async def find(request: web.Request) -> About:
    """The member in the address. Raises HTTPNotFound for anybody who was never a participant of the group."""
    at = await office.current(request)
    wanted = request.match_info["member"]
    async with request.app[keys.DATABASE].read() as tx:
        roster = await store.groups.roster(tx, at.group.id)
    found = next((one for one in roster if one.id == wanted and one.role == "participant"), None)
    if found is None:
        raise web.HTTPNotFound
    return About(at=at, member=found)


async def show(request: web.Request) -> web.Response:
    """The page as it stands."""
    return await page(request, await find(request), None)


async def page(
    request: web.Request, about: About, form: Form | None, callback: str | None = None
) -> web.Response:
    """The page with one form's mistakes, or with the number to call once somebody asked for it."""
    now = request.app[keys.CLOCK]().wall
    secrets, member = request.app[keys.KEYS], about.member
    async with request.app[keys.DATABASE].write() as tx:
        try:
            profile = await store.people_own.profile(tx, secrets, member.id, about.at.who.member, now)
        except LookupError as gone:
            raise web.HTTPNotFound from gone
    async with request.app[keys.DATABASE].read() as tx:
        row = await store.standing.of_member(tx, member.id, now)
        shown = await grid_of(request, tx, about, row, profile.name)
        context: dict[str, Any] = {
            "course": await store.pauses.of_member(tx, member.id),
            "questions": await store.questions.of_member(tx, secrets, member.id),
            "links": await store.links.history(tx, member.id, LINKS),
            "messages": await store.message_log.of_group(tx, about.at.group.id, MESSAGES, member.id),
            "checkins": member_rounds.of(
                await store.checkin_states.of_member(tx, member.id, now), reader(request, about), now
            ),
            "waivers": list(member_words.waivers(render.words(request)).items()),
        }
    words = render.words(request)
    return forms.again(
        request,
        PAGE,
        form or start(profile),
        office=about.at,
        here="people",
        member=member,
        profile=profile,
        callback=callback,
        said=request.query.get("said", ""),
        now=now,
        grid=shown,
        line=shown.lines[0],
        words=member_words.of(words),
        clinician=await is_clinician(request, about),
        zones=zone_field.offered(),
        languages=people_fields.languages(request),
        hours=[(str(hour), f"{hour:02}:00") for hour in range(25)],
        **context,
    )


def reader(request: web.Request, about: About) -> member_rounds.Reader:
    """The words and the zone in which the check-ins are named."""
    return member_rounds.Reader(
        words=render.words(request), language=render.language(request), zone=about.at.group.zone
    )


async def is_clinician(request: web.Request, about: About) -> bool:
    """True for a coordinator who is signed in at a clinician's desk."""
    desks = await desk.open_desks(request)
    return any(one.person == about.at.who.person and one.clinician for one in desks)


async def known(request: web.Request, about: About) -> Form:
    """The page's forms as they are stored."""
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        actor = about.at.who.member
        profile = await store.people_own.profile(tx, request.app[keys.KEYS], about.member.id, actor, now)
    return start(profile)


async def grid_of(
    request: web.Request, tx: AsyncConnection, about: About, row: GridRow, name: str
) -> grid.View:
    """The member's own line of the grid."""
    now = request.app[keys.CLOCK]().wall
    parts = await grid.phases(tx, about.at)
    whole = await store.standing.grid(tx, about.at.group.id, now)
    one = store.standing.Grid(group=whole.group, columns=whole.columns, rows=(row,))
    return grid.view(one, {row.member: name}, parts, now, render.words(request), render.language(request))


def start(profile: Profile) -> Form:
    """The forms of the page before anything was typed."""
    rule: SafeContact = profile.safe
    return forms.filled(
        {
            "address": profile.address,
            "name": profile.name,
            "real_name": profile.real_name,
            "zone": profile.zone,
            "locale": profile.locale,
            "channel": rule.channel,
            "wording": rule.wording,
            "from_hour": str(rule.from_hour),
            "until_hour": str(rule.until_hour),
            "calendar": "yes" if rule.calendar else "",
        }
    )
