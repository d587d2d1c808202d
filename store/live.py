"""The live state of an installation: Redis when an address is set, otherwise this process alone."""

from store.live_guarded import GuardedLive
from store.live_local import InProcessLive
from store.live_protocol import Live, Subscription
from store.live_redis import RedisLive
from store.settings import StoreSettings

__all__ = ["InProcessLive", "Live", "RedisLive", "Subscription", "build_live"]


def build_live(settings: StoreSettings) -> Live:
    """Live state for these settings. Connects at the first use; the caller closes it."""
    if settings.redis_url is None:
        return InProcessLive()
    return GuardedLive(RedisLive(settings.redis_url))
