"""What an operator sees of the scheduler: numbers on a private address, log lines without personal data."""

import traceback
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


class Metrics:
    """The scheduler's own registry, so that two in one test do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.ticks = Counter(
            "ipt_tick_runs", "Runs of each tick by outcome.", ["tick", "outcome"], registry=self.registry
        )
        self.tick_seconds = Histogram(
            "ipt_tick_seconds", "How long a tick took.", ["tick"], registry=self.registry
        )
        self.messages = Counter(
            "ipt_messages", "Messages by kind and outcome.", ["kind", "outcome"], registry=self.registry
        )
        self.outbox = Gauge(
            "ipt_outbox_rows", "Rows of the outbox by state.", ["state"], registry=self.registry
        )
        self.sessions_closed = Counter("ipt_sessions_closed", "Sessions closed.", registry=self.registry)
        self.deleted = Counter(
            "ipt_rows_deleted", "Rows deleted because their time is over.", ["what"], registry=self.registry
        )
        self.clock_in_doubt = Gauge(
            "ipt_clock_in_doubt",
            "1 after a leap of the wall clock, until a person accepts it.",
            registry=self.registry,
        )
        self.provider_out = Gauge(
            "ipt_mail_provider_out",
            "1 while nothing is tried because the mail provider failed.",
            registry=self.registry,
        )


def metrics_app(metrics: Metrics) -> web.Application:
    """GET /metrics, for a private address only."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application()
    app.router.add_get("/metrics", show)
    return app


def told(failure: BaseException) -> dict[str, object]:
    """What a log line may say of an exception: its kind and where. Its text may hold an address."""
    frames = traceback.extract_tb(failure.__traceback__)[-4:]
    where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return {"kind": type(failure).__name__, "where": where}
