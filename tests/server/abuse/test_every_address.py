"""Abuse cases 5 and 6, at every address there is: what was said in confidence reaches nobody by a page, a
header, an error, a count or the log. The addresses are the router's own, so that a new one is asked the same
day; one that cannot be filled, or that nobody could open, fails here until somebody has thought about it.
"""

import itertools
import re
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

import store.break_glass
import store.erasing
import store.groups
import store.setup
import store.staff
from server.pages.help_now import SCREENS
from server.routes import routes
from store.groups import Member
from store.staff import Staff
from store.tables import metadata
from tests.server.house import House
from tests.server.pages.clinic import Clinic, met, open_clinic
from tests.server.pages.test_nothing_clinical import CLINICAL, still
from tests.server.staff_desk import Browser, Reply, colleague
from tests.services import unspoken
from tests.services.circle import make_person
from tests.services.unspoken import MARK, word

NAME = re.compile(r"\{(\w+)[^}]*\}")
GETS = sorted(
    {
        route.path
        for route in routes(demo_mode=True)
        if isinstance(route, web.RouteDef) and route.method == "GET"
    }
)
# Tables that hold codes or times alone, so that no word can be put into them.
WORDLESS = {"checkin", "score_look"}
# Words that no page shows at rest: the door's stand in the room, for the facilitators; what a clinician wrote
# beside an outcome is kept and asked for, not shown.
UNSEEN = {word(one) for one in ("where", "phone", "prompt", "outcome")}
# For whom no page of any role opens: each says why.
NOBODY = {
    "/staff/setup": "only with the cookie that an invitation's form gives",
    "/s/{place}/socket/{session}": "a socket, not a page",
    "/f/{token}.ics": "its address is the secret; test_reading.py opens one",
    "/readyz": "no scheduler runs beside this server",
}
# Says something else at every reading, or is an act that stands in the history.
RESTLESS = ("/export/", "/readyz", "/healthz", "/static/")


@dataclass(frozen=True, slots=True)
class Walk:
    """A group with everything in it, and what an address may be filled with."""

    clinic: Clinic
    target: Member
    other: Clinic
    fill: dict[str, tuple[str, ...]]
    steps: dict[str, tuple[str, ...]]
    nora: Staff
    "A clinician and admin who opened the group in an emergency and coordinates it since."
    office: str
    "Her place."

    def addresses(self, shapes: Iterable[str] = GETS) -> list[str]:
        """Every address, filled with everything that fits."""
        found = []
        for shape in shapes:
            names = NAME.findall(shape)
            plain = NAME.sub(r"{\1}", shape)
            for values in itertools.product(*(self.fill[name] for name in names)):
                filled = dict(zip(names, values, strict=True))
                if "step" not in filled or filled["step"] in self.steps[filled["checkin"]]:
                    found.append(plain.format(**filled))
        return sorted(set(found))


@pytest_asyncio.fixture
async def walk(house: House) -> AsyncIterator[Walk]:
    """Olga's group, one member of which has told everything; and another group."""
    clinic = await open_clinic(house, summaries=True)
    other = await open_clinic(house, name="Petra", people=["Gwen"])
    target, now = clinic.members[0], datetime.now(UTC)
    await met(clinic, 1, "no_show", "attended", "attended_late")
    await met(clinic, 2, "no_show", "excused", "attended")
    nora = await colleague(house, "Nora", admin=True, clinician=True)
    async with house.db.write() as tx:
        planted = await unspoken.plant(tx, house.keys, target, clinic.facilitator, clinic.sessions, now)
        glass = await store.break_glass.open_one(tx, house.keys, nora.id, clinic.group, "a test of this", now)
        office = await store.staff.grant(
            tx, house.keys, nora.person, clinic.group, "coordinator", nora.id, now
        )
        draft = await store.setup.save_draft(tx, house.keys, clinic.olga.person, {"title": "New"}, now)
        rows = (await tx.execute(select(metadata.tables["checkin"]))).all()
        steps = {one.id: unspoken.steps_of(one.wave) for one in rows if one.member == target.id and one.form}
        nils = (
            await tx.execute(
                select(metadata.tables["staff"].c.person, metadata.tables["staff"].c.desk).where(
                    metadata.tables["staff"].c.person == clinic.facilitator.person
                )
            )
        ).one()
    fill = {
        "place": (clinic.place, target.place, clinic.facilitator.place),
        "desk": (clinic.olga.desk, nils.desk),
        "member": (target.id,),
        "session": (clinic.sessions[0], clinic.sessions[1], clinic.sessions[4], planted["room"]),
        "meeting": (planted["meeting"],),
        "checkin": tuple(steps),
        "step": tuple(sorted({one for each in steps.values() for one in each})),
        "mode": ("phone", "meeting"),
        "thing": ("relation", "problem", "area", "goal", "tryout"),
        "concern": (planted["concern"],),
        "what": SCREENS,
        "token": ("x" * 43,),
        "draft": (draft,),
        "country": ("DE", "nowhere"),
        "version": ("0",),
        "name": ("css/layers.css",),
        "staff": (clinic.olga.id, nora.id),
        "ticket": ("x" * 22,),
        "glass": (glass.id,),
    }
    async with clinic.browser, other.browser:
        yield Walk(clinic, target, other, fill, steps, nora, office.place)


