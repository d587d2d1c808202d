"""A message that may go as the letter it becomes: the words of its kind, its link, its calendar entries.

A personal link is minted here, in the transaction that marks the row as transmitting, and nowhere kept but
in the letter.
"""

from datetime import datetime
from email.utils import parseaddr

from sqlalchemy.ext.asyncio import AsyncConnection

import store.links
from care import delivery
from care.contact import BARE
from care.delivery import Channel, MessageKind, Rule
from scheduler.mail import Letter, Undeliverable, wire_address
from scheduler.settings import SchedulerSettings
from scheduler.wanted import Subject
from scheduler.words import Words
from store import calendar
from store.calendar import Wording
from store.outbox import Message
from store.people import Contact


class Letters:
    """Writes letters for one site in the languages there are."""

    def __init__(self, settings: SchedulerSettings, words: Words) -> None:
        self._site = settings.site
        self._from = settings.mail_from
        self._words = words

    async def write(
        self,
        tx: AsyncConnection,
        message: Message,
        subject: Subject,
        contact: Contact,
        message_id: str,
        now: datetime,
    ) -> Letter:
        """The finished letter. A person who asked for bare words gets no date and no entry, whatever the
        message is about."""
        rule = delivery.RULES[MessageKind(message.kind)]
        link_ends_at = subject.link_ends_at + rule.link_outlives
        bare = contact.safe.wording == BARE and not message.urgent
        text = message.channel is Channel.TEXT
        link = await self._link(tx, subject, rule, now, link_ends_at, plain=text)
        parts = [self._words_of(kind.value, part, contact, "")[0] for kind, part in subject.parts]
        head, body = self._words_of(
            BARE if bare else message.kind, subject, contact, link, link_ends_at, tuple(dict.fromkeys(parts))
        )
        if text:
            return Letter(
                person=message.person,
                kind=message.kind,
                address=contact.number,
                subject=head,
                body=f"{head}: {self._plain(subject, rule)}",
                message_id=message_id,
                at=now,
            )
        return Letter(
            person=message.person,
            kind=message.kind,
            address=contact.address,
            subject=head,
            body=body,
            message_id=message_id,
            at=now,
            method=subject.method.value if subject.method else "",
            entries=self._entries(subject, contact, now),
        )

    def _words_of(
        self,
        kind: str,
        subject: Subject,
        contact: Contact,
        link: str,
        link_ends_at: datetime | None = None,
        lines: tuple[str, ...] = (),
    ) -> tuple[str, str]:
        """The subject line and the body of a kind for one person."""
        return self._words.subject_and_body(
            kind,
            contact.locale,
            link=link,
            help_link=f"{self._site}/help",
            site=f"{self._site}/",
            zone=contact.zone,
            starts_at=subject.starts_at,
            link_ends_at=link_ends_at or subject.link_ends_at,
            dates=subject.dates,
            was=subject.was,
            lines=lines,
        )

    async def _link(
        self,
        tx: AsyncConnection,
        subject: Subject,
        rule: Rule,
        now: datetime,
        ends_at: datetime,
        *,
        plain: bool,
    ) -> str:
        """Where the text leads: a personal link, minted now, or the page everybody signs in by."""
        if plain or subject.desk or rule.link in ("", delivery.DESK):
            return self._plain(subject, rule)
        token = await store.links.mint(tx, subject.member, rule.link, now, ends_at)
        return f"{self._site}/j#{token}"

    def _plain(self, subject: Subject, rule: Rule) -> str:
        """The page to sign in by: a telephone shows all of a text, so nothing personal stands in it."""
        return f"{self._site}/staff" if subject.desk or rule.link == delivery.DESK else f"{self._site}/"

    def _entries(self, subject: Subject, contact: Contact, now: datetime) -> tuple[bytes, ...]:
        """The calendar entries that go along, none where the person wants none."""
        method = subject.method
        if method is None or not contact.safe.entries:
            return ()
        wording = Wording(summary=self._words.entry(contact.locale), url=f"{self._site}/")
        try:
            sender, recipient = wire_address(parseaddr(self._from)[1]), wire_address(contact.address)
        except Undeliverable:
            return ()  # the transport refuses the letter for its address
        return tuple(calendar.sent(method, each, wording, sender, recipient, now) for each in subject.entries)
