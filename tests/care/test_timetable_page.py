"""The timetable in the documentation is the timetable of the program."""

from datetime import datetime
from pathlib import Path

from care.contract import Terms
from care.waves import Moment, Point, Rhythm, Wave, rhythms

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checkins.md"
TERMS = Terms(zone="UTC", first_local=datetime(2027, 1, 4, 18, 0))
PLACES = {
    Moment.FIRST_STARTS: "the first session",
    Moment.SESSION_STARTS: "the session",
    Moment.NEXT_STARTS: "session m + 1",
    Moment.LAST_ENDS: "session N",
    Moment.CLOSES: "closing",
}
AT = {
    Moment.FIRST_STARTS: "first session starts",
    Moment.SESSION_STARTS: "session starts",
    Moment.MIDDLE_ENDS: "session m ends",
    Moment.BEYOND_STARTS: "session m + 2 starts",
    Moment.LAST_ENDS: "session N ends",
}


def words(point: Point) -> str:
    if point.months and point.days:
        return f"{point.days} d later"
    if point.months:
        return f"{point.months} month{'s' * (point.months > 1)} after {PLACES[point.of]}"
    if point.of is Moment.OPENS:
        return f"+{point.days} d"
    side = "before" if point.days < 0 or point.hours < 0 else "after"
    parts = [f"{abs(point.hours)} h {side}"] * bool(point.hours)
    parts += [f"{abs(point.days)} d {side}"] * bool(point.days)
    return " ".join([*parts, PLACES[point.of]]) if parts else AT[point.of]


def calls(one: Rhythm) -> str:
    if one.call_run is not None:
        return f"{one.call_run} missed in a row"
    return "never" if one.call_days is None else f"{one.call_days} d late"


def of_program() -> list[list[str]]:
    return [
        [
            f"`{one.wave}`",
            "each session" if one.wave == Wave.WEEKLY else str(one.number),
            words(one.opens),
            words(one.target),
            words(one.closes),
            ", ".join(words(each) for each in one.reminders),
            calls(one),
        ]
        for one in rhythms(TERMS)
    ]


def of_page() -> list[list[str]]:
    lines = PAGE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| Wave |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return found
        found.append([cell.strip().replace("*", "") for cell in line.strip("|").split("|")])
    return found


def test_the_page_says_when_each_wave_is() -> None:
    assert of_page() == of_program()
