"""What the media tests share: an engine of their own, and peers on it by a name each."""

from tests.peers.conftest import company, pacer, stage

__all__ = ["company", "pacer", "stage"]
