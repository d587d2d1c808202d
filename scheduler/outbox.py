"""Empties the outbox: claim, look again whether the message is still wanted, write it, send it, record it.
Urgent messages have a tick of their own that nothing holds up.

The promise: never two sends of one purpose, by design or by two senders at once; at most one repeat, which
is recorded, after a crash or a silence inside the provider's acceptance. A token is made in the transaction
that marks the row as transmitting, goes into the text, and is kept as a hash only.
"""

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.digests
import store.outbox
import store.people
from care import delivery
from care.contact import PHONE
from care.delivery import Breaker, Channel, MessageKind, QuietHours
from scheduler import calls, observe, wanted
from scheduler.channels import Transports
from scheduler.letters import Letters
from scheduler.mail import Letter
from scheduler.observe import Metrics
from scheduler.settings import SchedulerSettings
from scheduler.transports import Fate, Outcome
from scheduler.wanted import Subject
from scheduler.words import Words
from store.database import Database
from store.outbox import Message
from store.sealing import Keys

log = logging.getLogger(__name__)

# One attempt takes at most three timeouts of 60 s; a tick's `now` is at most DRAIN_FOR_S old when it claims.
LEASE_S = 300.0
DRAIN_FOR_S = 30.0  # then the next tick goes on, with a fresh look at the clock
ACTOR = "scheduler"
DAY = timedelta(hours=24)


