"""The contracts of a group as its facilitators see them: who has signed, each member's personal sheet, and
the signature of the service's side."""

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.groups
import store.people
import store.sheets
import store.signatures
import store.workbook_sheet
from care import signing
from care.roles import Role
from server import keys, render, signin
from server.pages import contract_drawn, forms, place
from server.pages.contract_annex import area_words
from server.pages.contract_parts import Sheet
from server.pages.forms import Form
from store.conflict import Conflict
from store.groups import Member
from store.signatures import Signature
from store.signins import SignIn
from store.workbook_sheet import Differs

LONGEST_GOAL = 300
GOALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member's contract: `state` as `care.signing.state`, and when each side signed."""

    member: str
    name: str
    state: str
    own: Signature | None
    ours: Signature | None


async def page(request: web.Request, who: SignIn) -> web.Response:
    """Every member's contract in one line."""
    async with request.app[keys.DATABASE].read() as tx:
        version = await store.contracts.latest(tx, who.group)
        members = await participants(tx, who.group)
        given = [
            one
            for one in await store.signatures.of_group(tx, who.group)
            if version and one.version <= version.number
        ]
        names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
        group = await store.groups.find_group(tx, who.group)
    if group is None:
        raise web.HTTPNotFound
    return render.page(
        request,
        "pages/facilitator/contracts.html",
        place=who.place,
        here="contract",
        desk_path=await place.desk_path(request, who),
        version=version,
        zone=group.zone,
        lines=[line(one.id, names.get(one.id, ""), given, version.number) for one in members]
        if version
        else [],
    )


def line(member: str, name: str, given: list[Signature], version: int) -> Line:
    """One member's contract in this version."""
    own = [one for one in given if one.member == member]
    now = {one.side: one for one in own if one.version == version}
    plain = [
        signing.Signature(
            member=member, side=one.side, version=one.version, by=one.by, at=one.at, text_hash=one.text_hash
        )
        for one in own
    ]
    return Line(
        member=member,
        name=name,
        state=signing.state(member, plain, version),
        own=now.get(signing.MEMBER),
        ours=now.get(signing.FACILITATOR),
    )


async def participants(tx: AsyncConnection, group: str) -> list[Member]:
    """The members of the group who are present, in the order of their seats."""
    return [one for one in await store.groups.members(tx, group) if one.role == Role.PARTICIPANT]


async def show_one(request: web.Request) -> web.Response:
    """One member's contract with the personal sheet."""
    return await _show(request, await place.facilitator(request), None)


async def save_sheet(request: web.Request) -> web.Response:
    """Stores problem areas and goals as a new number of the sheet."""
    who = await place.facilitator(request)
    form = await forms.read(request)
    sheet = read_sheet(request, form)
    if form.errors:
        return await _show(request, who, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            member = await _member(request, tx, who)
            await _keep(request, tx, who, member.id, sheet)
    except Differs as differs:
        _ = render.words(request).gettext
        field, said = {
            "area": ("main", _("An area was agreed on. It is changed on the member’s page, with a reason.")),
            "goal": ("goal-1", _("A goal does not vanish. Say on the member’s page how it ended.")),
        }[str(differs)]
        form.refuse(field, said)
        return await _show(request, who, form)
    return forms.see(f"/s/{who.place}/contract/{member.id}")


async def _keep(request: web.Request, tx: AsyncConnection, who: SignIn, member: str, sheet: Sheet) -> None:
    """The sheet, and the same as areas and goals of the work with the member."""
    secrets, now = request.app[keys.KEYS], place.now(request)
    await store.sheets.save_sheet(tx, secrets, member, contract_drawn.body_of(sheet), who.member, now)
    await store.workbook_sheet.taken_up(
        tx,
        secrets,
        member,
        sheet.main,
        sheet.secondary,
        sheet.goals,
        by=who.member,
        device=who.device,
        now=now,
    )


def read_sheet(request: web.Request, form: Form) -> Sheet:
    """The sheet of a form. Notes errors in the form."""
    _ = render.words(request).gettext
    areas = area_words(render.words(request))
    main = form.one_of("main", areas, _("Please choose the main area."))
    secondary = form.get("secondary")
    if secondary and (secondary not in areas or secondary == main):
        form.refuse("secondary", _("The second area is another one, or none."))
    goals = [form.get(f"goal-{number}") for number in range(1, GOALS + 1)]
    if not any(goals):
        form.refuse("goal-1", _("Please write down one goal in the member’s own words."))
    for number, goal in enumerate(goals, 1):
        if len(goal) > LONGEST_GOAL:
            form.refuse(f"goal-{number}", _("That is too long; one sentence is enough."))
    return Sheet(main=main, secondary=secondary, goals=tuple(" ".join(one.split()) for one in goals if one))


async def sign(request: web.Request) -> web.Response:
    """Signs for the service the text that was shown."""
    who = await place.facilitator(request)
    form = await forms.read(request)
    changed = render.words(request).gettext(
        "The text has changed while you were reading. Please look at it again."
    )
    async with request.app[keys.DATABASE].write() as tx:
        member = await _member(request, tx, who)
        drawn = await contract_drawn.draw(request, tx, member.id, who.group, who.member)
        if drawn is None or form.get("text") != drawn.text_hash:
            form.refuse("", changed)
        else:
            try:
                await contract_drawn.sign(request, tx, drawn, member.id, signing.FACILITATOR, who.member)
            except Conflict:
                form.refuse("", changed)
    if form.errors:
        return await _show(request, who, Form(errors=form.errors))
    return forms.see(f"/s/{who.place}/contract/{member.id}")


async def _member(request: web.Request, tx: AsyncConnection, who: SignIn) -> Member:
    """The participant in the address. Raises HTTPNotFound for another group's."""
    wanted = request.match_info["member"]
    for one in await participants(tx, who.group):
        if one.id == wanted:
            return one
    raise web.HTTPNotFound


async def _show(request: web.Request, who: SignIn, form: Form | None) -> web.Response:
    async with request.app[keys.DATABASE].write() as tx:
        member = await _member(request, tx, who)
        here = await place.load(request, tx, who)
        drawn = await contract_drawn.draw(request, tx, member.id, who.group, who.member)
        signers = [one.by for one in drawn.signatures] if drawn else []
        names = await store.people.names(tx, request.app[keys.KEYS], [member.id, *signers])
    if drawn is None:
        raise web.HTTPNotFound
    shown = form if form is not None and form.values else _filled(drawn.sheet)
    shown.errors = form.errors if form is not None else {}
    areas = list(area_words(render.words(request)).items())
    none = render.words(request).gettext("None")
    return forms.again(
        request,
        "pages/facilitator/contract.html",
        shown,
        place=who.place,
        here="contract",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        member=member.id,
        name=names.get(member.id, ""),
        names=names,
        version=drawn.version,
        parts=drawn.parts,
        text_hash=drawn.text_hash,
        own=drawn.signed_by(signing.MEMBER),
        ours=drawn.signed_by(signing.FACILITATOR),
        areas=areas,
        second_areas=[("", none), *areas],
    )


def _filled(sheet: Sheet) -> Form:
    goals = {f"goal-{number}": goal for number, goal in enumerate(sheet.goals, 1)}
    return forms.filled({"main": sheet.main, "secondary": sheet.secondary, **goals})
