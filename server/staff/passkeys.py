"""Passkeys (Web Authentication, Level 3): made at the account page, used at the sign-in. A passkey that has
seen its person (user verification) stands for password and code together.
"""

import ipaddress
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from aiohttp import web
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

import store.passkeys
import store.staff
import store.staff_people
import store.staff_signins
from server import keys, signin
from server.refusals import Refused
from server.staff import entry
from store.passkeys import Passkey
from store.staff_signins import DeskSignIn

CHALLENGE_S = 300.0
LONGEST = 16_384
NAME = "IPT Rooms"


@dataclass(frozen=True, slots=True)
class Party:
    """This site as browsers name it: the relying party and the one origin of this request."""

    id: str
    origin: str


BROKEN = (WebAuthnException, ValueError, KeyError, TypeError)
"What an answer that was not made by a browser can raise inside the library."


class PasskeyRefused(Exception):
    """The browser's answer is not taken: altered, used, too late, for another site, or nobody's."""


def party(request: web.Request) -> Party | None:
    """The site in the words of the standard; None where passkeys cannot be: a bare address has no domain."""
    settings = request.app[keys.SETTINGS]
    given = request.headers.get("Origin") or f"{urlsplit(settings.site).scheme}://{request.host}"
    origin = given if given in settings.origins() else settings.site
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Party(host, origin)
    return None


async def registration(request: web.Request, who: DeskSignIn) -> str:
    """What a browser needs to make a passkey, as JSON. Raises Refused where there can be none."""
    site = demanded(request)
    async with request.app[keys.DATABASE].read() as tx:
        present = await store.passkeys.of_staff(tx, who.staff)
        person = (await store.staff_people.known(tx, request.app[keys.KEYS], [who.person]))[who.person]
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=NAME,
        user_id=who.staff.encode(),
        user_name=person.address,
        user_display_name=person.name,
        challenge=await challenge(request, f"register:{who.staff}"),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in present],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


async def register(request: web.Request, who: DeskSignIn, answer: str, label: str) -> None:
    """Keeps the new passkey. Raises PasskeyRefused."""
    site, credential = demanded(request), parsed(answer)
    expected = await taken(request, credential, f"register:{who.staff}")
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=expected,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise PasskeyRefused(type(error).__name__) from error
    async with request.app[keys.DATABASE].write() as tx:
        await store.passkeys.add(
            tx,
            request.app[keys.KEYS],
            who.staff,
            made.credential_id,
            made.credential_public_key,
            made.sign_count,
            transports_of(credential),
            label,
            request.app[keys.CLOCK]().wall,
        )


async def asking(request: web.Request) -> str:
    """What a browser needs to show its passkeys for this site, as JSON. It says nothing about any account."""
    options = webauthn.generate_authentication_options(
        rp_id=demanded(request).id,
        challenge=await challenge(request, "sign_in"),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def use(request: web.Request, answer: str) -> Passkey:
    """The passkey that signed this site's challenge, with its new counter stored. Raises PasskeyRefused."""
    site, credential = demanded(request), parsed(answer)
    expected = await taken(request, credential, "sign_in")
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]().wall
    async with db.read() as tx:
        known = await store.passkeys.by_credential(tx, raw_id(credential))
    if known is None:
        raise PasskeyRefused("unknown")
    try:
        seen = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=expected,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise PasskeyRefused(type(error).__name__) from error
    async with db.write() as tx:
        if not await store.passkeys.used(tx, known.id, seen.new_sign_count, now):
            raise PasskeyRefused("copied")
    return known


async def came_in(request: web.Request, answer: str) -> entry.Came:
    """A new sign-in by a passkey. Raises PasskeyRefused, also for an account that is closed."""
    known = await use(request, answer)
    async with request.app[keys.DATABASE].write() as tx:
        staff = await store.staff.by_id(tx, known.staff)
        if staff is None or staff.disabled_at is not None:
            raise PasskeyRefused("closed")
        opened = await store.staff_signins.open_one(
            tx, staff.id, "passkey", request.app[keys.CLOCK]().wall, signin.device_label(request)
        )
    return entry.Came(staff, opened)


def demanded(request: web.Request) -> Party:
    """The site. Raises Refused `unknown` where passkeys cannot be."""
    site = party(request)
    if site is None:
        raise Refused("unknown")
    return site


async def challenge(request: web.Request, about: str) -> bytes:
    """A fresh challenge, kept for one use."""
    fresh = secrets.token_bytes(32)
    name = f"passkey:{bytes_to_base64url(fresh)}"
    await request.app[keys.LIVE].ticket_put(name, about, CHALLENGE_S)
    return fresh


async def taken(request: web.Request, credential: dict[str, Any], about: str) -> bytes:
    """The challenge inside an answer, when it is ours, for this purpose and unused. Raises PasskeyRefused."""
    try:
        data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        given = str(data["challenge"])
        raw = base64url_to_bytes(given)
    except (KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused("malformed") from error
    if await request.app[keys.LIVE].ticket_take(f"passkey:{given}") != about:
        raise PasskeyRefused("challenge")
    return raw


def parsed(answer: str) -> dict[str, Any]:
    """The browser's answer. Raises PasskeyRefused for what is none."""
    try:
        credential = json.loads(answer) if len(answer) <= LONGEST else None
    except ValueError as error:
        raise PasskeyRefused("malformed") from error
    if not isinstance(credential, dict):
        raise PasskeyRefused("malformed")
    return credential


def raw_id(credential: dict[str, Any]) -> bytes:
    """The id of the passkey in an answer. Raises PasskeyRefused."""
    try:
        return base64url_to_bytes(credential["rawId"])
    except (KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused("malformed") from error


def transports_of(credential: dict[str, Any]) -> str:
    """How the authenticator is reached, as the browser says: known words only."""
    said = credential.get("response", {}).get("transports")
    known = ("usb", "nfc", "ble", "internal", "hybrid", "smart-card")
    return ",".join(one for one in known if isinstance(said, list) and one in said)
