"""Texts beside mail: to whom, when, and what nothing may hold back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

import store.groups
import store.outbox
import store.people
import store.people_own
import store.tasks
from care import delivery
from care.contact import BARE, NOTHING, PHONE, SafeContact
from care.delivery import Channel, MessageKind
from scheduler.calls import TOLD
from scheduler.transports import Fate, Outcome
from tests.scheduler import receiver
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice
from tests.scheduler.receiver import Receiver

NOON = START - timedelta(hours=2)
NIGHT = START - timedelta(hours=9)  # three in the morning in Berlin


@pytest.fixture
async def gateway() -> AsyncIterator[Receiver]:
    async with receiver.opened(clock=NOON.timestamp) as one:
        yield one


async def allow(home: House, name: str = "Ada", texts: bool = True, **more: object) -> None:
    async with home.db.write() as tx:
        await store.people_own.change(
            tx,
            home.keys,
            home.members[name].person,
            by="test",
            role="participant",
            now=NOON,
            callback="+49 30 123456",
            texts=texts,
            **more,  # type: ignore[arg-type]
        )


async def moved(home: House, name: str = "Ada", soonest: timedelta = timedelta(hours=2)) -> str:
    """A change of the session's date that is told to one member; the key of its mail."""
    member, key = home.members[name], f"dates:c:{name}:request"
    async with home.db.write() as tx:
        session = await store.groups.session(tx, home.session)
        assert session is not None
        told = [{"session": session.id, "sequence": session.sequence}]
        await store.outbox.put_near(
            tx,
            key,
            MessageKind.SESSION_MOVED.value,
            member.person,
            {"member": member.id, "change": "c", "sessions": told},
            due_at=NOON,
            expires_at=START,
            now=NOON,
            soonest=NOON + soonest,
        )
    return key


async def alert(home: House, channel: Channel, kind: MessageKind = MessageKind.ON_CALL_ALERT) -> str:
    """An alert to the facilitator, as somebody on call."""
    key = delivery.key(kind, "staff", "concern", channel=channel)
    person = home.members["Fay"].person
    async with home.db.write() as tx:
        await store.outbox.put(
            tx, key, kind.value, person, {}, NIGHT, NIGHT + timedelta(days=7), NIGHT, channel
        )
    return key


def by_text(key: str) -> str:
    return delivery.by_channel(key, Channel.TEXT)


async def test_a_near_change_goes_as_a_text_too_without_a_date(
    home: House, office: PostOffice, gateway: Receiver
) -> None:
    await allow(home)
    key = await moved(home)
    sender = home.sender(office.transport(), office.settings(), gateway.transport())
    await sender.tick(NOON)
    assert (await home.message(key)).state == (await home.message(by_text(key))).state == "sent"
    (text,) = gateway.handed_on
    assert text["to"] == "+4930123456"
    assert text["text"] in (
        "Your appointment has moved: https://rooms.example/",
        "A new date for you: https://rooms.example/",
    )
    assert text["id"] == store.outbox.message_id(by_text(key), "x").strip("<>").partition("@")[0]


async def test_a_change_that_is_days_away_and_a_person_who_did_not_ask_get_no_text(home: House) -> None:
    await allow(home)
    for name, soonest in (("Ada", timedelta(days=3)), ("Ben", timedelta(hours=2))):
        key = await moved(home, name, soonest)
        async with home.db.read() as tx:
            assert await store.outbox.find(tx, by_text(key)) is None


async def test_somebody_who_took_it_back_meanwhile_gets_no_text(home: House, gateway: Receiver) -> None:
    await allow(home)
    key = await moved(home)
    await allow(home, texts=False)
    await home.sender(None, texts=gateway.transport()).tick(NOON)
    row = await home.message(by_text(key))
    assert (row.state, row.result, gateway.asked) == ("withdrawn", "no_texts", 0)


async def test_who_is_not_to_be_contacted_gets_no_text(home: House, gateway: Receiver) -> None:
    await allow(home, safe=SafeContact(channel=NOTHING))
    key = await moved(home)
    await home.sender(None, texts=gateway.transport()).tick(NOON)
    assert ((await home.message(by_text(key))).result, gateway.asked) == ("no_texts", 0)


async def test_bare_words_hold_for_texts(home: House, gateway: Receiver) -> None:
    await allow(home, safe=SafeContact(wording=BARE))
    await moved(home)
    await home.sender(None, gateway.settings(), gateway.transport()).tick(NOON)
    assert [one["text"] for one in gateway.handed_on] == ["A message for you: https://rooms.example/"]


async def test_own_hours_hold_for_texts(home: House, gateway: Receiver) -> None:
    await allow(home, safe=SafeContact(from_hour=15, until_hour=18))
    key = await moved(home)
    await home.sender(None, texts=gateway.transport()).tick(NOON)
    assert gateway.asked == 0
    assert (await home.message(by_text(key))).result == "no_time_left"


