"""Accounts of the people who work here: made once, changed with a trace, never without an admin."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from store import (
    audit,
    break_glass,
    chain,
    groups,
    links,
    passkeys,
    people,
    signins,
    staff,
    staff_signins,
    staff_tokens,
    tasks,
)
from store import tables as t
from tests.services.circle import HOUR, NOW, make_circle

MINUTE = timedelta(minutes=1)


async def account(tx, keys, name, **rights):
    return await staff.create(
        tx,
        keys,
        name=name,
        contact=f"{name}@findable.example",
        zone="Europe/Berlin",
        locale="en",
        now=NOW,
        **rights,
    )


@pytest.fixture
async def mara(database, keys):
    """The only admin."""
    async with database.write() as tx:
        return await account(tx, keys, "mara", admin=True)


async def test_an_account_is_found_by_desk_id_person_and_address(database, keys, mara):
    async with database.read() as tx:
        assert await staff.find(tx, mara.desk) == mara
        assert await staff.by_id(tx, mara.id) == mara
        assert await staff.of_person(tx, mara.person) == mara
        assert await staff.by_address(tx, keys, "MARA@findable.example ") == mara
        assert await staff.everyone(tx) == [mara]
        for nobody in ("", "nobody", "no\x00body"):
            assert await staff.find(tx, nobody) is None
        assert await staff.by_address(tx, keys, "other@findable.example") is None


async def test_a_person_has_one_account_and_an_address_belongs_to_one(database, keys, mara):
    async with database.write() as tx:
        assert await staff.for_person(tx, keys, mara.person, NOW) == mara
    with pytest.raises(ValueError, match="address"):
        async with database.write() as tx:
            await account(tx, keys, "Mara")
    with pytest.raises(ValueError, match="address"):
        async with database.write() as tx:
            await staff.create(tx, keys, name="Nora", contact="", zone="Europe/Berlin", locale="en", now=NOW)


async def test_of_two_who_invite_one_address_at_once_one_makes_the_account(database, keys):
    async def invite():
        async with database.write() as tx:
            return await account(tx, keys, "mara")

    came = await asyncio.gather(*(invite() for _ in range(6)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in came) == ["Staff"] + ["ValueError"] * 5
    async with database.read() as tx:
        assert len(await staff.everyone(tx)) == 1


async def test_an_address_follows_its_person_and_is_free_once_an_account_is_closed(database, keys, mara):
    async with database.write() as tx:
        nora = await account(tx, keys, "nora")
        await people.change_contact(tx, keys, nora.person, "new@findable.example", NOW)
        assert await staff.by_address(tx, keys, "nora@findable.example") is None
        assert await staff.by_address(tx, keys, "NEW@findable.example") == nora
    with pytest.raises(ValueError, match="address"):
        async with database.write() as tx:
            await people.change_contact(tx, keys, nora.person, "mara@findable.example", NOW)
    async with database.write() as tx:
        await staff.disable(tx, keys, nora.id, mara.id, NOW)
        again = await staff.create(
            tx, keys, name="N", contact="new@findable.example", zone="Europe/Berlin", locale="en", now=NOW
        )
    with pytest.raises(ValueError, match="address"):
        async with database.write() as tx:
            await staff.enable(tx, keys, nora.id, mara.id, NOW)
    async with database.write() as tx:
        assert await staff.by_address(tx, keys, "new@findable.example") == again
        await people.erase(tx, again.person, NOW)
        assert await staff.by_address(tx, keys, "new@findable.example") is None


@pytest.mark.parametrize("what", ["grant", "glass"])
async def test_rights_and_a_decision_never_wait_for_each_other(database, keys, what):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        nora = await account(tx, keys, "nora", clinician=True)
    held = asyncio.Event()

    async def decide():
        async with database.write() as tx:
            await chain.hold(tx)
            held.set()
            await somebody_waits(database)
            await tasks.hold(tx, circle.group)

    async def work():
        await held.wait()
        async with database.write() as tx:
            if what == "grant":
                await staff.grant(tx, keys, nora.person, circle.group, "facilitator", nora.id, NOW)
            else:
                await break_glass.open_one(tx, keys, nora.id, circle.group, "somebody is in danger", NOW)

    await asyncio.gather(decide(), work())


async def somebody_waits(database):
    """Returns once another transaction waits for a lock. SQLite lets one in at a time anyway."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while database.dialect == "postgresql":
        async with database.read() as tx:
            if (await tx.execute(waiting)).scalar_one():
                return


