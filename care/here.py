"""Who is in a room at this moment, from the facts so far. For looking at while a session runs; what counts is
the proposal afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from care import presence
from care.facts import OF_THE_ROOM, Fact
from care.interval import Spans


class Here(StrEnum):
    """Where somebody is."""

    IN = "in"
    WAITING = "waiting"
    WAS_HERE = "was_here"


def here(facts: Iterable[Fact], alive: Mapping[str, datetime], now: datetime) -> dict[str, Here]:
    """Where each member is who was seen at all. `alive` holds the last heartbeat of each server run."""
    of_member = defaultdict(list)
    for fact in presence.on_one_clock(facts):
        if fact.member is not None and fact.kind not in OF_THE_ROOM and fact.at <= now:
            of_member[fact.member].append(fact)
    found = {}
    for member, own in of_member.items():
        seen = presence.track(own, alive, now)
        if _holds(seen.connected, now):
            found[member] = Here.IN if _holds(seen.admitted, now) else Here.WAITING
        elif seen.let_in:
            found[member] = Here.WAS_HERE
    return found


def _holds(spans: Spans, now: datetime) -> bool:
    """Whether the last span reaches up to the present: the server's word is at most three heartbeats old."""
    return bool(spans) and spans[-1].end >= now - presence.SILENT
