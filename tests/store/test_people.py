"""People: what a name may hold, who is found by an address, and the log of every opening."""

import pytest
from sqlalchemy import delete, text, update

from store import access_log, people, tables
from tests.services.circle import HOUR, NOW, make_circle, make_person


async def test_a_name_comes_back_by_member(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
    async with database.read() as tx:
        found = await people.names(tx, keys, [circle.facilitator.id, circle.participants[0].id])
    assert found == {
        circle.facilitator.id: "Ada Findable-Name",
        circle.participants[0].id: "Bela Findable-Name",
    }


@pytest.mark.parametrize("name", ["", "  ", "Ada\nBcc: x@y.z", "Ada\x00", "Ada\u202eadA", "a" * 201])
async def test_a_name_that_could_forge_a_header_or_hide_text_is_refused(database, keys, name):
    with pytest.raises(ValueError, match="name"):
        async with database.write() as tx:
            await people.create(tx, keys, name, "", "", "Europe/Berlin", "en", NOW)


@pytest.mark.parametrize("name", ["Ädä Çelik", "O'Brien", "王秀英", "<b>Ada</b>", "Ada 👩‍🦰"])
async def test_a_name_is_kept_as_people_write_it(database, keys, name):
    async with database.write() as tx:
        person = await people.create(tx, keys, name, "", "", "Europe/Berlin", "en", NOW)
        assert (await people.access_contact(tx, keys, person, "scheduler", "test", NOW)).name == name


@pytest.mark.parametrize("address", ["ada", "@x.y", "ada@", "a b@x.y", "a@x.y,b@x.y", "a@x.y\nBcc: b@x.y"])
async def test_what_is_not_one_address_is_refused(database, keys, address):
    with pytest.raises(ValueError, match="address"):
        async with database.write() as tx:
            await people.create(tx, keys, "Ada", address, "", "Europe/Berlin", "en", NOW)


async def test_an_unknown_zone_is_refused(database, keys):
    with pytest.raises(KeyError):
        async with database.write() as tx:
            await people.create(tx, keys, "Ada", "", "", "Mars/Base", "en", NOW)


async def test_opening_a_contact_leaves_a_line_in_the_log(database, keys):
    async with database.write() as tx:
        person = await make_person(tx, keys, "Ada")
        contact = await people.access_contact(tx, keys, person, "scheduler", "invitation", NOW)
        lines = await access_log.entries(tx, person)
    assert (contact.name, contact.address) == ("Ada Findable-Name", "ada@findable.example")
    assert [(line.actor, line.action, line.purpose) for line in lines] == [
        ("scheduler", "contact", "invitation")
    ]
    assert "findable" not in repr(contact).lower()


async def test_a_reading_transaction_cannot_open_a_contact_because_it_cannot_write_the_log(database, keys):
    async with database.write() as tx:
        person = await make_person(tx, keys, "Ada")
    with pytest.raises(Exception, match=r"read.?only|readonly"):
        async with database.read() as tx:
            await people.access_contact(tx, keys, person, "scheduler", "invitation", NOW)


async def test_an_address_finds_its_people_whatever_its_case(database, keys):
    async with database.write() as tx:
        ada = await make_person(tx, keys, "Ada")
        await make_person(tx, keys, "Bela")
        assert await people.by_contact(tx, keys, " ADA@Findable.example ") == [ada]
        assert await people.by_contact(tx, keys, "nobody@findable.example") == []
        assert await people.by_contact(tx, keys, "") == []


async def test_a_changed_address_is_found_and_the_old_one_is_not(database, keys):
    async with database.write() as tx:
        ada = await make_person(tx, keys, "Ada")
        await people.flag_contact(tx, ada, "550", NOW)
        await people.change_contact(tx, keys, ada, "new@findable.example", NOW)
        assert await people.by_contact(tx, keys, "ada@findable.example") == []
        assert await people.by_contact(tx, keys, "new@findable.example") == [ada]


async def test_a_refused_address_is_flagged_until_it_is_changed(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        member = circle.participants[0]
        await people.flag_contact(tx, member.person, "550", NOW)
        everyone = [m.id for m in (circle.facilitator, *circle.participants)]
        assert await people.flagged(tx, everyone) == {member.id}
        await people.change_contact(tx, keys, member.person, "new@findable.example", NOW)
        assert await people.flagged(tx, everyone) == set()


async def logged(tx, keys):
    person = await make_person(tx, keys, "Ada")
    for step in range(4):
        await people.access_contact(tx, keys, person, "scheduler", f"reason {step}", NOW + step * HOUR)
    return person


async def by_hand(tx):
    """What somebody with the database in their hands would do first."""
    on = " ON access_log" if tx.dialect.name == "postgresql" else ""
    for event in ("update", "delete"):
        await tx.execute(text(f"DROP TRIGGER access_log_refuses_{event}{on}"))


async def test_a_log_nobody_touched_verifies(database, keys):
    async with database.write() as tx:
        await logged(tx, keys)
        assert await access_log.verify(tx, keys) is None


async def test_an_edited_line_is_named(database, keys):
    async with database.write() as tx:
        await logged(tx, keys)
        await by_hand(tx)
        third = tables.access_log.c.purpose == "reason 2"
        await tx.execute(update(tables.access_log).where(third).values(actor="somebody else"))
        assert await access_log.verify(tx, keys) == 3


async def test_a_removed_line_is_noticed_at_the_next(database, keys):
    async with database.write() as tx:
        await logged(tx, keys)
        await by_hand(tx)
        await tx.execute(delete(tables.access_log).where(tables.access_log.c.purpose == "reason 1"))
        assert await access_log.verify(tx, keys) == 3
