"""Texts against a real receiver: signed, verified, told apart from what nobody can know."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from care.contact import wire_number
from scheduler.mail import Letter
from scheduler.transports import Fate, Outcome
from scheduler.webhook import WebhookTransport
from tests.scheduler import receiver
from tests.scheduler.house import START
from tests.scheduler.receiver import Receiver
from tests.scheduler.test_transports import certificate

NOON = START - timedelta(hours=2)


@pytest.fixture
async def gateway() -> AsyncIterator[Receiver]:
    async with receiver.opened(clock=NOON.timestamp) as one:
        yield one


def text(number: str = "+49 30 123456", message_id: str = "<4f0c@clinic.example>") -> Letter:
    return Letter(
        person="p",
        kind="session_moved",
        address=number,
        subject="Your appointment has moved",
        body="Your appointment has moved: https://rooms.example/",
        message_id=message_id,
        at=NOON,
    )


async def test_a_text_arrives_signed_with_its_number_and_nothing_else(gateway: Receiver) -> None:
    assert await gateway.transport().deliver(text()) == Outcome(Fate.SENT, "202")
    assert gateway.handed_on == [
        {"id": "4f0c", "to": "+4930123456", "text": "Your appointment has moved: https://rooms.example/"}
    ]


async def test_a_repeat_of_the_same_purpose_is_not_handed_on_twice(gateway: Receiver) -> None:
    for _ in range(2):
        assert (await gateway.transport().deliver(text())).fate is Fate.SENT
    assert (gateway.asked, len(gateway.handed_on)) == (2, 1)


async def test_a_request_signed_with_another_secret_is_an_outage_of_the_setting(gateway: Receiver) -> None:
    stranger = gateway.transport(text_secret="another secret of thirty-two signs or more")
    assert await stranger.deliver(text()) == Outcome(Fate.OUTAGE, "401")
    assert gateway.handed_on == []


async def test_an_old_request_cannot_be_sent_again() -> None:
    async with receiver.opened(clock=(NOON + timedelta(minutes=6)).timestamp) as later:
        assert (await later.transport().deliver(text())).fate is Fate.OUTAGE
        assert later.handed_on == []


@pytest.mark.parametrize(
    ("status", "fate"),
    [(400, Fate.REFUSED), (410, Fate.REFUSED), (429, Fate.LATER), (503, Fate.LATER), (403, Fate.OUTAGE)],
)
async def test_an_answer_is_taken_as_the_contract_says(gateway: Receiver, status: int, fate: Fate) -> None:
    gateway.status = status
    assert await gateway.transport().deliver(text()) == Outcome(fate, str(status))


async def test_a_redirect_is_not_followed(gateway: Receiver) -> None:
    gateway.status = 307
    assert (await gateway.transport().deliver(text())).fate is Fate.OUTAGE
    assert gateway.asked == 1


async def test_silence_after_the_request_is_uncertain(gateway: Receiver) -> None:
    gateway.silent = True
    assert await gateway.transport(text_timeout_s=0.3).deliver(text()) == Outcome(Fate.UNCERTAIN, "timeout")
    assert len(gateway.handed_on) == 1


async def test_a_receiver_that_takes_it_and_dies_is_uncertain(gateway: Receiver) -> None:
    gateway.dies = True
    outcome = await gateway.transport().deliver(text())
    assert outcome.fate is Fate.UNCERTAIN
    assert len(gateway.handed_on) == 1


async def test_no_receiver_is_an_outage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert (await Receiver(port=port).transport().deliver(text())).fate is Fate.OUTAGE


async def test_texts_go_to_a_receiver_whose_certificate_is_known_and_to_no_other(tmp_path: Path) -> None:
    context, public = certificate(tmp_path, "gateway")
    async with receiver.opened(clock=NOON.timestamp, tls=context) as known:
        assert (await known.transport().deliver(text())).fate is Fate.OUTAGE
        assert known.asked == 0
        assert (await known.transport(text_ca_file=public).deliver(text())).fate is Fate.SENT


@pytest.mark.parametrize("number", ["030 123456", "call me", "+49", "+0301234567", "+49 30 12a456", ""])
async def test_a_number_without_its_country_is_refused_here(gateway: Receiver, number: str) -> None:
    assert await gateway.transport().deliver(text(number)) == Outcome(Fate.REFUSED, "number")
    assert gateway.asked == 0


def test_a_number_is_read_as_people_write_it() -> None:
    written = ("+49 (30) 123-456", "0049 30 123456", "+49.30/123456")
    assert {wire_number(one) for one in written} == {"+4930123456"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"text_url": "http://gateway.example/texts"},
        {"text_url": "https://me:secret@gateway.example/"},
        {"text_secret": "short"},
        {"text_secret": None},
        {"base_url": ""},
    ],
    ids=lambda one: next(iter(one)),
)
def test_settings_that_would_send_in_the_clear_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="IPT_"):
        Receiver(port=1).settings(**wrong)


def test_a_transport_without_settings_is_not_made() -> None:
    with pytest.raises(ValueError, match="IPT_TEXT_URL"):
        WebhookTransport(Receiver(port=1).settings(text_url=None, text_secret=None))
