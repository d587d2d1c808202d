"""What came back: a mail server's report that a message could not be delivered (RFC 3464), or a provider's
notice that says the same in JSON. Only what is final counts; "delayed" is no news."""

import email
import json
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses

STATUS_SIGNS = 9  # 5.1.1, at most 5.999.999 (RFC 3463)
MESSAGE_ID_SIGNS = 200


class NotAReport(ValueError):
    """This is no report about a delivery, or none that names the message it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One message that did not arrive. `message_id` is its Message-ID, or the digest in it; `status` a code
    such as 5.1.1; `address` where it went, "" where the report does not say."""

    message_id: str
    status: str
    final: bool
    address: str = field(default="", repr=False)


def from_report(raw: bytes) -> Returned:
    """The report in a mail (RFC 3464 inside RFC 6522). Raises NotAReport."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    if not isinstance(mail, EmailMessage) or mail.get_content_type() != "multipart/report":
        raise NotAReport("this mail is not a report")
    groups = [group for part in mail.walk() for group in _groups(part)]
    told = next((one for one in groups if one.get("Action")), None)
    about = _message_id(mail)
    if told is None or not about:
        raise NotAReport("the report does not say which message it is about, or what became of it")
    status = _status(str(told.get("Status", "")))
    return Returned(
        message_id=about,
        status=status,
        final=str(told["Action"]).strip().lower() == "failed" and not status.startswith("4"),
        address=_address(str(told.get("Final-Recipient") or told.get("Original-Recipient") or "")),
    )


def from_notice(raw: bytes) -> Returned:
    """A provider's notice: {"id": …, "event": "bounced" or "delayed", "status": …, "address": …}, the last
    two where they are known. Raises NotAReport."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise NotAReport("this is not JSON") from None
    if not isinstance(told, dict) or not all(isinstance(told.get(name, ""), str) for name in NAMES):
        raise NotAReport("a notice is an object of texts")
    if told.get("event") not in EVENTS or not told.get("id"):
        raise NotAReport("a notice names an id and an event")
    return Returned(
        message_id=told["id"][:MESSAGE_ID_SIGNS],
        status=_status(told.get("status", "")),
        final=told["event"] == "bounced",
        address=told.get("address", ""),
    )


NAMES = ("id", "event", "status", "address")
EVENTS = ("bounced", "delayed")


def _groups(part: EmailMessage) -> list[EmailMessage]:
    """The groups of fields of a delivery-status part: one for the message, one for each recipient."""
    if part.get_content_type() != "message/delivery-status":
        return []
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, EmailMessage)] if isinstance(payload, list) else []


def _message_id(mail: EmailMessage) -> str:
    """The Message-ID of the returned message: from its headers, which come along whole or alone."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            found = first.get("Message-ID", "") if isinstance(first, EmailMessage) else ""
        elif part.get_content_type() == "text/rfc822-headers":
            headers = email.message_from_string(str(part.get_content()), policy=policy.default)
            found = headers.get("Message-ID", "")
        else:
            continue
        if found:
            return str(found).strip()[:MESSAGE_ID_SIGNS]
    return ""


def _status(text: str) -> str:
    """The code alone, without the words that some put behind it; "" for none."""
    first = text.split()[0] if text.split() else ""
    fits = len(first) <= STATUS_SIGNS and all(part.isascii() and part.isdigit() for part in first.split("."))
    return first if fits else ""


def _address(text: str) -> str:
    """The address of `rfc822; somebody@example.org`."""
    kind, _, address = text.partition(";")
    known = getaddresses([address.strip()]) if kind.strip().lower() == "rfc822" else []
    return known[0][1] if known else ""
