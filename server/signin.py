"""Who is signed in, by a cookie named for the place, so that links of several people work side by side in one
browser.
"""

import hashlib
import logging
import secrets
from datetime import timedelta

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

import store.groups
import store.links
import store.openable
import store.presence
import store.signins
import store.staff
import store.staff_signins
from care.facts import Fact, Kind
from care.roles import Role
from server import cookies, keys, network
from server.cookies import cookie_name
from server.request_keys import MEMBER_PLACE
from server.staff import desk
from store.ids import fresh_id
from store.links import Redeemed, Refusal
from store.signins import SignIn

log = logging.getLogger(__name__)

DEVICE_S = 400 * 24 * 3600
"The longest that browsers keep a cookie."

FAILURES = 20.0
FAILURES_PER_S = 1 / 30
"Wrong links or codes of one network: bursts of 20, then two a minute."
ALL_FAILURES = 2000.0
ALL_FAILURES_PER_S = 5.0
"Wrong links and codes of everybody together."
OPENINGS = 30.0
OPENINGS_PER_S = 0.2
"One link, right or wrong."
NEAR = timedelta(hours=2)
"A link opened this long before a session counts as opened for it."


async def current(request: web.Request) -> SignIn:
    """The sign-in for the place in the address. Raises HTTPForbidden (401 would ask for a password) when
    there is none.
    """
    found = await mine(request)
    if found is None:
        raise web.HTTPForbidden(reason="signin")
    if found.role == Role.PARTICIPANT:
        request[MEMBER_PLACE] = found.place
    return found


async def mine(request: web.Request) -> SignIn | None:
    """The sign-in for the place in the address: the place's own, or the desk of the staff who holds it."""
    place = request.match_info["place"]
    token = request.cookies.get(seat_cookie(request, place))
    found = await find(request, place, token) if token else None
    return found or await desk.at_place(request, place)


async def find(request: web.Request, place: str, token: str) -> SignIn | None:
    """The sign-in of a cookie, noted as seen; None when it is over."""
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    async with db.read() as tx:
        found = await store.signins.find(tx, place, token, now.wall)
    if found is not None and found.touch_due:
        async with db.write() as tx:
            await store.signins.touch(tx, found.id, now.wall)
    return found


def csrf_value(request: web.Request, signin: SignIn) -> str:
    """What forms and scripts of this sign-in must send along; it changes with each sign-in."""
    return cookies.csrf_value(request, signin.id)


def csrf_matches(request: web.Request, signin: SignIn, given: str) -> bool:
    """True when the value is this sign-in's."""
    return cookies.csrf_matches(request, signin.id, given)


def seat_cookie(request: web.Request, place: str) -> str:
    """The name of a place's cookie."""
    return cookie_name(request, f"seat-{place}")


async def redeem_link(request: web.Request, token: str) -> web.StreamResponse | str:
    """Signs the browser in and sends it to its place; or the code of a refusal. With 256 random bits a token
    cannot be guessed, so a network with many failures may still use a right one: a whole hospital stands
    behind one address.
    """
    if not await may_open(request, token):
        return "slow_down"
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    async with db.write() as tx:
        answer = await store.links.redeem(tx, token, device_of(request), now.wall, device_label(request))
    return await settle(request, answer)


async def redeem_code(request: web.Request, code: str) -> web.StreamResponse | str:
    """The same for a typed code, which is short: past the limit a network is not even asked."""
    live = request.app[keys.LIVE]
    for bucket, capacity, per_s in failure_buckets(request):
        if not await live.allow(bucket, capacity, per_s, cost=0):
            return "slow_down"
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    async with db.write() as tx:
        answer = await store.links.redeem_code(
            tx, request.app[keys.KEYS], code, device_of(request), now.wall, device_label(request)
        )
    return await settle(request, answer)


