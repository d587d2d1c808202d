"""A colleague in a browser: an account made by the store's own functions, signed in as people do."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import aiohttp
import argon2
import pyotp
from yarl import URL

import store.staff
import store.staff_signins
from server.staff import codes
from store.staff import Staff
from tests.server.house import House

PASSWORD = "seven lanterns over quiet snow"
SECRET = codes.secret_of(b"a secret for tests only")


@cache
def hashed() -> str:
    """The password's hash, made once."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


def code(offset: int = 0, secret: str = SECRET) -> str:
    """The code of this moment, or of a step before or after it."""
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // codes.STEP_S + offset)


async def colleague(
    house: House, name: str = "Nora", *, admin: bool = False, clinician: bool = False, complete: bool = True
) -> Staff:
    """An account; a complete one has the password and the authenticator of these tests."""
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        made = await store.staff.create(
            tx,
            house.keys,
            name=f"{name} Findable-Name",
            contact=address(name),
            zone="Europe/Berlin",
            locale="en",
            now=now,
            admin=admin,
            clinician=clinician,
        )
        if complete:
            await store.staff.set_password(tx, house.keys, made.id, hashed(), now)
            await store.staff.set_totp(tx, house.keys, made.id, SECRET, 1, now)
        found = await store.staff.by_id(tx, made.id)
    assert found is not None
    return found


def address(name: str) -> str:
    """The address that this colleague signs in with."""
    return f"{name.lower()}@findable.example"


@dataclass
class Reply:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


@dataclass
class Browser:
    """One browser. It sends our own Origin unless told otherwise, and follows nothing by itself."""

    house: House
    desk: str = ""
    http: aiohttp.ClientSession = field(
        default_factory=lambda: aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    )

    def __post_init__(self) -> None:
        self.house.sessions.append(self.http)

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str, **more: Any) -> Reply:
        """A page."""
        return await self._ask("GET", path, **more)

    async def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> Reply:
        """A form, with the page's own value where a desk is signed in."""
        sent = dict(data or {})
        if self.desk and path.startswith("/w/"):
            sent.setdefault("csrf", await self.csrf())
        return await self._ask("POST", path, data=sent, headers={"Origin": self.house.origin} | headers)

    async def _ask(self, method: str, path: str, **more: Any) -> Reply:
        target = path if path.startswith("http") else self.house.origin + path
        async with self.http.request(method, target, allow_redirects=False, **more) as reply:
            return Reply(reply.status, await reply.text(), dict(reply.headers))

    async def sign_in(self, name: str = "Nora", password: str = PASSWORD, given: str | None = None) -> Reply:
        """The form of `/staff`."""
        given = code() if given is None else given
        form = {"address": address(name), "password": password, "code": given}
        reply = await self.post("/staff", form)
        if reply.status == 303:
            self.desk = reply.location.split("/")[2]
        return reply

    async def at(self, staff: Staff, how: str = "password") -> "Browser":
        """Signed in without typing: the cookie as the server would set it."""
        async with self.house.db.write() as tx:
            opened = await store.staff_signins.open_one(
                tx, staff.id, how, datetime.now(UTC), "Firefox on Linux"
            )
        self.desk = staff.desk
        self.http.cookie_jar.update_cookies({f"desk-{staff.desk}": opened.token}, URL(self.house.origin))
        return self

    async def signin(self) -> str | None:
        """The id of this browser's sign-in, None when it is over."""
        cookies = self.http.cookie_jar.filter_cookies(URL(self.house.origin))
        name = f"desk-{self.desk}"
        if name not in cookies:
            return None
        async with self.house.db.read() as tx:
            found = await store.staff_signins.find(tx, self.desk, cookies[name].value, datetime.now(UTC))
        return None if found is None else found.id

    async def csrf(self) -> str:
        """The value that this desk's pages hold."""
        signin = await self.signin()
        return self.house.keys.lookup("csrf", signin).hex()[:32] if signin else ""


def hidden(text: str, name: str) -> str:
    """The value of a field in a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]
