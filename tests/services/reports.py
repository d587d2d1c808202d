"""Reports that mail servers write when a message comes back (RFC 3464), as bytes."""

REPORT = """\
From: MAILER-DAEMON@post.example (Mail Delivery System)
To: appointments@clinic.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host post.example.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example
Arrival-Date: Tue, 2 Mar 2027 10:00:00 +0000

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: no such person

--b1
{original}
--b1--
"""
WHOLE = "Content-Type: message/rfc822\n\nFrom: a@b.example\nMessage-ID: {id}\nSubject: Your date\n\nHello\n"
HEADERS = (
    "Content-Type: text/rfc822-headers\n\nFrom: a@b.example\nMessage-ID: {id}\nSubject: Your appointment\n"
)


def report(
    message_id: str,
    address: str = "ada@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    original: str = WHOLE,
) -> bytes:
    """A report about one message."""
    text = REPORT.format(
        address=address, action=action, status=status, original=original.format(id=message_id)
    )
    return text.replace("\n", "\r\n").encode()
