"""`python -m tests.bench [--figures a,b]`: the figures, one JSON object a line on standard output.

How long each took, and why one could not be taken, is said on standard error. `--list` names the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench import (
    admitting,
    confirming,
    draining,
    endurance,
    forwarding,
    fuzzing,
    killing,
    mailing,
    paging,
    proposing,
    replanning,
    roaming,
)
from tests.bench.figure import Figure

Measure = Callable[[], Coroutine[Any, Any, list[Figure]]]
MEASURES: dict[tuple[str, ...], Measure] = {
    ("forward_cost_1x10",): functools.partial(forwarding.forward_cost, 1, False),
    ("forward_cost_4x10",): functools.partial(forwarding.forward_cost, 4, False),
    ("forward_cost_10x10",): functools.partial(forwarding.forward_cost, 10, False),
    ("forward_cost_4x10_python",): functools.partial(forwarding.forward_cost, 4, True),
    ("forward_cost_10x10_python",): functools.partial(forwarding.forward_cost, 10, True),
    ("added_latency_p99_4x10",): functools.partial(forwarding.added_latency, False),
    ("added_latency_p99_busy",): functools.partial(forwarding.added_latency, True),
    ("lost_at_90k",): forwarding.lost_at_90k,
    ("admit_first_audio_p95", "admit_first_frame_p95"): admitting.admitting,
    ("click_first_frame_p95",): admitting.joining,
    ("loss10_fps_share", "loss10_concealed_share"): roaming.lossy,
    ("rebind_sound_back_p95",): roaming.rebinding,
    ("path_dead_sound_back_p95",): roaming.dead_path,
    ("killed_peer_gone_p95",): endurance.killed,
    ("memory_per_member",): endurance.memory,
    ("cycles_100_leak",): endurance.cycles,
    ("fuzz_inputs",): fuzzing.fuzz,
    ("proposal_cost_2000_facts",): proposing.proposal_cost,
    ("grid_page_1000_groups", "worklist_page_1000_groups"): paging.pages,
    ("kill_points_lost",): killing.killed,
    ("duplicates_200_kills", "forgotten_200_kills"): mailing.kills_200,
    ("drain_cost_100k",): draining.drain_cost,
    ("replan_26_weeks",): replanning.replanned,
    ("confirm_eight_actions",): confirming.confirming,
}
LONG: dict[tuple[str, ...], Measure] = {("memory_growth_10_minutes",): endurance.growth}
"""Taken only when they are named: longer than the two minutes that any other figure may take."""


def main() -> int:
    """Measure what was asked for; 1 when a figure is not valid or could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", default="", help="names with commas; all short ones when not given")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    usual, known = [[name for names in some for name in names] for some in (MEASURES, MEASURES | LONG)]
    if arguments.list:
        print("\n".join(known))
        return 0
    wanted = [name.strip() for name in arguments.figures.split(",") if name.strip()] or usual
    unknown = set(wanted) - set(known)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    taken = [_take(names, measure, wanted) for names, measure in (MEASURES | LONG).items()]
    return 0 if all(taken) else 1


def _take(names: tuple[str, ...], measure: Measure, wanted: list[str]) -> bool:
    if not set(names) & set(wanted):
        return True
    began = time.monotonic()
    try:
        figures = asyncio.run(measure())
    except Exception as error:  # the other figures are still worth taking
        print(f"{', '.join(names)}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return False
    for figure in figures:
        if figure.figure in wanted:
            print(figure.line(), flush=True)
    print(f"{', '.join(names)}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return all(figure.valid for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
