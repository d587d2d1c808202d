"""A group's scores as counts for other programs: no names, no member's own number, and nothing about fewer
than five people."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from aiohttp import web

import store.audit
from care.change import Reliable
from care.summary import Summary, Whole
from server import keys
from server.pages import export, place, scores_load

LEAST = 5
FEW = f"<{LEAST}"
HEAD = ("row", "measure", "round", "number", "people", "mean", "count")
Line = tuple[str, ...]


async def scores(request: web.Request) -> web.Response:
    """The file, as an attachment; that it was made stands in the history."""
    who = await place.facilitator(request)
    secrets = request.app[keys.KEYS]
    async with request.app[keys.DATABASE].write() as tx:
        here = await place.load(request, tx, who)
        found = await scores_load.load(request, tx, who, here.group, "group export", left=True)
        await store.audit.append(
            tx,
            secrets,
            actor=who.member,
            role=who.role,
            action="scores_exported",
            object=f"group:{who.group}",
            group=who.group,
            now=here.now,
        )
    lines = rows([one.found for one in found.members.values()])
    name = f"scores-{here.now.date().isoformat()}.csv"
    return web.Response(
        body=export.table(lines).encode("utf-8-sig"),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def rows(people: Sequence[Whole]) -> Iterable[Line]:
    """Means of each round, then how many changed in which way, under a head in fixed English words."""
    yield HEAD
    by_measure: dict[str, list[Summary]] = {}
    for one in people:
        for each in one.measures:
            by_measure.setdefault(each.measure.id, []).append(each)
    for name, summaries in by_measure.items():
        yield from _means(name, summaries)
        yield from _changes(name, summaries)
    for row, said in (
        ("reliable_improvement", [one.improvement for one in people]),
        ("recovery", [one.recovery for one in people]),
        ("reliable_recovery", [one.reliable_recovery for one in people]),
    ):
        yield _count(row, "all", said)


def _means(name: str, summaries: Sequence[Summary]) -> Iterable[Line]:
    totals: dict[tuple[str, int], list[int]] = {}
    for one in summaries:
        for point in one.points:
            if point.total is not None:
                totals.setdefault((point.wave, point.number), []).append(point.total)
    for (wave, number), found in sorted(totals.items()):
        enough = len(found) >= LEAST
        mean = f"{statistics.fmean(found):.1f}" if enough else ""
        yield ("mean", name, wave, str(number), str(len(found)) if enough else FEW, mean, "")


def _changes(name: str, summaries: Sequence[Summary]) -> Iterable[Line]:
    changes = [one.change for one in summaries if one.change is not None]
    asked: tuple[tuple[str, Callable[[int], bool | None]], ...] = (
        ("reliably_better", lambda at: _is(changes[at].reliable, Reliable.BETTER)),
        ("reliably_worse", lambda at: _is(changes[at].reliable, Reliable.WORSE)),
        ("response", lambda at: changes[at].response),
        ("remission", lambda at: changes[at].remission),
    )
    for row, of in asked:
        yield _count(row, name, [of(at) for at in range(len(changes))])


def _is(found: Reliable | None, wanted: Reliable) -> bool | None:
    return None if found is None else found is wanted


def _count(row: str, name: str, said: Sequence[bool | None]) -> Line:
    """How many of those it can be said of. Given are only counts whose both sides have enough people: what
    is left of a total tells as much as the count."""
    known = [one for one in said if one is not None]
    yes = sum(known)
    if len(known) < LEAST:
        return (row, name, "", "", FEW, "", FEW)
    open_ = yes >= LEAST and (len(known) - yes >= LEAST or yes == len(known))
    return (row, name, "", "", str(len(known)), "", str(yes) if open_ else "withheld")


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/export/scores.csv", scores)]
