"""Links: bound to a device by the first press, refused politely elsewhere, dead when they should be."""

import asyncio
import hashlib

import pytest
from sqlalchemy import event, select

from store import groups, links, people, retention, signals, signins, tables
from store.links import Redeemed, Refusal
from tests.services.circle import HOUR, NOW, make_circle

UNKNOWN = Refusal("unknown")
SECOND = HOUR / 3600
MINUTE = HOUR / 60


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


@pytest.fixture
async def ada(circle):
    return circle.participants[0]


@pytest.fixture
async def token(database, ada):
    async with database.write() as tx:
        return await links.mint(tx, ada.id, "join", NOW, NOW + 3 * HOUR)


async def redeem(database, token, secret=None, now=NOW, label=""):
    async with database.write() as tx:
        return await links.redeem(tx, token, secret, now, label)


async def kinds(database, member):
    async with database.read() as tx:
        return [one.kind for one in reversed(await links.history(tx, member.id))]


async def test_a_token_has_32_random_bytes_and_only_its_hash_is_kept(database, token):
    async with database.read() as tx:
        kept = (await tx.execute(select(tables.link.c.token_hash))).scalar_one()
    assert len(token) == 43
    assert kept == hashlib.sha256(token.encode()).digest()


async def test_the_first_press_binds_the_link_to_the_device(database, ada, token):
    first = await redeem(database, token)
    assert isinstance(first, Redeemed)
    assert (first.member, first.place, first.purpose) == (ada.id, ada.place, "join")
    assert (first.first_use, first.new_device) == (True, True)
    again = await redeem(database, token, first.device_secret)
    assert isinstance(again, Redeemed)
    assert (again.first_use, again.new_device) == (False, False)
    assert again.device_secret == first.device_secret
    assert again.device == first.device


async def test_a_forwarded_link_is_refused_politely_recorded_and_told(database, ada, token):
    async with database.read() as tx:
        reader = signals.Reader()
        await reader.poll(tx)
    await redeem(database, token, label="Safari on iPhone")
    assert await redeem(database, token, "another device") == Refusal("other_device")
    assert await redeem(database, token, None) == Refusal("other_device")
    assert await kinds(database, ada) == ["minted", "bound", "other_device", "other_device"]
    async with database.read() as tx:
        told = await reader.poll(tx)
        assert (await links.history(tx, ada.id))[-2].detail == "Safari on iPhone"
    assert [(one.topic, one.body["what"], one.body["member"]) for one in told] == [
        ("links", "other_device", ada.id)
    ] * 2


async def test_the_bound_device_goes_on_after_somebody_else_tried(database, token):
    first = await redeem(database, token)
    await redeem(database, token, "another device")
    assert isinstance(await redeem(database, token, first.device_secret), Redeemed)


async def use(database, redeemed, now):
    """A page is asked for with the sign-in's cookie."""
    async with database.write() as tx:
        found = await links.signin(tx, redeemed.place, redeemed.signin_token, now)
        if found is not None and found.touch_due:
            await signins.touch(tx, found.id, now)
        return found


async def test_a_link_whose_first_answer_was_lost_may_be_bound_again_within_two_minutes(database, ada, token):
    lost = await redeem(database, token)
    again = await redeem(database, token, None, NOW + 2 * MINUTE)
    assert isinstance(again, Redeemed)
    assert (again.first_use, again.new_device) == (True, True)
    assert await use(database, lost, NOW + 2 * MINUTE) is None, "the lost sign-in is over"
    assert await use(database, again, NOW + 2 * MINUTE + SECOND) is not None
    assert await redeem(database, token, lost.device_secret, NOW + 3 * MINUTE) == Refusal("other_device")
    assert isinstance(await redeem(database, token, again.device_secret, NOW + 3 * MINUTE), Redeemed)
    assert await kinds(database, ada) == ["minted", "bound", "bound", "other_device", "opened"]
    async with database.read() as tx:
        known = (await tx.execute(select(tables.device.c.device_hash))).scalars().all()
    assert known == [links.digest(again.device_secret)], "the device that never came on is forgotten"


