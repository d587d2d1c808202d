"""The hostile member's engine: the same as that of the media tests."""

from tests.peers.conftest import company, pacer, stage

__all__ = ["company", "pacer", "stage"]
