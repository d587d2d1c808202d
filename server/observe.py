"""Figures for operators. None holds a name, a token, an address or a word of
anybody.
"""

import asyncio

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


class Metrics:
    """One set of figures for one application, so that tests with several do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("http_requests", "Requests by route and status", "route", "status")
        self.seconds = Histogram(
            "ipt_http_seconds",
            "Time to answer",
            ["route"],
            registry=self.registry,
            buckets=(0.005, 0.05, 0.5, 5),
        )
        self.messages = self._counter("socket_messages", "Messages of clients", "type")
        self.refused = self._counter("refused", "What was refused, by reason", "reason")
        self.rooms = self._gauge("rooms", "Live rooms of this process")
        self.sockets = self._gauge("sockets", "Open room sockets")
        self.legs = self._gauge("media_legs", "Media legs that are up")
        self.share = self._gauge("media_cpu_share", "CPU over wall time of the busiest media worker")
        self.lag = self._gauge("media_lag_ms", "Loop lag of the busiest media worker")
        self.accepting = self._gauge("media_accepting", "1 while new rooms are taken")
        self.packets = self._gauge("media_packets_out", "Packets forwarded since the start")
        self.workers_lost = self._counter("media_workers_lost", "Media workers that died")
        self.downs = self._counter("media_down", "Media legs that ended, by reason", "reason")
        self.blind = self._counter("client_blind", "Clients that saw silence where media was due")
        self.failures = self._counter("room_failures", "Steps of rooms that failed")
        self.unkept = self._gauge("facts_waiting", "Facts and rooms not stored yet")
        self.tasks = self._gauge("tasks", "Tasks on the server's event loop")
        self.lost_facts = self._counter("facts_refused", "Facts the database refused for good")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"ipt_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"ipt_{name}", text, registry=self.registry)


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)


def build_metrics_app(app: web.Application) -> web.Application:
    """A small application with /metrics, for a private address."""
    metrics = app[METRICS]

    async def figures(_request: web.Request) -> web.Response:
        metrics.tasks.set(len(asyncio.all_tasks()))
        return web.Response(
            body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    private = web.Application()
    private.router.add_get("/metrics", figures)
    return private
