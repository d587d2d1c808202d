"""Which way each channel goes by these settings. A channel is anything that delivers a letter and tells
what became of it (`scheduler.transports.Transport`); docs/channels.md says how to add one."""

from collections.abc import Mapping

from care.delivery import Channel
from scheduler.settings import SchedulerSettings
from scheduler.transports import LocalOutbox, SmtpTransport, Transport
from scheduler.webhook import WebhookTransport
from store.database import Database
from store.sealing import Keys

Transports = Mapping[Channel, Transport]


def choose(settings: SchedulerSettings, db: Database, keys: Keys) -> Transports:
    """The transports of these settings. Mail without one waits; a text without one is recorded as failed."""
    if settings.mode == "demo":
        here = LocalOutbox(db, keys)
        return {Channel.MAIL: here, Channel.TEXT: here}
    found: dict[Channel, Transport] = {}
    if settings.smtp_host:
        found[Channel.MAIL] = SmtpTransport(settings)
    if settings.text_url:
        found[Channel.TEXT] = WebhookTransport(settings)
    return found