async def test_a_link_in_use_is_never_bound_again(database, token):
    first = await redeem(database, token)
    assert (await use(database, first, NOW + SECOND)) is not None
    assert await redeem(database, token, None, NOW + MINUTE) == Refusal("other_device")
    assert await redeem(database, token, "another device", NOW + 2 * MINUTE) == Refusal("other_device")
    assert (await use(database, first, NOW + 2 * MINUTE)) is not None


@pytest.mark.parametrize("after", [0, 4, 121, 3600])
async def test_an_unused_link_is_not_bound_again_at_once_or_later(database, token, after):
    await redeem(database, token)
    assert await redeem(database, token, None, NOW + after * SECOND) == Refusal("other_device")


async def revoked(database, keys, ada):
    async with database.write() as tx:
        await links.revoke(tx, ada.id, "this was not me", NOW)


async def left(database, keys, ada):
    async with database.write() as tx:
        await groups.withdraw_member(tx, ada.id, NOW)


async def moved(database, keys, ada):
    async with database.write() as tx:
        await people.change_contact(tx, keys, ada.person, "new@findable.example", NOW)


async def nothing(database, keys, ada):
    return


@pytest.mark.parametrize(
    ("happened", "after"), [(revoked, 0), (left, 0), (moved, 0), (nothing, 3), (nothing, 30)]
)
@pytest.mark.parametrize("bound", [False, True])
async def test_a_dead_token_looks_exactly_like_one_that_never_was(
    database, keys, ada, token, happened, after, bound
):
    secret = (await redeem(database, token)).device_secret if bound else None
    await happened(database, keys, ada)
    now = NOW + after * HOUR
    never = "A" * 43
    asked = []
    for attempt in (token, never):
        statements = []

        def note(connection, cursor, statement, *rest, heard=statements):
            heard.append(statement)

        event.listen(database._writer.sync_engine, "before_cursor_execute", note)
        answer = await redeem(database, attempt, secret, now)
        event.remove(database._writer.sync_engine, "before_cursor_execute", note)
        asked.append((answer, statements))
    assert asked[0] == asked[1]
    assert asked[0][0] == UNKNOWN


@pytest.mark.parametrize("rubbish", ["", "x", "A" * 43, "\x00", "é" * 40, "\ud800", "a" * 10000])
async def test_rubbish_is_unknown(database, token, rubbish):
    assert await redeem(database, rubbish) == UNKNOWN


async def test_a_reader_can_tell_whether_a_press_could_do_something(database, keys, ada, token):
    async with database.write() as tx:
        code = await links.mint_code(tx, keys, ada.id, "join", NOW)
    async with database.read() as tx:
        assert await links.opens(tx, token, NOW)
        assert not await links.opens(tx, token, NOW + 3 * HOUR)
        assert not await links.opens(tx, "A" * 43, NOW)
        assert await links.code_opens(tx, keys, code, NOW)
        assert not await links.code_opens(tx, keys, "AAAAA-AAAAA", NOW)
    assert (await redeem(database, token)).first_use, "asking bound nothing"


async def test_one_letter_off_is_unknown(database, token):
    wrong = ("B" if token[0] != "B" else "C") + token[1:]
    assert await redeem(database, wrong) == UNKNOWN


async def test_of_two_devices_at_the_same_moment_one_gets_in(database, token):
    answers = await asyncio.gather(
        redeem(database, token, "device one"), redeem(database, token, "device two")
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Redeemed", "Refusal"]


async def test_a_fresh_link_on_a_known_device_is_a_first_use_but_no_new_device(database, ada, token):
    first = await redeem(database, token)
    async with database.write() as tx:
        fresh = await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)
    second = await redeem(database, fresh, first.device_secret)
    assert (second.first_use, second.new_device) == (True, False)


