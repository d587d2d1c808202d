"""What a coordinator changes about a member: each form of the member's page, one store call each."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import TypedDict
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.link_acts
import store.pauses
import store.people_own
import store.questions
import store.seats
from care.contact import CHANNELS, WORDINGS, SafeContact
from server import keys, render
from server.pages import forms, member_page, member_words, zone_field
from server.pages.forms import Form
from server.pages.member_page import About
from server.pages.people_list import phone
from store.conflict import Conflict
from store.people import mail_address
from store.questions import LONGEST

Change = Callable[[web.Request, AsyncConnection, About, Form], Awaitable[None]]
COORDINATOR = "coordinator"


SAID = {"resend": "link", "revoke": "link", "waive": "checkins", "ask-again": "checkins"}
"""What the page says a word about, and in which part of it."""


class Acting(TypedDict):
    """The words a store function takes for who acts."""

    group: str
    by: str
    role: str
    now: datetime


async def save(request: web.Request) -> web.Response:
    """Makes the change that the address names, and shows the page again. Raises HTTPNotFound for another."""
    about = await member_page.find(request)
    what = request.match_info["what"]
    change = CHANGES.get(what)
    if change is None:
        raise web.HTTPNotFound
    form = await forms.read(request)
    refused = Refused()
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await change(request, tx, about, form)
            if form.errors:
                raise refused
    except Refused:
        return await member_page.page(request, about, kept(form, await member_page.known(request, about)))
    part = SAID.get(what)
    return forms.see(about.address + (f"?said={what}#{part}" if part else ""))


class Refused(Exception):
    """The form holds mistakes: nothing of it is stored."""


def kept(form: Form, before: Form) -> Form:
    """What was typed, and for the page's other forms what is stored."""
    for name, value in before.values.items():
        if name not in form.values:
            form.values.add(name, value)
    return form


