"""What comes from outside may be any text at all; no database and no Redis chokes on it."""

import pytest

from store import checkins, doorstep, groups, links, signins
from store.ids import fresh_id, fresh_place, plausible
from store.live import RedisLive
from tests.services.circle import HOUR, NOW, make_circle

RUBBISH = ["", "\x00", "a\x00b", "\ud800", "é", "' OR 1=1 --", "a" * 10_000, "../..", "%00", "\u202e"]


@pytest.mark.parametrize("text", RUBBISH)
async def test_an_address_of_rubbish_finds_nothing(database, text):
    async with database.read() as tx:
        assert await groups.session(tx, text) is None
        assert await groups.member_by_place(tx, text) is None
        assert await groups.member_by_id(tx, text) is None
        assert await checkins.find(tx, text) is None
        assert await signins.find(tx, text, text, NOW) is None


async def test_a_device_that_calls_itself_rubbish_is_signed_in_and_named_without_it(database, keys):
    async with database.write() as tx:
        ada = (await make_circle(tx, keys)).participants[0]
        token = await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)
        first = await links.redeem(tx, token, "\ud800\x00", NOW, "Fire\x00fox\ud800 on\n Linux" + "x" * 200)
        assert isinstance(first, links.Redeemed)
        detail = (await links.history(tx, ada.id))[0].detail
    assert detail.startswith("Firefox on Linuxxx")
    assert len(detail) == 80


async def test_an_answer_with_half_a_character_keeps_the_rest(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        await doorstep.put(tx, keys, circle.session, ada.id, "Main St 5\ud83d", "0170\x001", None, None, NOW)
        sheet = await doorstep.access_sheet(tx, keys, circle.session, ada.id, circle.facilitator.id, NOW)
    assert (sheet.where, sheet.phone) == ("Main St 5?", "0170\x001")


@pytest.mark.parametrize("text", RUBBISH)
async def test_redis_takes_any_name(redis_url, text):
    live = RedisLive(redis_url)
    assert await live.ticket_take(text) is None
    assert await live.allow(text, 1, 1)
    assert await live.holder(text) is None
    await live.close()


def test_what_we_make_is_plausible():
    assert plausible(fresh_id())
    assert plausible(fresh_place())
