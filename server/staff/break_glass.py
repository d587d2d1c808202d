"""Emergency access to a group: opened by a clinician with a reason, closed after an hour, every reading
logged, reviewed by an admin who is somebody else."""

from typing import Any

from aiohttp import web

import store.break_glass
import store.staff
import store.staff_people
from server import cookies, keys, render
from server.pages import forms
from server.staff import desk
from store.break_glass import BreakGlass
from store.doors import NotAllowed
from store.staff_signins import DeskSignIn

PAGE = "break-glass"


async def show(request: web.Request) -> web.Response:
    """For clinicians: what is open and the form; for admins: what waits for review."""
    who = await allowed(request)
    if who.clinician:
        # Asked before a reason is typed: the way to the proof would lose it.
        await desk.fresh(request, PAGE)
    return await overview(request, who, forms.Form())


async def overview(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The page with this form."""
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        groups = await store.staff_people.groups(tx) if who.clinician else []
        mine = await store.break_glass.current(tx, who.staff, now)
        waiting = await store.break_glass.unreviewed(tx) if who.admin else []
        people = {one.id: one.person for one in await store.staff.everyone(tx)}
        known = await store.staff_people.known(
            tx, request.app[keys.KEYS], {who.person, *(people[one.staff] for one in waiting)}
        )
    return page(
        request,
        who,
        "staff/break_glass.html",
        form,
        groups=groups,
        mine=mine,
        waiting=[(one, known[people[one.staff]].name) for one in waiting if people[one.staff] in known],
        zone=known[who.person].zone,
    )


async def post(request: web.Request) -> web.Response:
    """Opens a group."""
    who = await desk.fresh(request, PAGE)
    _ = render.words(request).gettext
    form = await forms.read(request)
    reason = form.text("reason", _("Say why in one or two sentences."), longest=200)
    if 0 < len(reason) < store.break_glass.LEAST_REASON:
        form.refuse("reason", _("Say why in one or two sentences."))
    if form.get("sure") != "yes":
        form.refuse("sure", _("Please confirm that this cannot wait."))
    if form.errors:
        return await overview(request, who, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            made = await store.break_glass.open_one(
                tx,
                request.app[keys.KEYS],
                who.staff,
                form.get("group"),
                reason,
                request.app[keys.CLOCK]().wall,
            )
    except NotAllowed:
        raise web.HTTPNotFound from None
    except (LookupError, ValueError):
        form.refuse("group", _("Choose a group."))
        return await overview(request, who, form)
    return forms.see(f"/w/{who.desk}/{PAGE}/{made.id}")


async def show_one(request: web.Request) -> web.Response:
    """The names of an opened group."""
    who = await allowed(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        glass = await own(request, tx, who)
        names = await store.break_glass.access_people(tx, request.app[keys.KEYS], glass.id, who.staff, now)
    people = sorted(names.items(), key=lambda one: one[1].casefold())
    return page(request, who, "staff/break_glass_group.html", opening=glass, people=people, reach=None)


async def show_member(request: web.Request) -> web.Response:
    """How one participant is reached; logged before it is shown."""
    who = await allowed(request)
    now = request.app[keys.CLOCK]().wall
    try:
        async with request.app[keys.DATABASE].write() as tx:
            glass = await own(request, tx, who)
            reach = await store.break_glass.access_reach(
                tx, request.app[keys.KEYS], glass.id, who.staff, request.match_info["member"], now
            )
    except LookupError:
        raise web.HTTPNotFound from None
    return page(request, who, "staff/break_glass_group.html", opening=glass, people=[], reach=reach)


async def close(request: web.Request) -> web.Response:
    """Ends it before the hour is over."""
    who = await allowed(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        await store.break_glass.close(tx, request.app[keys.KEYS], request.match_info["glass"], who.staff, now)
    return forms.see(f"/w/{who.desk}/{PAGE}")


async def show_review(request: web.Request) -> web.Response:
    """For an admin: the reason, and a field for what the review found."""
    await desk.admin(request)
    return await review_page(request, await desk.fresh(request, PAGE), forms.Form())


async def review_page(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The page with this form. Reading the reason is in the audit too."""
    now = request.app[keys.CLOCK]().wall
    name = request.match_info["glass"]
    try:
        async with request.app[keys.DATABASE].write() as tx:
            glass = await store.break_glass.by_id(tx, name)
            reason = await store.break_glass.access_reason(tx, request.app[keys.KEYS], name, who.staff, now)
            person = await store.staff_people.known(tx, request.app[keys.KEYS], [who.person])
    except LookupError:
        raise web.HTTPNotFound from None
    return page(
        request,
        who,
        "staff/break_glass_review.html",
        form,
        opening=glass,
        reason=reason,
        own=glass is not None and glass.staff == who.staff,
        zone=person[who.person].zone,
    )


async def review(request: web.Request) -> web.Response:
    """Notes the review by an admin who proved it lately; nobody reviews an opening of their own."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    _ = render.words(request).gettext
    form = await forms.read(request)
    words = form.text("words", _("Say what you found."), longest=200)
    if form.errors:
        return await review_page(request, who, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.break_glass.review(
                tx,
                request.app[keys.KEYS],
                request.match_info["glass"],
                who.staff,
                words,
                request.app[keys.CLOCK]().wall,
            )
    except LookupError:
        raise web.HTTPNotFound from None
    return forms.see(f"/w/{who.desk}/{PAGE}")


async def allowed(request: web.Request) -> DeskSignIn:
    """A clinician or an admin. Raises HTTPNotFound for others."""
    who = await desk.current(request)
    if not (who.clinician or who.admin):
        raise web.HTTPNotFound
    return who


async def own(request: web.Request, tx: Any, who: DeskSignIn) -> BreakGlass:
    """The opening in the address, while it is this clinician's and runs. Raises HTTPNotFound."""
    try:
        return await store.break_glass.holding(
            tx, request.match_info["glass"], who.staff, request.app[keys.CLOCK]().wall
        )
    except NotAllowed:
        raise web.HTTPNotFound from None


def page(
    request: web.Request, who: DeskSignIn, template: str, form: forms.Form | None = None, **context: Any
) -> web.Response:
    """A page of emergency access."""
    csrf = cookies.csrf_value(request, who.id)
    return forms.again(request, template, form or forms.Form(), desk=who.desk, who=who, csrf=csrf, **context)


def routes() -> list[web.RouteDef]:
    base = f"/w/{{desk}}/{PAGE}"
    one = f"{base}/{{glass}}"
    return [
        web.get(base, show),
        web.post(base, post),
        web.get(one, show_one),
        web.post(f"{one}/close", close),
        web.get(f"{one}/review", show_review),
        web.post(f"{one}/review", review),
        web.get(f"{one}/people/{{member}}", show_member),
    ]