async def address(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """A new address; every link sent to the old one ends."""
    try:
        given = mail_address(form.get("address"))
    except ValueError:
        given = ""
    if not given:
        words = render.words(request).gettext("Give an e-mail address, like anna@example.org.")
        form.refuse("address", words)
        return
    await store.people_own.change_address(
        tx,
        request.app[keys.KEYS],
        about.member.person,
        given,
        by=about.at.who.member,
        role=COORDINATOR,
        now=now(request),
        group=about.at.group.id,
    )


async def names(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """Names, zone and language."""
    _ = render.words(request).gettext
    languages = tuple(request.app[render.RENDERER].environments)
    name = form.text("name", _("Give a name of at most 200 letters, without hidden characters."))
    wrong = _("Give a time zone as Region/City, like Europe/London.")
    zone = zone_field.read(form, "zone", render.language(request), wrong)
    locale = form.one_of("locale", languages, _("Choose a language from the list."))
    if form.errors:
        return
    try:
        real = form.get("real_name")
        await put(request, tx, about, name=name, real_name=real, zone=zone, locale=locale)
    except store.people_own.NameTaken:
        form.refuse("name", _("Somebody else in the group has this name. Please choose another."))
    except ValueError:
        form.refuse("name", _("Give a name of at most 200 letters, without hidden characters."))


async def numbers(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """A new number to call, a new emergency contact; what is left empty stays as it is."""
    _ = render.words(request).gettext
    try:
        number = phone(form.get("callback"))
    except ValueError:
        form.refuse("callback", _("Give a telephone number with digits, like +49 30 1234567."))
        return
    emergency = form.get("emergency")
    if not number and not emergency:
        form.refuse("callback", _("Enter what is new."))
        return
    try:
        await put(request, tx, about, callback=number or None, emergency=emergency or None)
    except ValueError:
        form.refuse("emergency", _("Write the emergency contact in one line."))


async def safe(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """How they may be written to."""
    _ = render.words(request).gettext
    channel = form.one_of("channel", CHANNELS, _("Choose how this person may be reached."))
    wording = form.one_of("wording", WORDINGS, _("Choose what may stand in a message."))
    start = form.whole("from_hour", 0, 23, _("Choose an hour."))
    end = form.whole("until_hour", 0, 24, _("Choose an hour."))
    if start is not None and start == end and start:
        form.refuse("until_hour", _("This is the same hour. Choose a later one."))
    if form.errors or start is None or end is None:
        return
    entries = form.get("calendar") == "yes"
    rule = SafeContact(channel=channel, from_hour=start, until_hour=end, wording=wording, calendar=entries)
    await put(request, tx, about, safe=rule)


async def put(request: web.Request, tx: AsyncConnection, about: About, **changes: object) -> None:
    """Stores changed details."""
    await store.people_own.change(
        tx,
        request.app[keys.KEYS],
        about.member.person,
        by=about.at.who.member,
        role=COORDINATOR,
        now=now(request),
        group=about.at.group.id,
        **changes,  # type: ignore[arg-type]
    )


async def resend(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """A fresh link to the address on file."""
    if not await store.link_acts.send(tx, request.app[keys.KEYS], about.member.id, **acting(request, about)):
        _ = render.words(request).gettext
        form.refuse("", _("No link was sent: three were asked for within the hour, or this person has left."))


async def revoke(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """Every link and sign-in of this member ends at once."""
    await store.link_acts.end_all(tx, request.app[keys.KEYS], about.member.id, **acting(request, about))


def acting(request: web.Request, about: About) -> Acting:
    """Who does something in which group, and when."""
    return {
        "group": about.at.group.id,
        "by": about.at.who.member,
        "role": COORDINATOR,
        "now": now(request),
    }


async def pause(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """An agreed pause, by whole days where the group is."""
    _ = render.words(request).gettext
    first = form.date("pause_from", _("Give the first day of the pause."))
    last = form.date("pause_until", _("Give the last day of the pause.")) if form.get("pause_until") else None
    reason = form.one_of("pause_reason", member_words.PAUSES, _("Choose what the pause is for."))
    if first is not None and last is not None and last < first:
        form.refuse("pause_until", _("The last day comes before the first."))
    if form.errors or first is None:
        return
    zone = ZoneInfo(about.at.group.zone)
    begins = datetime.combine(first, time(0), tzinfo=zone)
    ends = datetime.combine(last, time(23, 59, 59), tzinfo=zone) if last else None
    try:
        await store.pauses.pause(
            tx,
            request.app[keys.KEYS],
            about.member.id,
            begins,
            ends,
            reason,
            about.at.who.member,
            now(request),
        )
    except Conflict:
        form.refuse("pause_from", _("There is a pause at that time already."))


async def resume(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """The pause is over."""
    await store.pauses.resume(tx, request.app[keys.KEYS], about.member.id, about.at.who.member, now(request))


async def leave(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """They leave the group now, with or without a goodbye."""
    _ = render.words(request).gettext
    why = form.one_of("left_why", member_words.LEFT_WHY, _("Choose why."))
    farewell = form.one_of("farewell", member_words.FAREWELLS, _("Say what becomes of the goodbye."))
    if not form.errors:
        await store.pauses.leave(
            tx, request.app[keys.KEYS], about.member.id, why, farewell, about.at.who.member, now(request)
        )


async def come_back(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """They are in the group again."""
    try:
        await store.pauses.come_back(
            tx, request.app[keys.KEYS], about.member.id, about.at.who.member, now(request)
        )
    except (store.seats.Full, LookupError):
        form.refuse("", render.words(request).gettext("Every seat of this group is taken."))


async def waive(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """A check-in of this member is not asked for."""
    words = render.words(request)
    _ = words.gettext
    own = [one.id for one in await store.checkins.of_member(tx, about.member.id)]
    which = form.one_of("waive_checkin", own, _("Choose the check-in."))
    why = form.one_of("waive_reason", list(member_words.waivers(words)), _("Choose why it is not asked for."))
    if form.errors:
        return
    by = (about.at.who.member, "coordinator")
    if not await store.checkins.waive(tx, request.app[keys.KEYS], which, why, *by, now(request)):
        form.refuse("waive_checkin", _("This check-in is done or over already."))


async def ask_again(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """A waived check-in of this member is asked for after all."""
    own = {one.id for one in await store.checkins.of_member(tx, about.member.id)}
    which = form.get("checkin")
    if which not in own:
        raise web.HTTPNotFound
    by = (about.at.who.member, "coordinator")
    if not await store.checkins.take_back(tx, request.app[keys.KEYS], which, *by, now(request)):
        form.refuse("", render.words(request).gettext("This check-in is asked for already, or it is over."))


async def answer(request: web.Request, tx: AsyncConnection, about: About, form: Form) -> None:
    """The answer to a question about the record."""
    secrets = request.app[keys.KEYS]
    known = {one.id for one in await store.questions.of_member(tx, secrets, about.member.id)}
    question = form.get("question")
    if question not in known:
        raise web.HTTPNotFound
    field = f"answer-{question}"
    text = form.text(field, render.words(request).gettext("Write an answer."), longest=LONGEST)
    if not form.errors:
        by = about.at.who.member
        await store.questions.answer(tx, secrets, question, text, by, COORDINATOR, now(request))


def now(request: web.Request) -> datetime:
    """This request's moment."""
    return request.app[keys.CLOCK]().wall


CHANGES: dict[str, Change] = {
    "address": address,
    "names": names,
    "numbers": numbers,
    "safe": safe,
    "resend": resend,
    "revoke": revoke,
    "pause": pause,
    "resume": resume,
    "leave": leave,
    "return": come_back,
    "waive": waive,
    "ask-again": ask_again,
    "answer": answer,
}


async def show_number(request: web.Request) -> web.Response:
    """The page with the number to call. That somebody asked for it is logged."""
    about = await member_page.find(request)
    async with request.app[keys.DATABASE].write() as tx:
        own = await store.people_own.access_own(
            tx, request.app[keys.KEYS], about.member.person, about.at.who.member, now(request)
        )
    return await member_page.page(request, about, None, callback=own.callback)


def routes() -> list[web.RouteDef]:
    start = "/s/{place}/people/{member}"
    return [web.post(start + "/number", show_number), web.post(start + "/{what}", save)]