async def test_secrets_are_kept_sealed_or_hashed_and_come_back(database, keys, mara):
    async with database.write() as tx:
        assert await staff.credentials(tx, keys, mara.id) == staff.Credentials("", "", 0)
        await staff.set_password(tx, keys, mara.id, "$argon2id$hash", NOW)
        await staff.set_totp(tx, keys, mara.id, "FINDABLESECRET", 7, NOW)
        found = await staff.by_id(tx, mara.id)
        row = (await tx.execute(select(t.staff))).one()
        assert await staff.credentials(tx, keys, mara.id) == staff.Credentials(
            "$argon2id$hash", "FINDABLESECRET", 7
        )
        assert (found.has_password, found.has_totp) == (True, True)
        assert b"FINDABLE" not in row.totp_sealed
        await staff.drop_totp(tx, keys, mara.id, mara.id, NOW)
        assert await staff.credentials(tx, keys, mara.id) == staff.Credentials("$argon2id$hash", "", 0)
        with pytest.raises(LookupError):
            await staff.credentials(tx, keys, "nobody")
        with pytest.raises(LookupError):
            await staff.set_totp(tx, keys, "nobody", "secret", 1, NOW)


async def test_a_code_counts_once_however_many_use_it_at_once(database, keys, mara):
    async with database.write() as tx:
        await staff.set_totp(tx, keys, mara.id, "SECRET", 7, NOW)

    async def use(step):
        async with database.write() as tx:
            return await staff.use_totp_step(tx, mara.id, step)

    assert sorted(await asyncio.gather(*(use(8) for _ in range(4)))) == [False, False, False, True]
    assert [await use(7), await use(8), await use(9)] == [False, False, True]