async def test_one_device_carries_the_links_of_several_people(database, circle, token):
    ada = await redeem(database, token)
    async with database.write() as tx:
        other = await links.mint(tx, circle.participants[1].id, "join", NOW, NOW + HOUR)
    bela = await redeem(database, other, ada.device_secret)
    assert isinstance(bela, Redeemed)
    assert bela.device_secret == ada.device_secret
    assert bela.new_device
    async with database.read() as tx:
        assert (await links.signin(tx, ada.place, ada.signin_token, NOW)).member == ada.member
        assert (await links.signin(tx, bela.place, bela.signin_token, NOW)).member == bela.member
        assert await links.signin(tx, ada.place, bela.signin_token, NOW) is None


@pytest.mark.parametrize(
    ("role", "purpose"), [("facilitator", "join"), ("coordinator", "checkin"), ("participant", "staff")]
)
async def test_a_purpose_that_does_not_fit_the_role_is_refused(database, circle, role, purpose):
    member = {
        "facilitator": circle.facilitator,
        "coordinator": circle.coordinator,
        "participant": circle.participants[0],
    }[role]
    with pytest.raises(ValueError, match=role):
        async with database.write() as tx:
            await links.mint(tx, member.id, purpose, NOW, NOW + HOUR)


async def test_a_staff_link_lives_twelve_hours_whatever_was_asked(database, circle):
    async with database.write() as tx:
        token = await links.mint(tx, circle.facilitator.id, "staff", NOW, NOW + 500 * HOUR)
    first = await redeem(database, token, now=NOW + 11 * HOUR)
    assert first.signin_expires == NOW + 12 * HOUR
    assert await redeem(database, token, first.device_secret, NOW + 12 * HOUR) == UNKNOWN


async def test_nobody_who_left_gets_a_link(database, ada):
    async with database.write() as tx:
        await groups.withdraw_member(tx, ada.id, NOW)
        with pytest.raises(LookupError):
            await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)


async def test_a_code_opens_once_within_ten_minutes(database, keys, ada):
    async with database.write() as tx:
        code = await links.mint_code(tx, keys, ada.id, "join", NOW)
    typed = " ".join(code.lower())
    async with database.write() as tx:
        first = await links.redeem_code(tx, keys, typed, None, NOW + HOUR / 7)
        assert isinstance(first, Redeemed)
        assert first.member == ada.id
        assert await links.redeem_code(tx, keys, code, first.device_secret, NOW) == UNKNOWN


async def test_a_code_is_over_after_ten_minutes(database, keys, ada):
    async with database.write() as tx:
        code = await links.mint_code(tx, keys, ada.id, "join", NOW)
        assert await links.redeem_code(tx, keys, code, None, NOW + HOUR / 6) == UNKNOWN


async def test_a_newer_code_ends_the_older_one(database, keys, ada):
    async with database.write() as tx:
        old = await links.mint_code(tx, keys, ada.id, "join", NOW)
        await links.mint_code(tx, keys, ada.id, "join", NOW)
        assert await links.redeem_code(tx, keys, old, None, NOW) == UNKNOWN


async def test_a_code_does_not_fit_the_token_field_nor_a_token_the_code_field(database, keys, ada, token):
    async with database.write() as tx:
        code = await links.mint_code(tx, keys, ada.id, "join", NOW)
        assert await links.redeem(tx, code, None, NOW) == UNKNOWN
        assert await links.redeem_code(tx, keys, token, None, NOW) == UNKNOWN


async def test_a_sign_in_says_who_asks(database, ada, token):
    first = await redeem(database, token)
    async with database.read() as tx:
        who = await links.signin(tx, ada.place, first.signin_token, NOW)
    assert (who.member, who.role, who.group, who.person) == (ada.id, "participant", ada.group, ada.person)
    assert (who.purpose, who.device, who.first_use, who.new_device) == ("join", first.device, True, True)


@pytest.mark.parametrize(("after", "holds"), [(0, True), (2.9, True), (3, False), (4, False)])
async def test_a_sign_in_ends_with_its_link(database, ada, token, after, holds):
    first = await redeem(database, token)
    async with database.read() as tx:
        found = await links.signin(tx, ada.place, first.signin_token, NOW + after * HOUR)
    assert (found is not None) == holds