async def ask(browser: Browser, path: str) -> Reply:
    """An address, as it is answered; a server that breaks is no answer."""
    reply = await browser.get(path)
    assert reply.status < 500 or path == "/readyz", (path, reply.status)
    return reply


def silent(reply: Reply, path: str, theirs: Collection[str] = ()) -> None:
    """Nothing that was said in confidence stands in the page or beside it, but what is theirs, too."""
    whole = reply.text + repr(reply.headers)
    told = set(re.findall(rf"{MARK}\w+", whole)) - set(theirs)
    assert not told, (path, told)
    assert "Findable Emergency of Ada" not in whole, path


async def guest(house: House, member: Member) -> Browser:
    """A browser that came in by this member's link."""
    found = await house.guest(member)
    return Browser(house, http=found.http)


async def second_office(house: House, clinic: Clinic) -> Browser:
    """A coordinator of the group who has a link and no account."""
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        person = await make_person(tx, house.keys, "Rosa", now)
        member = await store.groups.add_member(tx, clinic.group, person, "coordinator", None, now)
    return await guest(house, member)


async def browser_of(who: str, house: House, walk: Walk) -> tuple[Browser, str]:
    """One of those who come by, and the place or desk that is theirs."""
    clinic, other = walk.clinic, walk.other
    match who:
        case "coordinator at the desk":
            return clinic.browser, clinic.place
        case "coordinator by a link":
            browser = await second_office(house, clinic)
            return browser, house.guests[-1].place
        case "member of the group":
            return await guest(house, clinic.members[1]), clinic.members[1].place
        case "member of another group":
            return await guest(house, other.members[0]), other.members[0].place
        case "coordinator of another group":
            return other.browser, other.place
        case "facilitator of another group":
            return await guest(house, other.facilitator), other.facilitator.place
        case "admin":
            return await Browser(house).at(await colleague(house, "Ulla", admin=True)), clinic.place
        case _:
            return Browser(house), clinic.place