async def test_two_admins_cannot_both_take_the_others_right(database, keys, mara):
    async with database.write() as tx:
        nora = await account(tx, keys, "nora", admin=True)

    async def take(one):
        async with database.write() as tx:
            await staff.set_rights(tx, keys, one.id, admin=False, clinician=False, by="other", now=NOW)

    done = await asyncio.gather(take(mara), take(nora), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["LastAdmin", "NoneType"]
    async with database.read() as tx:
        assert await staff.admins(tx) == 1


async def test_the_last_admin_is_not_closed_and_a_closed_account_is_nobodys(database, keys, mara):
    with pytest.raises(staff.LastAdmin):
        async with database.write() as tx:
            await staff.disable(tx, keys, mara.id, "command", NOW)
    async with database.write() as tx:
        nora = await account(tx, keys, "nora", clinician=True)
        made = await staff_signins.open_one(tx, nora.id, "password", NOW)
        await staff.disable(tx, keys, nora.id, mara.id, NOW)
        assert await staff_signins.find(tx, nora.desk, made.token, NOW) is None
        assert await staff.by_address(tx, keys, "nora@findable.example") is None
        await staff.enable(tx, keys, nora.id, mara.id, NOW)
        assert (await staff.by_address(tx, keys, "nora@findable.example")).clinician
        assert await staff_signins.find(tx, nora.desk, made.token, NOW) is None
        for missing in (staff.disable(tx, keys, "nobody", "x", NOW), set_nobody(tx, keys)):
            with pytest.raises(LookupError):
                await missing


def set_nobody(tx, keys):
    return staff.set_rights(tx, keys, "nobody", admin=True, clinician=True, by="x", now=NOW)


async def test_a_place_is_granted_withdrawn_and_granted_again_with_its_trace(database, keys, mara):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        lead = await staff.grant(tx, keys, mara.person, circle.group, "facilitator", mara.id, NOW)
        assert (lead.seat, lead.role) == (3, "facilitator")
        (place,) = await staff.groups_of(tx, mara.person)
        assert (place.member, place.role, place.state) == (lead.id, "facilitator", "active")
        with pytest.raises(ValueError, match="has a place"):
            await staff.grant(tx, keys, mara.person, circle.group, "coordinator", mara.id, NOW)
        with pytest.raises(ValueError, match="no role"):
            await staff.grant(tx, keys, mara.person, circle.group, "participant", mara.id, NOW)
        token = await links.mint(tx, lead.id, "staff", NOW, NOW + HOUR)
        came = await links.redeem(tx, token, None, NOW)
        assert await staff.withdraw(tx, keys, lead.id, mara.id, NOW)
        assert await signins.find(tx, lead.place, came.signin_token, NOW) is None
        assert await staff.groups_of(tx, mara.person) == []
        assert not await staff.withdraw(tx, keys, lead.id, mara.id, NOW)
        assert not await staff.withdraw(tx, keys, circle.participants[0].id, mara.id, NOW)
        again = await staff.grant(tx, keys, mara.person, circle.group, "coordinator", mara.id, NOW)
        assert (again.id, again.place, again.seat) == (lead.id, lead.place, None)
        actions = [one.action for one in await audit.of_group(tx, circle.group)]
    assert actions == ["place_granted", "place_withdrawn", "place_granted"]


async def test_a_participant_does_not_become_staff_of_their_own_group(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        await groups.withdraw_member(tx, ada.id, NOW)
        with pytest.raises(ValueError, match="has a place"):
            await staff.grant(tx, keys, ada.person, circle.group, "facilitator", "admin", NOW)


async def test_a_sign_in_ends_idle_or_late_but_never_in_a_room(database, keys, mara):
    async with database.write() as tx:
        made = await staff_signins.open_one(tx, mara.id, "password", NOW, "Firefox\n on Linux")

        async def there(now):
            return await staff_signins.find(tx, mara.desk, made.token, now)

        found = await there(NOW)
        assert (found.staff, found.label, found.admin, found.how) == (
            mara.id,
            "Firefox on Linux",
            True,
            "password",
        )
        assert await there(NOW + 29 * MINUTE) is not None
        assert await there(NOW + 31 * MINUTE) is None
        await staff_signins.touch(tx, made.id, NOW + 29 * MINUTE)
        assert await there(NOW + 31 * MINUTE) is not None
        late = NOW + timedelta(hours=11, minutes=55)
        await staff_signins.keep(tx, [made.id], late)
        assert await staff_signins.holds(tx, made.id, NOW + timedelta(hours=12, minutes=4))
        assert not await staff_signins.holds(tx, made.id, NOW + timedelta(hours=12, minutes=6))
        assert await staff_signins.find(tx, "other", made.token, NOW) is None
        assert await staff_signins.find(tx, mara.desk, "other", NOW) is None


async def test_sign_ins_are_listed_and_closed_one_or_all_but_one(database, keys, mara):
    async with database.write() as tx:
        one, two, three = [
            await staff_signins.open_one(tx, mara.id, "passkey", NOW + number * MINUTE) for number in range(3)
        ]
        now = NOW + 3 * MINUTE
        listed = await staff_signins.of_staff(tx, mara.id, now)
        assert [found.id for found in listed] == [three.id, two.id, one.id]
        await staff_signins.close(tx, one.id, "signed_out", now)
        await staff_signins.close_all(tx, mara.id, "elsewhere", now, keep=three.id)
        assert [found.id for found in await staff_signins.of_staff(tx, mara.id, now)] == [three.id]
        bodies = (await tx.execute(select(t.signal.c.body))).scalars().all()
    assert [body["signin"] for body in bodies] == [one.id, two.id]


async def test_an_invitation_is_used_once_even_by_two_at_once(database, keys, mara):
    async with database.write() as tx:
        old = await staff_tokens.mint(tx, keys, mara.id, "invite", "command", NOW, HOUR)
        token = await staff_tokens.mint(tx, keys, mara.id, "reset", "command", NOW, HOUR)
        assert await staff_tokens.opens(tx, old, NOW) is None
        assert await staff_tokens.opens(tx, token, NOW + HOUR) is None

    async def use():
        async with database.write() as tx:
            return await staff_tokens.redeem(tx, token, NOW)

    done = await asyncio.gather(*(use() for _ in range(4)))
    assert [one for one in done if one] == [staff_tokens.Given(mara.id, "reset")]
    async with database.write() as tx:
        third = await staff_tokens.mint(tx, keys, mara.id, "invite", "command", NOW, HOUR)
        await staff_tokens.revoke(tx, mara.id, NOW)
        assert await staff_tokens.redeem(tx, third, NOW) is None
        rows = (await tx.execute(select(t.staff_token.c.token_hash))).scalars().all()
    assert all(len(one) == 32 and token.encode() not in one for one in rows)


async def test_a_passkey_whose_counter_goes_back_is_a_copy(database, keys, mara):
    async with database.write() as tx:
        key = await passkeys.add(tx, keys, mara.id, b"credential", b"public", 5, "usb", "Key\n1", NOW)
        still = await passkeys.add(tx, keys, mara.id, b"other", b"public", 0, "internal", "Phone", NOW + HOUR)
        assert [one.label for one in await passkeys.of_staff(tx, mara.id)] == ["Key1", "Phone"]
        assert (await passkeys.by_credential(tx, b"credential")).id == key
        assert [await passkeys.used(tx, key, count, NOW) for count in (6, 6, 5, 7)] == [
            True,
            False,
            False,
            True,
        ]
        assert [await passkeys.used(tx, still, 0, NOW) for _ in range(2)] == [True, True]
        assert not await passkeys.revoke(tx, keys, "somebody", key, NOW)
        assert await passkeys.revoke(tx, keys, mara.id, key, NOW)
        assert await passkeys.by_credential(tx, b"credential") is None
        assert not await passkeys.used(tx, key, 9, NOW)
        await passkeys.revoke_all(tx, mara.id, NOW)
        assert await passkeys.of_staff(tx, mara.id) == []
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await passkeys.add(tx, keys, mara.id, b"credential", b"public", 0, "usb", "Again", NOW)
