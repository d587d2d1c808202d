"""A member's own details: the chosen name, clock and language, where to call, and how to write safely."""

from gettext import NullTranslations

from aiohttp import web

import store.people
import store.people_own
from care.contact import BARE, CHANNELS, MAIL, USUAL, WORDINGS, SafeContact, wire_number
from server import keys, render, signin
from server.pages import forms, place, zone_field
from server.pages.forms import Form
from store.people_own import Own

LONGEST_NAME = 60
LONGEST_NUMBER = 40
LONGEST_LINE = 200


async def show(request: web.Request) -> web.Response:
    """The details as they are."""
    return await _page(request, None)


async def save(request: web.Request) -> web.Response:
    """Stores what was changed."""
    who = await place.participant(request)
    form = await forms.read(request)
    words = render.words(request)
    languages = tuple(request.app[render.RENDERER].environments)
    safe = _check(words, form, languages, render.language(request))
    if form.errors or safe is None:
        return await _page(request, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.people_own.change(
                tx,
                request.app[keys.KEYS],
                who.person,
                by=who.member,
                role=who.role,
                now=place.now(request),
                group=who.group,
                name=form.get("name"),
                callback=form.get("callback"),
                emergency=form.get("emergency"),
                zone=form.get("zone"),
                locale=form.get("locale"),
                safe=safe,
                texts=form.get("texts") == "yes",
            )
    except store.people_own.NameTaken:
        form.refuse("name", words.gettext("Somebody else in the group has this name. Please choose another."))
        return await _page(request, form)
    except ValueError:
        form.refuse("name", words.gettext("Some signs in it cannot be shown. Please type it again."))
        return await _page(request, form)
    return forms.see(f"/s/{who.place}/me?saved")


def _check(
    translations: NullTranslations, form: Form, languages: tuple[str, ...], language: str
) -> SafeContact | None:
    _ = translations.gettext
    form.text("name", _("Please enter a name of at most 60 signs."), LONGEST_NAME)
    zone_field.read(form, "zone", language, _("Please enter a city or a zone, such as London."))
    form.one_of("locale", languages, _("Please choose a language from the list."))
    number = form.get("callback")
    if number and (len(number) > LONGEST_NUMBER or sum(sign.isdigit() for sign in number) < 5):
        form.refuse("callback", _("Please enter a telephone number, with the code of your country."))
    elif form.get("texts") == "yes" and wire_number(number) is None:
        short = _("Please give the code of your country, like +44: a short message needs it.")
        form.refuse("callback", short)
    if len(form.get("emergency")) > LONGEST_LINE:
        form.refuse("emergency", _("That is too long; a name and a number are enough."))
    channel = form.one_of("channel", CHANNELS, _("Please choose how we may contact you."))
    wording = form.one_of("wording", WORDINGS, _("Please choose what may stand in a message."))
    start = form.whole("from_hour", 0, 23, _("Please choose an hour."))
    end = form.whole("until_hour", 0, 24, _("Please choose an hour."))
    if start is not None and start == end and start != 0:
        form.refuse("until_hour", _("These are the same hour. Please choose a later one."))
    if form.errors or start is None or end is None:
        return None
    entries = form.get("calendar") == "yes"
    return SafeContact(channel=channel, from_hour=start, until_hour=end, wording=wording, calendar=entries)


async def _page(request: web.Request, form: Form | None) -> web.Response:
    who = await place.participant(request)
    secrets, now = request.app[keys.KEYS], place.now(request)
    async with request.app[keys.DATABASE].write() as tx:
        own = await store.people_own.access_own(tx, secrets, who.person, who.member, now)
    words = render.words(request)
    _ = words.gettext
    return forms.again(
        request,
        "pages/participant/me.html",
        form if form is not None else _filled(own),
        place=who.place,
        here="me",
        csrf=signin.csrf_value(request, who),
        saved="saved" in request.query and form is None,
        zones=zone_field.offered(),
        languages=[("en", "English"), ("de", "Deutsch")],
        channels=[
            (MAIL, _("By e-mail")),
            ("phone", _("Only by phone"), _("No e-mail at all; somebody calls you instead.")),
            ("nothing", _("Not at all"), _("You look at your page yourself.")),
        ],
        wordings=[
            (USUAL, _("The usual words"), _("Date and time, never what for.")),
            (BARE, _("As little as possible"), _("Only that there is something on your page.")),
        ],
        hours=[(str(hour), f"{hour:02}:00") for hour in range(25)],
    )


def _filled(own: Own) -> Form:
    """What is known, as the form shows it."""
    return forms.filled(
        {
            "name": own.name,
            "zone": own.zone,
            "locale": own.locale.split("-")[0],
            "callback": own.callback,
            "emergency": own.emergency,
            "channel": own.safe.channel,
            "wording": own.safe.wording,
            "from_hour": str(own.safe.from_hour),
            "until_hour": str(own.safe.until_hour),
            "calendar": "yes" if own.safe.calendar else "",
            "texts": "yes" if own.texts else "",
        }
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/me", show), web.post("/s/{place}/me", save)]
