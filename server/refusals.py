"""Refusals that a person or a page is told by a code; what they mean in words stands in one table."""

from aiohttp import web

from server import render


def _(sentence: str) -> str:
    """Marks a sentence for translation; it is translated for the page that is answered."""
    return sentence


STATUS = {
    "signin": 401,
    "origin": 403,
    "csrf": 403,
    "unknown": 404,
    "too_early": 409,
    "ended": 409,
    "other_device": 409,
    "too_many": 429,
    "slow_down": 429,
    "busy": 503,
    "elsewhere": 503,
}
WORDS = {
    "signin": _("Please open your personal link again."),
    "origin": _("This request did not come from our own pages."),
    "csrf": _("This page is too old. Please reload it."),
    "unknown": _("There is nothing here."),
    "too_early": _("The room is not open yet."),
    "ended": _("This session is over."),
    "other_device": _("This link belongs to another device. Please ask your clinic for a new one."),
    "too_many": _("That was too often. Please wait a moment."),
    "slow_down": _("That was too often. Please wait a few minutes."),
    "busy": _("The server is full at the moment. Please try again in a few minutes."),
    "elsewhere": _("The room is on another server. Please reload the page."),
}


class Refused(Exception):
    """A request that is understood and not granted. `about` is added to a JSON answer, numbers only."""

    def __init__(self, code: str, **about: int) -> None:
        super().__init__(code)
        self.code = code
        self.about = about

    @property
    def status(self) -> int:
        """The HTTP status of this refusal."""
        return STATUS[self.code]


def answer(request: web.Request, refusal: Refused) -> web.Response:
    """The refusal for a script, in the visitor's language."""
    words = render.words(request).gettext(WORDS[refusal.code])
    return web.json_response({"code": refusal.code, "words": words, **refusal.about}, status=refusal.status)
