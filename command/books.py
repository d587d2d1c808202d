"""What members of the demo have written down with their facilitators. Everybody in it is invented."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.tryouts
import store.workbook
from care.areas import Area, Period, Why
from care.goals import Goal, Rating
from care.inventory import Domain, Mood, Relation, Tie
from care.problems import Opinion, Problem
from care.tryout import Result, Tryout
from care.workbook import AREA, GOAL, ONLY, PROBLEM, RANKING, RELATION
from care.written import body
from store.groups import Member
from store.sealing import Keys

PEOPLE = {
    "mum": Relation(label="Mum", domain=Domain.FAMILY, kind="mother", now=2, wished=2),
    "tom": Relation(
        label="T.",
        domain=Domain.PARTNER,
        kind="husband",
        now=2,
        wished=1,
        mood=Mood.BOTH,
        good="He cooks when I am tired",
        hard="We do not speak about money",
    ),
    "jo": Relation(label="Jo", domain=Domain.FRIENDS, kind="oldest friend", now=3, wished=2, ally=True),
    "dad": Relation(label="Dad", domain=Domain.LOST, kind="died last spring", tie=Tie.DIED, now=1, wished=1),
    "boss": Relation(label="Ms K.", domain=Domain.WORK, kind="my boss", now=4, wished=4, mood=Mood.LOWERS),
    "choir": Relation(label="choir", domain=Domain.NEIGHBOURS, kind="people from choir", now=4, wished=3),
}
PROBLEMS = {
    "money": Problem(
        words="We quarrel about money and then do not speak for days",
        own=Opinion(linked=8, changeable=6, area=Area.DISPUTE),
        theirs=Opinion(linked=5, changeable=6, area=Area.DISPUTE),
        person="tom",
    ),
    "dad": Problem(
        words="Since Dad died nobody asks how I am",
        own=Opinion(linked=9, changeable=5, area=Area.GRIEF),
        theirs=Opinion(linked=9, changeable=6, area=Area.GRIEF),
    ),
}
GRIEF = Period(area=Area.GRIEF, rank=1, from_session=1, by_member=True, by_facilitator=True)
QUARREL = Period(
    area=Area.DISPUTE,
    rank=2,
    from_session=4,
    why=Why.UNDERSTANDING,
    words="The quarrels began in the weeks after the death",
    by_member=True,
    by_facilitator=True,
)
GOALS = {
    "call": Goal(
        words="Call Jo once a week and say how I am",
        area="grief",
        ratings=(Rating(wave="pre", value=2), Rating(wave="mid", value=5)),
    ),
    "money": Goal(
        words="Speak with T. about money without a quarrel",
        area="quarrel",
        ratings=(Rating(wave="mid", value=3),),
    ),
}


WORKED = dict(
    enumerate(
        ("first_link", "grief_onset", "first_goal", "grief_story", "grief_feelings", "dispute_talk", "ties"),
        1,
    )
)


STEPS = {
    "called": Tryout(
        step="Call Jo and say how the week was", whom="Jo", when="Thursday evening", session=5,
        result=Result.PARTLY, happened="We spoke, but only about her move", mood=6,
    ),
    "walk": Tryout(
        step="Ask T. for a walk and say one thing about money", whom="T.", when="Saturday morning",
        where="the park", support="Write it down before", obstacle="He may be tired", session=6,
    ),
}  # fmt: skip


async def fill(
    tx: AsyncConnection, keys: Keys, member: Member, leader: Member, worked: Mapping[str, str], now: datetime
) -> None:
    """A book for one member; `worked` names a strategy for each session by its id."""

    async def put(kind: str, thing: str, what: Mapping[str, object], by: Member) -> None:
        await store.workbook.put(tx, keys, member.id, kind, thing, what, by=by.id, device="", now=now)

    for thing, relation in PEOPLE.items():
        await put(RELATION, thing, body(relation), member)
    for thing, problem in PROBLEMS.items():
        await put(PROBLEM, thing, body(problem), leader)
    await put(RANKING, ONLY, {"order": ["dad", "money"]}, member)
    await put(AREA, "grief", body(GRIEF), leader)
    await put(AREA, "quarrel", body(QUARREL), leader)
    for thing, goal in GOALS.items():
        await put(GOAL, thing, body(goal), member)
    for session, strategy in worked.items():
        await put("worked", session, {"keys": [strategy]}, leader)


async def try_out(tx: AsyncConnection, keys: Keys, member: Member, now: datetime) -> None:
    """Steps between sessions: one with what became of it, one still to be tried."""
    for thing, step in STEPS.items():
        await store.tryouts.put(tx, keys, member.id, thing, step, by=member.id, device="", now=now)
