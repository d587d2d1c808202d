"""Pages for what went wrong. They need no database and no sign-in."""

from collections.abc import Callable
from gettext import NullTranslations

from aiohttp import web

from server import render

Translate = Callable[[str], str]


def response(request: web.Request, status: int, code: str = "", words: str = "") -> web.Response:
    """A calm page that says what happened and what to do; `words` replaces the explanation when given."""
    title, explanation = _text(render.words(request), status, code)
    return render.page(
        request, "pages/error.html", status=status, error_title=title, explanation=words or explanation
    )


def _text(translations: NullTranslations, status: int, code: str) -> tuple[str, str]:
    _ = translations.gettext
    if code in ("signin", "signed_out") or status in (401, 403):
        return (
            _("Please open your link again"),
            _(
                "This page belongs to somebody who is signed in. Open your personal link once more; "
                "if it no longer works, ask the service for a new one."
            ),
        )
    if status == 404:
        return _("There is nothing here"), _("The address may be incomplete. Please open your link again.")
    if status == 429:
        return _("One moment, please"), _("That was very often in a short time. Wait a minute and try again.")
    if status == 503:
        return (
            _("We will be back in a moment"),
            _("The service is being restarted or has too much to do. Please try again in a minute."),
        )
    if status >= 500:
        return (
            _("Something went wrong on our side"),
            _("It is not your fault. Please try again; if it stays, tell the service what time it happened."),
        )
    return _("That did not work"), _("Please go back, look at what you entered, and try again.")
