"""Which engine the options ask for."""

from server.media.engine import InProcessEngine
from server.media.fleet import Fleet
from server.media.messages import Engine, OnEvent
from server.media.options import MediaOptions


def build_engine(options: MediaOptions, on_event: OnEvent) -> Engine:
    """An engine that is not started yet; `on_event` hears every event on the loop that starts it."""
    return Fleet(options, on_event) if options.workers else InProcessEngine(options, on_event)