STRANGERS = {
    # Everybody who may not read it, and the fewest pages that open for them.
    "coordinator at the desk": 30,
    "coordinator by a link": 12,
    "member of the group": 12,
    "member of another group": 12,
    "coordinator of another group": 10,
    "facilitator of another group": 8,
    "admin": 8,
    "somebody passing": 5,
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_what_was_said_in_confidence_stands_at_no_address_for(
    house: House, walk: Walk, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    browser, place = await browser_of(who, house, walk)
    walk.fill["place"] = (*walk.fill["place"], place)
    walk.fill["desk"] = tuple({*walk.fill["desk"], browser.desk or walk.other.olga.desk})
    opened = set()
    async with browser:
        for path in walk.addresses():
            reply = await ask(browser, path)
            silent(reply, path, {word("sent")} if who == "member of the group" else ())
            if reply.status == 200:
                opened.add(path)
    assert len(opened) >= STRANGERS[who], sorted(opened)
    logged = [repr(vars(one)) for one in caplog.records]
    assert len(logged) > len(GETS)
    assert not [line for line in logged if MARK in line or "Findable Emergency" in line]


async def test_no_number_somebody_gave_changes_a_page_of_a_coordinator(house: House, walk: Walk) -> None:
    paths = [one for one in walk.addresses() if not any(part in one for part in RESTLESS)]
    files = [one for one in walk.addresses() if "/export/" in one]
    browser = walk.clinic.browser
    leader = await guest(house, walk.clinic.facilitator)
    course = f"/s/{walk.clinic.facilitator.place}/people/{walk.target.id}/course"
    async with browser, leader:
        await pages(browser, paths)
        shown = await pages(leader, [course])
        tables = await pages(browser, files)
        before = await pages(browser, paths)
        async with house.db.write() as tx:
            about = (tx, house.keys, walk.target.id)
            sessions, now = walk.clinic.sessions, datetime.now(UTC)
            await unspoken.fill_in(*about, sessions, now, high=True)
            await unspoken.work(*about, walk.clinic.facilitator, sessions[4], now, high=True)
        after = await pages(browser, paths)
        assert await pages(browser, files) == tables
        assert await pages(leader, [course]) != shown, "it is there to be seen by those who may"
    assert {path for path in paths if before[path] != after[path]} == set()


async def pages(browser: Browser, paths: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Every address with its status and its text, without what differs each time."""
    found = {}
    for path in paths:
        reply = await ask(browser, path)
        found[path] = (reply.status, still(reply.text))
    return found


async def test_the_words_can_be_found_and_every_address_opens_for_somebody(house: House, walk: Walk) -> None:
    """What the walks above do not find is there to be found."""
    clinic = walk.clinic
    leader = await named(house, clinic.facilitator.person)
    walkers = {
        "target": (await guest(house, walk.target), walk.target.place, ""),
        "leader": (await Browser(house).at(leader), clinic.facilitator.place, leader.desk),
        "coordinator": (clinic.browser, clinic.place, clinic.olga.desk),
        "clinician": (await Browser(house).at(walk.nora), walk.office, walk.nora.desk),
    }
    read: dict[str, set[str]] = {}
    opened: set[str] = set()
    for who, (browser, place, desk) in walkers.items():
        walk.fill.update(place=(place,), desk=(desk,) if desk else ())
        read[who] = set()
        async with browser:
            for shape, path in [(one, path) for one in GETS for path in walk.addresses([one])]:
                reply = await ask(browser, path)
                read[who].update(re.findall(rf"{MARK}\w+", reply.text))
                if reply.status < 400:
                    opened.add(shape)
    shut = set(GETS) - opened
    assert sorted(shut ^ set(NOBODY)) == [], "an address that opened for nobody was not asked about"
    assert not read["coordinator"] | read["clinician"]
    assert unspoken.words() - set().union(*read.values()) == UNSEEN
    async with house.db.read() as tx:
        assert await empty(tx) == WORDLESS


async def named(house: House, person: str) -> Staff:
    """The account of somebody."""
    async with house.db.read() as tx:
        found = await store.staff.of_person(tx, person)
    assert found is not None
    return found


async def empty(tx: AsyncConnection) -> set[str]:
    """The tables of what is told in confidence in which nothing sealed stands."""
    found = set()
    for name in CLINICAL:
        sealed = [one for one in metadata.tables[name].c if one.name.endswith("_sealed")]
        there = select(func.count()).where(or_(false(), *(one.is_not(None) for one in sealed)))
        if not (await tx.execute(there.select_from(metadata.tables[name]))).scalar_one():
            found.add(name)
    return found


async def test_after_an_erasure_every_address_answers_and_knows_nobody_by_that_name(
    house: House, walk: Walk
) -> None:
    clinic = walk.clinic
    leader = await named(house, clinic.facilitator.person)
    target = await guest(house, walk.target)
    async with house.db.write() as tx:
        about = (tx, house.keys, walk.target.person)
        approved = {"approved_by": walk.nora.id, "now": datetime.now(UTC), "close_concerns": True}
        await store.erasing.erase(*about, **approved)
    walkers = {
        "target": (target, walk.target.place, ""),
        "leader": (await Browser(house).at(leader), clinic.facilitator.place, leader.desk),
        "coordinator": (clinic.browser, clinic.place, clinic.olga.desk),
        "clinician": (await Browser(house).at(walk.nora), walk.office, walk.nora.desk),
    }
    broken, named_still, erased = [], [], set()
    for who, (browser, place, desk) in walkers.items():
        walk.fill.update(place=(place,), desk=(desk,) if desk else ())
        async with browser:
            for path in walk.addresses():
                reply = await browser.get(path)
                if reply.status >= 500 and path != "/readyz":
                    broken.append((who, path))
                if re.search(rf"Ada Findable|ada@findable|{MARK}(?!draft|sent)", reply.text):
                    named_still.append((who, path))
                if 'class="erased"' in reply.text or "(erased)" in reply.text:
                    erased.add(path.replace(place, "{place}"))
    assert broken == []
    assert named_still == []
    assert {"/s/{place}/people", "/s/{place}/", "/s/{place}/export/attendance.csv"} <= erased
