"""What the media tests share: an engine of their own, and peers on it by a name each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.media.options import MediaOptions
from tests.peers.company import Company
from tests.peers.direct import Stage
from tests.peers.pacing import Pacer


@pytest.fixture
async def pacer() -> AsyncIterator[Pacer]:
    """One clock for all peers of a test."""
    made = Pacer()
    yield made
    made.close()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A media engine in this process, on a port of its own."""
    async with Stage(MediaOptions(bind=("127.0.0.1",))) as made:
        yield made


@pytest.fixture
async def company(stage: Stage, pacer: Pacer) -> AsyncIterator[Company]:
    """Peers on the engine."""
    made = Company(stage, pacer)
    yield made
    made.close()
