"""A finished letter as a mail message: plain text, neutral headers, an address the wire can carry."""

from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr


class Undeliverable(ValueError):
    """The address cannot be written in a mail without extensions most servers lack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to one person, ready to go. What could name the person is kept out of its repr."""

    person: str
    kind: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    message_id: str
    at: datetime
    method: str = ""  # of the calendar entries: REQUEST or CANCEL
    entries: tuple[bytes, ...] = field(default=(), repr=False)  # each one a calendar of one event


def wire_address(address: str) -> str:
    """The address in ASCII, its domain in IDNA form. Raises Undeliverable."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
        return Address(addr_spec=plain).addr_spec
    except (UnicodeError, ValueError, IndexError):
        raise Undeliverable("the address is not one mail can be sent to") from None


def build(letter: Letter, sender: str) -> EmailMessage:
    """The message, with `Auto-Submitted` so that absence notes are not answered to it (RFC 3834).

    Raises Undeliverable for an address that cannot be written.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(display_name=name, addr_spec=wire_address(address))
    message["To"] = Address(addr_spec=wire_address(letter.address))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    _add_entries(message, letter)
    return message


def _add_entries(message: EmailMessage, letter: Letter) -> None:
    """One entry is another form of the text, so that mailboxes offer it; several are files beside it
    (RFC 6047, 2.4). The method stands in the entry and in the header of its part, and is the same."""
    texts = [entry.decode() for entry in letter.entries]
    if len(texts) == 1:
        message.add_alternative(texts[0], subtype="calendar", params={"method": letter.method})
        return
    for number, text in enumerate(texts, start=1):
        message.add_attachment(
            text,
            subtype="calendar",
            params={"method": letter.method},
            filename=f"appointment-{number}.ics",
        )
