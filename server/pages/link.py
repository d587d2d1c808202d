"""The way in: a personal link or a typed code. Looking changes nothing; a pressed button does."""

from gettext import NullTranslations

from aiohttp import web

from server import render

STATUS = {"slow_down": 429, "unknown": 404}


async def show_link(request: web.Request) -> web.Response:
    """The neutral page behind every link. The token is in the fragment and was not sent."""
    return render.page(request, "pages/link.html", problem="", code_form=False)


async def show_code(request: web.Request) -> web.Response:
    """The form for a typed ten-minute code: the way in without scripts."""
    return render.page(request, "pages/link.html", problem="", code_form=True)


def refused(request: web.Request, code: str) -> web.Response:
    """The same page with the reason why a link or a code was not taken."""
    code_form = request.path == "/j/code"
    problem = _problem(render.words(request), code, code_form=code_form)
    return render.page(
        request, "pages/link.html", status=STATUS.get(code, 409), problem=problem, code_form=code_form
    )


def _problem(translations: NullTranslations, code: str, *, code_form: bool) -> str:
    _ = translations.gettext
    if code == "slow_down":
        return _("That was often in a short time. Please wait a minute and try again.")
    if code == "other_device":
        return _(
            "This link has been opened on another device already. For your safety it works on one device; "
            "please ask the service for a new link."
        )
    if code_form:
        return _(
            "This code does not work, or no longer. Codes live for ten minutes; please ask for a new one."
        )
    return _(
        "This link does not work, or no longer. Please use the newest one you got, or ask for a new link."
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/j", show_link), web.get("/j/code", show_code)]
