"""One member's contract with its personal sheet, drawn up for that member or for a facilitator: as it would
be signed now, and as it was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.dates
import store.people_own
import store.sheets
import store.signatures
from care import signing
from server import keys, render
from server.pages import contract_text, place
from server.pages.contract_parts import Part, Sheet
from store.contracts import ContractVersion
from store.signatures import Signature

NO_SHEET = Sheet(main="", secondary="", goals=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """`parts` are what a reader is shown: the very text their side signed, else the text as of now. `before`
    is the newest older text the member signed; `dates` and `sheet_number` are the newest of each."""

    version: ContractVersion
    parts: tuple[Part, ...]
    sheet: Sheet
    signatures: tuple[Signature, ...]
    before: tuple[Part, ...] | None
    zone: str
    dates: int
    sheet_number: int | None

    def since(self, signed: Signature) -> bool:
        """Whether dates or sheet became others after this signature."""
        return (signed.dates_number, signed.sheet_number) != (self.dates, self.sheet_number)

    @property
    def text(self) -> str:
        """The text in the form that is hashed and kept."""
        return signing.canonical(contract_text.plain(self.parts))

    @property
    def text_hash(self) -> str:
        """Its SHA-256."""
        return signing.text_hash(self.text)

    def signed_by(self, side: str) -> Signature | None:
        """This version's signature of one side."""
        found = (one for one in self.signatures if one.side == side)
        return next((one for one in found if one.version == self.version.number), None)

    @property
    def changed(self) -> tuple[int, ...]:
        """Clauses that say something else than what the member signed before."""
        return contract_text.differing(self.before, self.parts) if self.before else ()


async def draw(
    request: web.Request, tx: AsyncConnection, member: str, group: str, actor: str
) -> Drawn | None:
    """The newest contract of a member, None before there is one. `tx` writes: a facilitator's look at the
    sheet is logged. Raises NotAllowed for an actor who is neither the member nor a facilitator."""
    version = await store.contracts.latest(tx, group)
    if version is None:
        return None
    secrets = request.app[keys.KEYS]
    kept = await store.sheets.access_sheet(tx, secrets, member, actor, "contract", place.now(request))
    given = await store.signatures.of_member(tx, secrets, member)
    zone = (await store.people_own.zones(tx, [member])).get(member, version.terms.zone)
    sheet = of_body(kept.body) if kept else NO_SHEET
    current = contract_text.parts(
        place.reader(request, zone), version.terms, await store.dates.series(tx, group), sheet
    )
    newest = (await store.dates.revision(tx, group), kept.number if kept else None)
    signed = _text_for(signing.MEMBER if actor == member else signing.FACILITATOR, given, version, newest)
    older = [one for one in given if one.side == signing.MEMBER and one.version < version.number]
    return Drawn(
        version=version,
        parts=contract_text.frozen(signed) if signed else current,
        sheet=sheet,
        signatures=tuple(given),
        before=contract_text.frozen(older[-1].text) if older else None,
        zone=zone,
        dates=newest[0],
        sheet_number=newest[1],
    )


def _text_for(
    side: str, given: Sequence[Signature], version: ContractVersion, newest: tuple[int, int | None]
) -> str:
    """What this side signed of this version. A facilitator who has not signed is given the member's text
    while it is still the newest, so that both sign one. "" where the text is to be drawn as of now."""
    signed = {one.side: one for one in given if one.version == version.number}
    if side in signed:
        return signed[side].text
    other = signed.get(signing.MEMBER)
    current = other is not None and (other.dates_number, other.sheet_number) == newest
    return other.text if other is not None and current else ""


def of_body(body: Mapping[str, object]) -> Sheet:
    """The sheet as it is kept."""
    goals = body.get("goals", ())
    return Sheet(
        main=str(body.get("main", "")),
        secondary=str(body.get("secondary", "")),
        goals=tuple(str(one) for one in goals) if isinstance(goals, list) else (),
    )


def body_of(sheet: Sheet) -> dict[str, object]:
    """The sheet as it is kept."""
    return {"main": sheet.main, "secondary": sheet.secondary, "goals": list(sheet.goals)}


async def sign(
    request: web.Request, tx: AsyncConnection, drawn: Drawn, member: str, side: str, by: str
) -> None:
    """Signs the text that is drawn. Raises Conflict when there is a newer version."""
    await store.signatures.sign(
        tx,
        request.app[keys.KEYS],
        member,
        side,
        by,
        drawn.text,
        drawn.text_hash,
        render.language(request),
        place.now(request),
        drawn.version.number,
    )