class Sender:
    """Sends what is due, each channel through its transport. Mail without one waits and only expires."""

    def __init__(
        self,
        db: Database,
        keys: Keys,
        settings: SchedulerSettings,
        transports: Transports,
        words: Words,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._keys = keys
        self._settings = settings
        self._transports = transports
        self._letters = Letters(settings, words)
        self._metrics = metrics
        self._quiet = QuietHours(starts=settings.mail_quiet_from, ends=settings.mail_quiet_until)
        self._breakers = {channel: Breaker() for channel in transports}

    def going_out(self, channel: Channel) -> bool:
        """Whether this channel has somewhere to go and its provider is not known to be out."""
        breaker = self._breakers.get(channel)
        return breaker is not None and breaker.closed_until is None

    async def tick(self, now: datetime) -> None:
        """Frees what a dead sender held, ends what is too late, sends what is due, oldest first."""
        await self._tidy(now)
        await self._drain(now, urgent=False)
        async with self._db.read() as tx:
            counts = await store.outbox.counts(tx)
        for state in STATES:
            self._metrics.outbox.labels(state).set(counts.get(state, 0))
        mail = self._breakers.get(Channel.MAIL, Breaker())
        self._metrics.provider_out.set(mail.closed_until is not None)

    async def urgent(self, now: datetime) -> None:
        """The same for what nothing may hold back: it goes whatever clock, queue or provider did."""
        async with self._db.write() as tx:
            await self._recover(tx, now, urgent=True)
        # A telephone wakes somebody: no mail server that keeps silent stands before it.
        await self._drain(now, urgent=True, only=(Channel.TEXT,))
        await self._drain(now, urgent=True)

    async def _tidy(self, now: datetime) -> None:
        async with self._db.write() as tx:
            await self._recover(tx, now, urgent=False)
            expired = await store.outbox.expire(tx, now)
        if expired:
            log.info("Messages were too late to send", extra={"action": "messages_expired", "count": expired})

    async def _recover(self, tx: AsyncConnection, now: datetime, *, urgent: bool) -> None:
        _, lost = await store.outbox.recover(tx, now, urgent)
        for message in lost:
            again = await store.outbox.put_back(tx, message.id, now, delivery.repeats_at_most(message.kind))
            self._told(message, "uncertain_repeated" if again else "uncertain", "sender_stopped")

    def _open(self, now: datetime, *, urgent: bool) -> list[Channel]:
        """The channels to look at now. Texts that have no way are looked at, too, as nobody should wait."""
        lets = [one for one, breaker in self._breakers.items() if urgent or breaker.lets(now)]
        return lets if Channel.TEXT in self._transports else [*lets, Channel.TEXT]

    async def _drain(self, now: datetime, *, urgent: bool, only: Sequence[Channel] = tuple(Channel)) -> None:
        began = time.monotonic()
        while time.monotonic() - began < DRAIN_FOR_S:
            channels = [one for one in self._open(now, urgent=urgent) if one in only]
            async with self._db.write() as tx:
                claimed = await store.outbox.claim(
                    tx, now, limit=1, lease_s=LEASE_S, channels=channels, urgent=urgent
                )
            if not claimed:
                return
            try:
                await self._one(claimed[0], now)
            except Exception as failure:
                # The row keeps its claim until the lease ends, so a poisoned one cannot stop the others.
                log.error("A message failed", extra={"action": "message_failed", **observe.told(failure)})
                self._metrics.messages.labels(claimed[0].kind, "error").inc()

    async def _one(self, message: Message, now: datetime) -> None:
        transport = self._transports.get(message.channel)
        if transport is None:
            async with self._db.write() as tx:
                await store.outbox.failed(tx, message.id, claim_of(message), "no_channel", now)
            self._told(message, "failed", "no_channel")
            return
        async with self._db.write() as tx:
            letter = await self._prepare(tx, message, now)
        if isinstance(letter, Unreached):
            await self._call_instead(message, letter, now)
            return
        if letter is None:
            return
        outcome = await transport.deliver(letter)
        async with self._db.write() as tx:
            await self._record(tx, message, outcome, now)

    async def _prepare(
        self, tx: AsyncConnection, message: Message, now: datetime
    ) -> "Letter | Unreached | None":
        """The finished letter with the row marked as transmitting; None where it must not go (now)."""
        subject = await wanted.subject(tx, message, now)
        if isinstance(subject, str):
            await self._withdraw(tx, message, subject, now)
            return None
        try:
            contact = await store.people.access_contact(
                tx, self._keys, message.person, ACTOR, f"message {message.kind}", now
            )
        except LookupError:
            await self._withdraw(tx, message, "erased", now)
            return None
        unreached = _unreached(message, subject, contact)
        if unreached is not None:
            return unreached
        if not message.urgent and not await self._may_go(tx, message, subject, contact, now):
            return None
        # A repeat keeps the first Message-ID even where the sender's domain was changed in between.
        message_id = message.message_id or store.outbox.message_id(message.key, self._settings.mail_domain)
        if not await store.outbox.transmitting(tx, message.id, claim_of(message), message_id, now):
            return None
        return await self._letters.write(tx, message, subject, contact, message_id, now)

    async def _call_instead(self, message: Message, found: "Unreached", now: datetime) -> None:
        """Ends the message; somebody is asked to call where the person may be called."""
        async with self._db.write() as tx:
            # The task first: it asks for the audit and the group before anything else is held.
            if found.call:
                await calls.ask(tx, self._keys, message, found.subject, now)
            if found.code in MISSING:
                await store.outbox.failed(tx, message.id, claim_of(message), found.code, now)
                self._told(message, "failed", found.code)
            else:
                await self._withdraw(tx, message, found.code, now)

    async def _withdraw(self, tx: AsyncConnection, message: Message, code: str, now: datetime) -> None:
        await store.outbox.withdraw(tx, message.id, code, now)
        self._told(message, "withdrawn", code)

    async def _may_go(
        self,
        tx: AsyncConnection,
        message: Message,
        subject: Subject,
        contact: store.people.Contact,
        now: datetime,
    ) -> bool:
        """Whether the message may go now. Otherwise it was put off for quiet hours, or its person has had
        enough for a day and the next digest stands for it."""
        rule = delivery.RULES[MessageKind(message.kind)]
        # Nothing rings in demo mode: the outbox page is all there is.
        if self._settings.mode != "demo":
            opens_at = self._opens_at(rule, subject, contact, now)
            if opens_at > now:
                await self._later(tx, message, opens_at, now)
                return False
        if rule.capped:
            cap = self._settings.mail_daily_cap
            full_since = await store.digests.room_at(tx, message.person, cap, now - DAY)
            if full_since is not None:
                await store.digests.merge(tx, message, full_since + DAY, now)
                self._told(message, "withdrawn", store.digests.MERGED)
                return False
        return True

    def _opens_at(
        self, rule: delivery.Rule, subject: Subject, contact: store.people.Contact, now: datetime
    ) -> datetime:
        """The first time that disturbs nobody: outside the person's own hours always, outside those of the
        service where the kind asks for it and there is time."""
        own = contact.safe.quiet
        both = delivery.open_at(now, contact.zone, (own, self._quiet if rule.quiet else None))
        if delivery.may_hurry(rule, subject.soonest, both):
            return delivery.open_at(now, contact.zone, (own,))
        return both

    async def _later(self, tx: AsyncConnection, message: Message, due_at: datetime, now: datetime) -> None:
        if due_at >= message.expires_at:
            await self._withdraw(tx, message, "no_time_left", now)
            return
        await store.outbox.release(tx, message.id, claim_of(message), due_at)

    async def _record(self, tx: AsyncConnection, message: Message, outcome: Outcome, now: datetime) -> None:
        held, code = claim_of(message), outcome.code
        self._told(message, outcome.fate.value, code)
        # Silence after a text is trouble of the provider, too: a queue must not run into it letter by letter.
        out = outcome.fate in (Fate.OUTAGE, Fate.UNCERTAIN)
        breaker = self._breakers[message.channel]
        self._breakers[message.channel] = breaker.after_outage(now) if out else breaker.after_answer()
        match outcome.fate:
            case Fate.SENT:
                await store.outbox.sent(tx, message.id, held, code, now)
            case Fate.REFUSED:
                await store.outbox.failed(tx, message.id, held, code, now)
                await _flag(tx, message, code, now)
            case Fate.UNCERTAIN:
                await store.outbox.uncertain(tx, message.id, held, code, now)
                again_at = delivery.repeat_at(now, message.expires_at, urgent=message.urgent)
                most = delivery.repeats_at_most(message.kind)
                await store.outbox.put_back(tx, message.id, again_at, most)
            case Fate.LATER | Fate.OUTAGE:
                await self._retry(tx, message, code, now)

    async def _retry(self, tx: AsyncConnection, message: Message, code: str, now: datetime) -> None:
        chance = random.random()  # noqa: S311 - spreads load, hides nothing
        tried = message.attempts + 1
        due_at = delivery.retry_at(tried, now, message.expires_at, chance, urgent=message.urgent)
        if due_at is None:
            await store.outbox.failed(tx, message.id, claim_of(message), f"{code} until too late", now)
        else:
            await store.outbox.retry(tx, message.id, claim_of(message), due_at, code)

    def _told(self, message: Message, outcome: str, code: str) -> None:
        self._metrics.messages.labels(message.kind, outcome).inc()
        log.info(
            "A message was handled",
            extra={
                "action": "message_handled",
                "row": message.id,
                "message_kind": message.kind,
                "outcome": outcome,
                "code": code,
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Somebody this channel cannot or may not reach, and whether they may be called instead."""

    subject: Subject
    code: str
    call: bool = False


def _unreached(message: Message, subject: Subject, contact: store.people.Contact) -> Unreached | None:
    """Why the message cannot or may not go to this person; None where it may. Whoever is on call gave an
    address and a number for just that."""
    if message.channel is Channel.TEXT:
        if not (message.urgent or (contact.texts and contact.safe.written)):
            return Unreached(subject=subject, code="no_texts")
        return None if contact.number else Unreached(subject=subject, code="no_number")
    if not contact.address:
        return Unreached(subject=subject, code="no_address", call=not message.urgent)
    if not (message.urgent or contact.safe.mail):
        return Unreached(subject=subject, code="not_by_mail", call=contact.safe.channel == PHONE)
    return None


async def _flag(tx: AsyncConnection, message: Message, code: str, now: datetime) -> None:
    """The address or the number is refused for good; staff are shown that it needs a new one."""
    if message.channel is Channel.TEXT:
        await store.people.flag_number(tx, message.person, now)
    else:
        await store.people.flag_contact(tx, message.person, code, now)


@dataclass(frozen=True, slots=True)
class Unclaimed(Exception):
    """A row was handled that nobody had claimed."""

    message: str


def claim_of(message: Message) -> str:
    """The claim's token. Raises Unclaimed for a row that was not claimed."""
    if message.token is None:
        raise Unclaimed(message.id)
    return message.token


MISSING = ("no_address", "no_number")
STATES = ("pending", "claimed", "transmitting", "sent", "failed", "uncertain", "withdrawn", "expired")
