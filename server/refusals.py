"""Refusals that a person or a page is told by a code; what they mean in words stands in one table."""

from aiohttp import web

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
    "signin": "Please open your personal link again.",
    "origin": "This request did not come from our own pages.",
    "csrf": "This page is too old. Please reload it.",
    "unknown": "There is nothing here.",
    "too_early": "The room is not open yet.",
    "ended": "This session is over.",
    "other_device": "This link belongs to another device. Please ask your clinic for a new one.",
    "too_many": "That was too often. Please wait a moment.",
    "slow_down": "That was too often. Please wait a few minutes.",
    "busy": "The server is full at the moment. Please try again in a few minutes.",
    "elsewhere": "The room is on another server. Please reload the page.",
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


def answer(refusal: Refused, words: str) -> web.Response:
    """The refusal for a script."""
    return web.json_response({"code": refusal.code, "words": words, **refusal.about}, status=refusal.status)
