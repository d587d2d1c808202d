"""The work list: what somebody who works here has to do, in all their groups, with one action in each row;
then their groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.concern_access
import store.link_acts
import store.message_log
import store.people
import store.setup
import store.staff
import store.staff_people
import store.tasks
import store.worklist
from care.roles import Role
from server import cookies, keys, render
from server.pages import forms, work_words
from server.pages.dates_shown import clock, day
from server.pages.work_words import Way
from server.staff import desk
from store.sealing import Keys
from store.staff_signins import DeskSignIn
from store.worklist import GroupLine, Item

TEMPLATE = "pages/coordinator/worklist.html"
MOST = 100
"Rows of one page; what is due later waits its turn."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task in words."""

    item: Item
    what: str
    reasons: tuple[str, ...]
    due: str
    overdue: bool
    way: Way


async def show(request: web.Request) -> web.Response:
    """The work list as it stands now."""
    return await page(request, await desk.current(request), forms.filled({}))


async def page(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """Today, what is to be done, the groups, the drafts."""
    now = request.app[keys.CLOCK]().wall
    secrets = request.app[keys.KEYS]
    async with request.app[keys.DATABASE].read() as tx:
        items = await store.worklist.rows(tx, secrets, who.person, now, MOST)
        groups = await store.worklist.groups(tx, who.person, now)
        zone = (await store.staff_people.known(tx, secrets, [who.person]))[who.person].zone
        needed = await contact_needed(tx, secrets, groups)
        unsure = await unsure_messages(tx, groups, now)
        drafts = await store.setup.drafts(tx, secrets, who.person)
        waiting = await store.worklist.waiting(tx, who.person)
        colleagues = [one for one in await store.staff.everyone(tx) if one.disabled_at is None]
    translations, language = render.words(request), render.language(request)
    return forms.again(
        request,
        TEMPLATE,
        form,
        desk=who.desk,
        who=who,
        csrf=cookies.csrf_value(request, who.id),
        today=day(now.astimezone(ZoneInfo(zone)).date(), language),
        zone=zone,
        now=now,
        sessions=today(groups, zone, now),
        rows=[row(one, zone, now, translations, language) for one in items],
        needed=needed,
        unsure=unsure,
        waiting=waiting - len(items),
        groups=groups,
        alone=all(one.person == who.person for one in colleagues),
        drafts=drafts,
        said=work_words.said_words(translations, request.query.get("said", "")),
        outcomes=[(code, work_words.outcome_words(translations, code)) for code in work_words.OUTCOMES],
    )


async def contact_needed(tx: AsyncConnection, secrets: Keys, groups: Sequence[GroupLine]) -> list[str]:
    """Members of the groups somebody coordinates who need clinical contact: the name and nothing else."""
    own = [one.group for one in groups if one.role == Role.COORDINATOR]
    wanted = await store.concern_access.needing_contact(tx, own)
    names = await store.people.names(tx, secrets, wanted)
    return sorted(names.values(), key=str.casefold)


async def unsure_messages(
    tx: AsyncConnection, groups: Sequence[GroupLine], now: datetime
) -> list[tuple[GroupLine, int]]:
    """The groups somebody coordinates of which messages may or may not have left, and how many."""
    own = {one.group: one for one in groups if one.role == Role.COORDINATOR}
    counts = await store.message_log.uncertain(tx, list(own), now)
    return [(own[group], count) for group, count in counts.items()]


def today(groups: Sequence[GroupLine], zone: str, now: datetime) -> list[GroupLine]:
    """The groups that meet today, by their hour."""
    here = ZoneInfo(zone)
    found = [
        one
        for one in groups
        if one.next_starts_at is not None
        and one.next_starts_at.astimezone(here).date() == now.astimezone(here).date()
    ]
    return sorted(found, key=lambda one: (one.next_starts_at or now, one.title))


def row(item: Item, zone: str, now: datetime, translations: NullTranslations, language: str) -> Row:
    """A task in the reader's words."""
    return Row(
        item=item,
        what=work_words.task_words(translations, item.kind),
        reasons=tuple(work_words.reason_words(translations, one) for one in said(item)),
        due=due_words(item.due_at, zone, now, translations, language),
        overdue=item.overdue,
        way=work_words.way(translations, item),
    )


def said(item: Item) -> list[str]:
    """The reasons of a task without what stands beside them anyway, and how often it was tried."""
    known = {work_words.SAID_BY_KIND.get(item.kind), f"session:{item.ordinal}"}
    tried = [f"tried:{item.tried}"] if item.tried else []
    return [one for one in item.reasons if one not in known] + tried


def due_words(
    due_at: datetime, zone: str, now: datetime, translations: NullTranslations, language: str
) -> str:
    """Until when, as people say it."""
    _ = translations.gettext
    here = ZoneInfo(zone)
    local = due_at.astimezone(here)
    if due_at <= now:
        return _("since %(day)s, %(at)s") % {
            "day": day(local.date(), language, year=False),
            "at": clock(local),
        }
    if local.date() == now.astimezone(here).date():
        return _("today until %(at)s") % {"at": clock(local)}
    return _("until %(day)s, %(at)s") % {"day": day(local.date(), language, year=False), "at": clock(local)}


async def finish(request: web.Request) -> web.Response:
    """Notes how a call went; the row leaves the list. The same press again changes nothing."""
    who = await desk.current(request)
    form = await forms.read(request)
    words = render.words(request)
    task = request.match_info["task"]
    outcome = form.one_of(f"outcome-{task}", work_words.OUTCOMES, words.gettext("Say how the call went."))
    tried = form.whole("tried", 0, 1000, words.gettext("Open the work list anew and try again."))
    if form.errors:
        return await page(request, who, form)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        found = await store.tasks.find(tx, task)
        mine = {(one.group, one.role) for one in await store.staff.groups_of(tx, who.person)}
        if found is None or (found.group, found.owner_role) not in mine or found.kind not in work_words.CALLS:
            raise web.HTTPNotFound
        await store.tasks.finish(
            tx,
            request.app[keys.KEYS],
            task,
            by=who.staff,
            role=found.owner_role,
            outcome=outcome,
            now=now,
            tried=tried,
        )
    return forms.see(f"/w/{who.desk}/?said=noted")


async def send(request: web.Request) -> web.Response:
    """Sends the member of a task their link once more; the task stays until its cause is gone."""
    who = await desk.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        found = await store.tasks.find(tx, request.match_info["task"])
        mine = {(one.group, one.role) for one in await store.staff.groups_of(tx, who.person)}
        if (
            found is None
            or found.member is None
            or found.kind not in work_words.SENDS
            or (found.group, found.owner_role) not in mine
            or found.owner_role != Role.COORDINATOR
        ):
            raise web.HTTPNotFound
        sent = found.state == "open" and await store.link_acts.send(
            tx,
            request.app[keys.KEYS],
            found.member,
            group=found.group,
            by=who.staff,
            role=found.owner_role,
            now=now,
        )
    return forms.see(f"/w/{who.desk}/?said={'sent' if sent else 'not_sent'}")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/w/{desk}/", show),
        web.post("/w/{desk}/tasks/{task}", finish),
        web.post("/w/{desk}/tasks/{task}/send", send),
    ]