async def test_a_refused_number_is_flagged_and_gets_nothing_until_it_is_changed(
    home: House, gateway: Receiver
) -> None:
    await allow(home)
    gateway.status = 410
    key = await moved(home)
    await home.sender(None, texts=gateway.transport()).tick(NOON)
    assert (await home.message(by_text(key))).state == "failed"
    person = home.members["Ada"].person
    async with home.db.write() as tx:
        found = await store.people.access_contact(tx, home.keys, person, "scheduler", "test", NOON)
        assert not found.texts
        await store.people_own.change(
            tx, home.keys, person, by="t", role="participant", now=NOON, callback="+49 30 654321"
        )
        found = await store.people.access_contact(tx, home.keys, person, "scheduler", "test", NOON)
        assert found.texts


async def test_without_a_provider_of_texts_they_fail_by_name_and_mail_goes(
    home: House, office: PostOffice
) -> None:
    await allow(home)
    key = await moved(home)
    await home.sender(office.transport(), office.settings()).tick(NOON)
    row = await home.message(by_text(key))
    assert (row.state, row.result) == ("failed", "no_channel")
    assert (await home.message(key)).state == "sent"


async def test_an_alert_goes_at_night_to_who_is_on_call_by_both_ways(home: House, office: PostOffice) -> None:
    await allow(home, "Fay", texts=False, safe=SafeContact(channel=NOTHING))
    mail, text = await alert(home, Channel.MAIL), await alert(home, Channel.TEXT)
    async with receiver.opened(clock=NIGHT.timestamp) as gateway:
        sender = home.sender(office.transport(), office.settings(), gateway.transport())
        await sender.tick(NIGHT)
        assert (office.took, gateway.handed_on) == ([], []), "the ordinary tick leaves alerts alone"
        await sender.urgent(NIGHT)
    assert {(await home.message(key)).state for key in (mail, text)} == {"sent"}
    assert [one["text"] for one in gateway.handed_on] == ["Please sign in now: https://rooms.example/staff"]
    assert office.took[0]["Subject"] == "Please sign in now"
    assert "https://rooms.example/staff" in office.took[0].get_content()


async def test_an_alert_is_tried_each_minute_whatever_the_provider_did(
    home: House, gateway: Receiver
) -> None:
    await allow(home, "Fay")
    key = await alert(home, Channel.TEXT)
    gateway.status = 503
    sender = home.sender(None, texts=gateway.transport())
    for minute in (-5, -3, -1, 1, 3):
        await sender.urgent(NOON + timedelta(minutes=minute))
    assert gateway.asked == 5
    gateway.status = 202
    await sender.urgent(NOON + timedelta(minutes=5))
    assert (await home.message(key)).state == "sent"


async def test_an_alert_of_unknown_fate_is_sent_again_until_somebody_has_it(home: House) -> None:
    class Mute:
        asked = 0

        async def deliver(self, letter: object) -> Outcome:
            self.asked += 1
            return Outcome(Fate.UNCERTAIN, "timeout")

    await allow(home, "Fay")
    key, mute = await alert(home, Channel.TEXT), Mute()
    sender = home.sender(None, texts=mute)
    for minute in range(4):
        await sender.urgent(NIGHT + timedelta(minutes=2 * minute))
    assert mute.asked == 4
    assert (await home.message(key)).repeats == 4


async def test_somebody_on_call_without_a_number_is_recorded(home: House, gateway: Receiver) -> None:
    key = await alert(home, Channel.TEXT)
    await home.sender(None, texts=gateway.transport()).urgent(NIGHT)
    row = await home.message(key)
    assert (row.state, row.result) == ("failed", "no_number")


async def test_who_may_only_be_called_is_called_instead_of_being_written_to(
    home: House, office: PostOffice
) -> None:
    ada = home.members["Ada"]
    await allow(home, texts=False, safe=SafeContact(channel=PHONE))
    key = await home.queue(kind=MessageKind.INVITATION)
    await home.sender(office.transport(), office.settings()).tick(NOON)
    assert ((await home.message(key)).result, office.took) == ("not_by_mail", [])
    async with home.db.read() as tx:
        (call,) = await store.tasks.of_groups(tx, [home.group], NOON)
    assert (call.kind, call.member) == ("tell_by_phone", ada.id)


def test_what_nobody_may_miss_becomes_a_call_where_nothing_may_be_written() -> None:
    capped_and_quiet = {MessageKind.DATES, MessageKind.SESSION_LED, MessageKind.ABSENCE_THANKS}
    assert {MessageKind.CHECKIN_INVITATION, MessageKind.MEETING_MOVED, MessageKind.MEETING_CANCELLED} <= set(
        TOLD
    )
    assert not capped_and_quiet & set(TOLD), "what a page shows anyway can stay unsaid"
