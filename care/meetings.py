"""When the three individual meetings may take place: before the first session, in the middle, after the last.

Where they lie follows the group IPT literature (Wilfley, MacKenzie et al.: one before, one between sessions
10 and 11 of 20, one within a week after the last); the days around that are defaults of the contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care import phases
from care.contract import Terms
from care.series import Dated, live

PRE, MID, POST = "pre", "mid", "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when a meeting may be, and the part of that to aim at. Aware UTC."""

    opens_at: datetime
    target_from: datetime
    target_to: datetime
    closes_at: datetime


def windows(series: Sequence[Dated], terms: Terms) -> dict[str, Window]:
    """The windows of the meetings pre, mid and post. Days are counted in hours of 24. Raises ValueError for
    fewer than two sessions."""
    dates = {each.ordinal or 0: each for each in live(series)}
    count = len(dates)
    before, after = phases.mid_between(count)
    first, last = dates[1], dates[count]
    starts, ends = first.starts_at, last.ends_at
    following = dates.get(after + 1, last)
    return {
        PRE: Window(
            opens_at=starts - timedelta(days=terms.pre_opens_days),
            target_from=starts - timedelta(days=terms.pre_target_from_days),
            target_to=starts - timedelta(days=terms.pre_target_to_days),
            closes_at=starts,
        ),
        # Eight members do not all fit into the week between the two middle sessions.
        MID: Window(
            opens_at=dates[max(before - 1, 1)].ends_at,
            target_from=dates[before].ends_at,
            target_to=dates[after].starts_at,
            closes_at=following.starts_at if after + 1 in dates else ends,
        ),
        POST: Window(
            opens_at=ends,
            target_from=ends,
            target_to=ends + timedelta(days=terms.post_target_days),
            closes_at=ends + timedelta(days=terms.post_closes_days),
        ),
    }