async def test_a_sign_in_idles_out_unless_it_is_touched(database, ada):
    async with database.write() as tx:
        token = await links.mint(tx, ada.id, "join", NOW, NOW + 240 * HOUR)
    first = await redeem(database, token)
    async with database.write() as tx:
        at = NOW + 3.9 * HOUR
        found = await links.signin(tx, ada.place, first.signin_token, at)
        assert found.touch_due
        await signins.touch(tx, found.id, at)
        assert not (await links.signin(tx, ada.place, first.signin_token, at)).touch_due
        assert await links.signin(tx, ada.place, first.signin_token, NOW + 7.8 * HOUR) is not None
        assert await links.signin(tx, ada.place, first.signin_token, NOW + 8 * HOUR) is None
        assert not await signins.holds(tx, found.id, NOW + 8 * HOUR)


async def test_a_sign_in_ends_after_twelve_hours_however_busy(database, ada):
    async with database.write() as tx:
        token = await links.mint(tx, ada.id, "join", NOW, NOW + 240 * HOUR)
    first = await redeem(database, token)
    async with database.write() as tx:
        for hour in range(12):
            found = await links.signin(tx, ada.place, first.signin_token, NOW + hour * HOUR)
            await signins.touch(tx, found.id, NOW + hour * HOUR)
        assert await links.signin(tx, ada.place, first.signin_token, NOW + 12 * HOUR) is None


async def test_pressing_again_gives_a_new_sign_in_and_ends_the_old_one(database, ada, token):
    first = await redeem(database, token)
    second = await redeem(database, token, first.device_secret)
    assert first.signin_token != second.signin_token
    async with database.read() as tx:
        assert await links.signin(tx, ada.place, first.signin_token, NOW) is None
        assert await links.signin(tx, ada.place, second.signin_token, NOW) is not None


async def test_revoking_a_link_ends_its_sign_ins_and_tells_the_servers(database, ada, token):
    first = await redeem(database, token)
    async with database.write() as tx:
        found = await links.signin(tx, ada.place, first.signin_token, NOW)
        reader = signals.Reader()
        await reader.poll(tx)
        assert await links.revoke(tx, first.link, "lost phone", NOW) == 1
        assert await links.revoke(tx, first.link, "lost phone", NOW) == 0
        assert await links.signin(tx, ada.place, first.signin_token, NOW) is None
        assert not await signins.holds(tx, found.id, NOW)
        told = await reader.poll(tx)
    assert [one.body for one in told] == [{"what": "revoked", "member": ada.id, "link": first.link}]


async def test_revoking_a_member_ends_all_their_links_and_nobody_elses(database, circle, ada, token):
    async with database.write() as tx:
        await links.mint(tx, ada.id, "checkin", NOW, NOW + HOUR)
        other = await links.mint(tx, circle.participants[1].id, "join", NOW, NOW + HOUR)
        assert await links.revoke(tx, ada.id, "asked for it", NOW) == 2
    assert isinstance(await redeem(database, other), Redeemed)


async def test_signing_out_closes_only_that_sign_in(database, ada, token):
    first = await redeem(database, token)
    async with database.write() as tx:
        found = await links.signin(tx, ada.place, first.signin_token, NOW)
        await signins.close(tx, found.id, NOW)
        assert await links.signin(tx, ada.place, first.signin_token, NOW) is None
    assert isinstance(await redeem(database, token, first.device_secret), Redeemed)


async def test_dead_links_are_deleted_thirty_days_later_with_all_they_made(database, ada, token):
    await redeem(database, token)
    async with database.write() as tx:
        assert (await retention.purge(tx, NOW + 30 * 24 * HOUR))["links"] == 0
        assert (await retention.purge(tx, NOW + 31 * 24 * HOUR))["links"] == 1
        for table in (tables.link, tables.link_event, tables.signin):
            assert (await tx.execute(select(table))).first() is None


async def test_what_was_redeemed_does_not_show_its_secrets(database, token):
    first = await redeem(database, token)
    assert first.signin_token not in repr(first)
    assert first.device_secret not in repr(first)
