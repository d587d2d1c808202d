"""A group's scores without names, to bring to supervision: letters in an order that says nothing, counts and
changes. For the facilitators of the group."""

from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from string import ascii_uppercase

from aiohttp import web
from markupsafe import Markup

from care.summary import Summary
from server import keys, render, signin
from server.pages import place, scores_chart, scores_load
from server.pages.chart import Chart, Line, Mark, Slot, Stripe, draw
from server.pages.scores_load import Scored, Scores
from server.pages.scores_words import gain_words, level_words, reliable_words
from store.groups import Group


async def show(request: web.Request) -> web.Response:
    """The page as it stands now; the look at each member is logged."""
    who = await place.facilitator(request)
    async with request.app[keys.DATABASE].write() as tx:
        here = await place.load(request, tx, who)
        found = await scores_load.load(request, tx, who, here.group, "group overview", left=True)
    words, named = render.words(request), letters(found)
    return render.page(
        request,
        "pages/facilitator/overview.html",
        place=who.place,
        here="overview",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        people=len(named),
        measures=[_measure(words, name, named, here.group, found) for name in titles(found)],
        rows=[
            {"letter": letter, "attended": len(one.frame.attended), "held": len(one.frame.held)}
            for letter, one in named.items()
        ],
        note=here.group.count,
    )


def letters(found: Scores) -> Mapping[str, Scored]:
    """Each member under a letter. Ids are random, so their order tells nothing of names or seats."""
    order = sorted(found.members)
    return {_letter(number): found.members[one] for number, one in enumerate(order)}


def _letter(number: int) -> str:
    round_, place_ = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place_] + (str(round_ + 1) if round_ else "")


def titles(found: Scores) -> Sequence[str]:
    """The measures anybody has scores of, in the order of the course pages."""
    seen: dict[str, None] = {}
    for one in found.members.values():
        for each in one.found.measures:
            seen.setdefault(each.measure.id)
    return list(seen)


def _measure(
    words: NullTranslations, name: str, named: Mapping[str, Scored], group: Group, found: Scores
) -> dict[str, object]:
    mine = {
        letter: each
        for letter, one in named.items()
        for each in one.found.measures
        if each.measure.id == name
    }
    measure = next(iter(mine.values())).measure
    return {
        "id": name,
        "title": measure.title,
        "direction": scores_chart.direction_words(words, measure),
        "reversed": measure.higher_is_better,
        "licence": measure.licence,
        "chart": _chart(words, name, mine, group, found),
        "rows": [_row(words, letter, one) for letter, one in mine.items()],
    }


def _chart(
    words: NullTranslations, name: str, mine: Mapping[str, Summary], group: Group, found: Scores
) -> Markup:
    measure = next(iter(mine.values())).measure
    months = sorted({one.number for each in mine.values() for one in each.points if one.wave == "followup"})
    at = {one: number for number, one in enumerate(scores_chart.places(group.count, months))}
    lines = [
        Line(
            [
                Mark(at[scores_chart.place_of(one)], one.total, one.score.prorated)
                for one in each.points
                if one.total is not None and scores_chart.place_of(one) in at
            ],
            letter,
        )
        for letter, each in mine.items()
    ]
    return draw(
        Chart(
            key=f"all-{name}",
            title=measure.title,
            told=scores_chart.direction_words(words, measure),
            low=measure.lowest,
            high=measure.highest,
            slots=[Slot(scores_chart.short(words, one)) for one in at],
            lines=lines,
            stripes=[Stripe(one.low, one.high, level_words(words, one.word)) for one in measure.bands],
            stretches=scores_chart.stretches(words, found.phases, at),
        )
    )


def _row(words: NullTranslations, letter: str, one: Summary) -> dict[str, object]:
    moved = one.change
    return {
        "letter": letter,
        "first": "" if one.base is None else one.base.total,
        "last": "" if one.end is None else one.end.point.total,
        "carried": one.end is not None and one.end.carried,
        "so_far": one.end is not None and one.end.so_far,
        "gain": gain_words(words, moved.gain, one.measure.higher_is_better) if moved else "",
        "reliable": reliable_words(words, moved.reliable) if moved and moved.reliable else "",
    }


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/overview", show)]
