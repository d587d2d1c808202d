"""How many mutants of valid captures the parsers of network input survive.

STUN, SDP and signalling are read as functions; RTP and RTCP go, authentic, through a hostile member's
connection into the engine. Two processes at once: `python -m tests.bench.fuzzing NAME COUNT SEED` prints
what became of them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from server.media.options import MediaOptions
from tests.bench.figure import Figure
from tests.fuzz import parsers
from tests.fuzz.hostile import Scene
from tests.fuzz.parsers import Outcome
from tests.peers.company import Company
from tests.peers.direct import Stage
from tests.peers.pacing import Pacer

COUNTS = {"SDP": 100_000, "STUN": 1_000_000, "RTP": 1_000_000, "RTCP": 1_000_000, "signalling": 100_000}
PARSERS = {target.name: target for target in (parsers.STUN, parsers.SDP, parsers.FRAMES)}
LEAST_PAST = 0.3
PARTS = 2


async def fuzz() -> list[Figure]:
    """All parsers, each its number of mutants."""
    seed = int(time.time())
    gate = asyncio.Semaphore(PARTS)
    runs = [(name, COUNTS[name] // PARTS, seed + part) for name in COUNTS for part in range(PARTS)]
    results = await asyncio.gather(*(_process(gate, *run) for run in runs))
    found: dict[str, dict[str, Any]] = {}
    for (name, _, _), result in zip(runs, results, strict=True):
        one = found.setdefault(name, {"inputs": 0, "past": 0, "crashes": 0})
        for key in one:
            one[key] += result[key]
    shares = {name: round(one["past"] / one["inputs"], 2) for name, one in found.items()}
    crashes = sum(one["crashes"] for one in found.values())
    return [
        Figure(
            figure="fuzz_inputs",
            value=sum(one["inputs"] for one in found.values()),
            unit="mutants",
            how=f"mutants of valid input given to each parser, seed {seed}; {crashes} crashes (any error "
            f"that is no refusal); RTP and RTCP authentic, through the engine, two others' packets "
            f"checked meanwhile",
            details={
                "crashes": crashes,
                **{name: one["inputs"] for name, one in found.items()},
                "share past the first length check": shares,
            },
            valid=crashes == 0 and min(shares.values()) >= LEAST_PAST,
        )
    ]


async def _process(gate: asyncio.Semaphore, name: str, count: int, seed: int) -> dict[str, int]:
    async with gate:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.fuzzing", name, str(count), str(seed),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"fuzzing {name} with seed {seed} ended with {process.returncode}")
        result: dict[str, int] = json.loads(out.splitlines()[-1])
        return result


async def _one(name: str, count: int, seed: int) -> Outcome:
    if name in PARSERS:
        return await asyncio.to_thread(parsers.run, PARSERS[name], count, seed)
    pacer = Pacer()
    async with Stage(MediaOptions(bind=("127.0.0.1",))) as stage:
        company = Company(stage, pacer)
        scene = await Scene.open(stage, company)
        outcome = await (scene.run_rtp if name == "RTP" else scene.run_rtcp)(count, seed)
        await scene.others_are_well()
        company.close()
    pacer.close()
    return outcome


def main() -> None:
    """One parser in this process."""
    name, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    outcome = uvloop.run(_one(name, count, seed))
    for crash in outcome.crashes[:5]:
        print(crash, file=sys.stderr)
    result = {"inputs": outcome.inputs, "past": outcome.past_first_check, "crashes": len(outcome.crashes)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