async def settle(request: web.Request, answer: Redeemed | Refusal) -> web.StreamResponse | str:
    """Cookies and the way on for the right answer; a counted failure for the wrong one."""
    live = request.app[keys.LIVE]
    if isinstance(answer, Refusal):
        allowed = [await live.allow(*bucket) for bucket in failure_buckets(request)]
        log.info("A link was refused", extra={"action": "link_refused", "code": answer.code})
        return answer.code if all(allowed) else "slow_down"
    try:
        await note_opened(request, answer)
    except (SQLAlchemyError, OSError) as error:
        # The link is bound by now: without its cookies the person could never come in again.
        log.error("A fact was lost", extra={"action": "link_fact_lost", "error": type(error).__name__})
    onward = "checkin" if answer.purpose == "checkin" else ""
    response = web.Response(status=303, headers={"Location": f"/s/{answer.place}/{onward}"})
    put_cookies(request, response, answer)
    if answer.purpose == "staff":
        await open_desk(request, response, answer)
    return response


async def open_desk(request: web.Request, response: web.Response, answer: Redeemed) -> None:
    """Whoever has an account and comes in by a staff link is at the desk too, without what has to be proved
    by a password.
    """
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]().wall
    async with db.write() as tx:
        member = await store.groups.member_by_id(tx, answer.member)
        staff = await store.staff.of_person(tx, member.person) if member else None
        if staff is None or staff.disabled_at is not None:
            return
        opened = await store.staff_signins.open_one(
            tx, staff.id, "link", now, device_label(request), answer.signin_expires - now
        )
    left = opened.expires_at - now
    desk.put_cookie(request, response, staff.desk, opened.token, int(left.total_seconds()))


async def may_open(request: web.Request, token: str) -> bool:
    """False when one link is opened again and again."""
    name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return await request.app[keys.LIVE].allow(f"opening:{name}", OPENINGS, OPENINGS_PER_S)


def offer_device(request: web.Request, response: web.StreamResponse) -> None:
    """Gives a browser its own secret before a link is bound to it, so that an answer lost on the way binds
    nobody out. The server keeps nothing of it.
    """
    if device_of(request) is None:
        response.set_cookie(
            cookie_name(request, "device"),
            secrets.token_urlsafe(32),
            max_age=DEVICE_S,
            path="/",
            secure=request.app[keys.SETTINGS].secure,
            httponly=True,
            samesite="Lax",
        )


def put_cookies(request: web.Request, response: web.Response, answer: Redeemed) -> None:
    """The place's sign-in and the device's own secret."""
    secure = request.app[keys.SETTINGS].secure
    left = answer.signin_expires - request.app[keys.CLOCK]().wall
    for name, value, seconds in (
        (seat_cookie(request, answer.place), answer.signin_token, int(left.total_seconds())),
        (cookie_name(request, "device"), answer.device_secret, DEVICE_S),
    ):
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax"
        )


async def note_opened(request: web.Request, answer: Redeemed) -> None:
    """A fact for the session that is near: the person tried to come."""
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    async with db.read() as tx:
        member = await store.groups.member_by_id(tx, answer.member)
        sessions = await store.groups.sessions_of(tx, member.group) if member else []
        alone = await store.openable.of_member(tx, member.id) if member else []
    near = [
        s
        for s in (*alone, *sessions)
        if s.starts_at - NEAR <= now.wall <= s.ends_at and s.state != "cancelled"
    ]
    if not near:
        return
    fact = Fact(
        id=fresh_id(),
        session=near[0].id,
        member=answer.member,
        kind=Kind.LINK_OPENED,
        at=now.wall,
        mono_ms=now.mono_ms,
        boot=request.app[keys.REGISTRY].boot,
        detail="first_use" if answer.first_use else "",
    )
    async with db.write() as tx:
        await store.presence.append(tx, [fact])


def failure_buckets(request: web.Request) -> list[tuple[str, float, float]]:
    """What a failure is charged to: its network, and everybody."""
    address = network.client_address(request, request.app[keys.SETTINGS].trusted_proxies)
    return [
        (f"failures:{network.bucket_of(address)}", FAILURES, FAILURES_PER_S),
        ("failures", ALL_FAILURES, ALL_FAILURES_PER_S),
    ]


def device_of(request: web.Request) -> str | None:
    """The browser's own secret, if it has one that can be ours."""
    secret = request.cookies.get(cookie_name(request, "device"))
    return secret if secret and 32 <= len(secret) <= 64 else None


def device_label(request: web.Request) -> str:
    """The device in general words, for staff: Chrome on Android."""
    agent = request.headers.get("User-Agent", "")
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((word for mark, word in browsers if mark in agent), "Browser")
    system = next((word for mark, word in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser
