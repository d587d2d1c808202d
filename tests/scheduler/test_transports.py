import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scheduler.mail import Letter
from scheduler.transports import Fate, Outcome, SmtpTransport
from tests.scheduler import post_office
from tests.scheduler.post_office import PostOffice


def letter(address: str = "ada@example.org", body: str = "Hello,\n\na link\n") -> Letter:
    return Letter(
        person="p",
        kind="join_link",
        address=address,
        subject="Your appointment",
        body=body,
        message_id="<one@clinic.example>",
        at=datetime(2027, 3, 2, 11, 0, tzinfo=UTC),
    )


async def test_an_accepted_letter_is_sent_with_neutral_headers(office: PostOffice) -> None:
    assert await office.transport().deliver(letter()) == Outcome(Fate.SENT, "250")
    (taken,) = office.took
    assert office.recipients == ["ada@example.org"]
    assert taken["From"] == "Appointments <appointments@clinic.example>"
    assert taken["Subject"] == "Your appointment"
    assert taken["Message-ID"] == "<one@clinic.example>"
    assert taken["Date"] == "Tue, 02 Mar 2027 11:00:00 +0000"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken.get_content_type() == "text/plain"
    assert taken.get_content().replace("\r\n", "\n") == "Hello,\n\na link\n"


async def test_text_beyond_ascii_arrives_as_it_was_written(office: PostOffice) -> None:
    await office.transport().deliver(letter(body="Größe – ✓\n.\nnach dem Punkt\n"))
    assert office.took[0].get_content().replace("\r\n", "\n") == "Größe – ✓\n.\nnach dem Punkt\n"


async def test_a_domain_beyond_ascii_is_written_in_its_wire_form(office: PostOffice) -> None:
    assert (await office.transport().deliver(letter("ada@bücher.example"))).fate is Fate.SENT
    assert office.recipients == ["ada@xn--bcher-kva.example"]


async def test_a_local_part_beyond_ascii_is_refused_here_and_asks_nobody(office: PostOffice) -> None:
    assert await office.transport().deliver(letter("adä@example.org")) == Outcome(Fate.REFUSED, "address")
    assert office.asked == 0


@pytest.mark.parametrize("reply", ["450 busy", "421 closing", "452 full"])
async def test_a_reply_of_four_hundred_to_the_recipient_asks_for_later(
    office: PostOffice, reply: str
) -> None:
    office.to_recipient = reply
    assert await office.transport().deliver(letter()) == Outcome(Fate.LATER, reply[:3])


async def test_a_reply_of_five_hundred_to_the_recipient_is_final(office: PostOffice) -> None:
    office.to_recipient = "550 no such person"
    assert await office.transport().deliver(letter()) == Outcome(Fate.REFUSED, "550")


@pytest.mark.parametrize(("reply", "fate"), [("451 later", Fate.LATER), ("554 never", Fate.REFUSED)])
async def test_a_reply_to_the_text_is_an_answer_and_not_uncertain(
    office: PostOffice, reply: str, fate: Fate
) -> None:
    office.to_text = reply
    assert await office.transport().deliver(letter()) == Outcome(fate, reply[:3])


async def test_silence_after_the_text_is_uncertain(office: PostOffice) -> None:
    office.silent = True
    assert await office.transport(smtp_timeout_s=0.3).deliver(letter()) == Outcome(Fate.UNCERTAIN, "timeout")
    assert len(office.took) == 1


async def test_a_provider_that_dies_after_the_text_is_uncertain(office: PostOffice) -> None:
    office.dies = True
    assert await office.transport().deliver(letter()) == Outcome(Fate.UNCERTAIN, "disconnected")


async def test_no_server_is_an_outage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    closed = PostOffice(port=port)
    assert (await closed.transport().deliver(letter())).fate is Fate.OUTAGE


async def test_a_server_that_never_greets_is_an_outage_within_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        office = PostOffice(port=mute.getsockname()[1])
        outcome = await office.transport(smtp_timeout_s=0.3).deliver(letter())
    assert outcome.fate is Fate.OUTAGE


async def test_a_server_without_encryption_gets_nothing(office: PostOffice) -> None:
    outcome = await office.transport(smtp_security="starttls").deliver(letter())
    assert outcome.fate is Fate.OUTAGE
    assert office.asked == 0


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server context with a new self-signed certificate for 127.0.0.1, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


async def test_mail_goes_encrypted_to_a_server_whose_certificate_is_known(tmp_path: Path) -> None:
    context, public = certificate(tmp_path, "clinic")
    async with post_office.opened(tls=context) as office:
        transport = office.transport(smtp_security="starttls", smtp_ca_file=public)
        assert await transport.deliver(letter()) == Outcome(Fate.SENT, "250")


async def test_mail_does_not_go_to_a_server_whose_certificate_is_not_known(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path, "stranger")
    async with post_office.opened(tls=context) as office:
        outcome = await office.transport(smtp_security="starttls").deliver(letter())
    assert outcome.fate is Fate.OUTAGE
    assert office.asked == 0


def test_what_could_name_a_person_is_not_in_the_repr_of_a_letter() -> None:
    assert "ada" not in repr(letter())
    assert "link" not in repr(letter()).replace("join_link", "")


def test_a_transport_needs_a_sender_it_can_write() -> None:
    with pytest.raises(ValueError, match="IPT_MAIL_FROM"):
        SmtpTransport(PostOffice().settings(mail_from="nobody"))
