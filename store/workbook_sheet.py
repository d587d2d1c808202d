"""The personal sheet of the contract and the workbook say the same: a sheet that was filled in becomes areas
and goals, and areas and goals that change become the next sheet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from care import goals
from care.areas import FACILITATOR, MAIN, MEMBER, SECOND, Area, Period, Periods, agreed, proposed
from care.goals import Goal, Goals
from care.phases import Phase
from care.workbook import AREA, GOAL, Workbook
from care.written import body
from store import sheets, workbook
from store.ids import fresh_id
from store.sealing import Keys

FIRST = 1
"A sheet is filled in before the first session."


class Differs(ValueError):
    """The sheet says another area than the one that was agreed; an area is changed with a reason."""


async def follow(tx: AsyncConnection, keys: Keys, member_id: str, actor: str, now: datetime) -> int | None:
    """The number of a new sheet with the goals and the agreed areas of the workbook, None where the newest
    one says so already. Raises NotAllowed."""
    book = await workbook.access_workbook(tx, keys, member_id, actor, "sheet", now)
    newest = await sheets.access_sheet(tx, keys, member_id, actor, "sheet", now)
    before = newest.body if newest else {"main": "", "secondary": "", "goals": []}
    said = sheet_of(book, before)
    if said == dict(before):
        return None
    return await sheets.save_sheet(tx, keys, member_id, said, actor, now)


def sheet_of(book: Workbook, before: Mapping[str, object]) -> dict[str, object]:
    """The sheet that a workbook makes; what it does not speak of stays as it was."""
    open_now = {one.rank: one.area.value for one in book.areas.values() if one.open}
    spoken = any(one.agreed for one in book.areas.values())
    words = [one.words for one in goals.current(book.goals).values()]
    return {
        "main": open_now.get(MAIN, "") if spoken else before.get("main", ""),
        "secondary": open_now.get(SECOND, "") if spoken else before.get("secondary", ""),
        "goals": words if book.goals else before.get("goals", []),
    }


async def taken_up(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    main: str,
    secondary: str,
    words: Sequence[str],
    *,
    by: str,
    device: str,
    now: datetime,
) -> None:
    """Writes the areas and goals of a sheet that both have filled in together. A goal keeps its ratings when
    its words change. Raises Differs for other areas than those agreed, or when a goal would vanish;
    NotAllowed."""
    book = await workbook.access_workbook(tx, keys, member_id, by, "sheet", now, hold=True)
    areas = _areas(book, main, secondary)
    found = _goals(book, words)
    for key, period in areas.items():
        await workbook.put(tx, keys, member_id, AREA, key, body(period), by=by, device=device, now=now)
    for key, goal in found.items():
        await workbook.put(tx, keys, member_id, GOAL, key, body(goal), by=by, device=device, now=now)


def _areas(book: Workbook, main: str, secondary: str) -> Periods:
    wanted = {rank: area for rank, area in ((MAIN, main), (SECOND, secondary)) if area}
    held = {one.rank: one.area.value for one in book.areas.values() if one.open}
    if held and held != wanted:
        raise Differs("area")
    if held:
        return {}
    found: Periods = {}
    for rank, area in wanted.items():
        key = fresh_id()
        found = proposed(found, key, Period(area=Area(area), rank=rank, from_session=FIRST), Phase.INITIAL)
        found = agreed(agreed(found, key, FACILITATOR), key, MEMBER)
    return found


def _goals(book: Workbook, words: Sequence[str]) -> Goals:
    held = goals.current(book.goals)
    if len(words) < len(held):
        raise Differs("goal")
    found = dict(book.goals)
    for key, said in zip(held, words, strict=False):
        found = goals.reworded(found, key, said)
    for said in words[len(held) :]:
        found = goals.added(found, fresh_id(), Goal(words=said))
    return found
