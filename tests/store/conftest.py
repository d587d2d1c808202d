import pytest

from store.sealing import Keys


@pytest.fixture
def keys_of():
    """The keys of given settings."""
    return Keys.load
