import pytest

from store import access_log, people
from tests.services.circle import NOW, make_circle, make_person


async def test_a_name_comes_back_by_member(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
    async with database.read() as tx:
        found = await people.names(tx, keys, [circle.facilitator.id, circle.participants[0].id])
    assert found == {
        circle.facilitator.id: "Ada Findable-Name",
        circle.participants[0].id: "Bela Findable-Name",
    }


async def test_opening_a_contact_leaves_a_line_in_the_log(database, keys):
    async with database.write() as tx:
        person = await make_person(tx, keys, "Ada")
        contact = await people.access_contact(tx, keys, person, "clock", "invitation", NOW)
        lines = await access_log.entries(tx, person)
    assert (contact.name, contact.address) == ("Ada Findable-Name", "ada@findable.example")
    assert [(line.actor, line.action, line.purpose) for line in lines] == [("clock", "contact", "invitation")]


async def test_a_reading_transaction_cannot_open_a_contact_because_it_cannot_write_the_log(database, keys):
    async with database.write() as tx:
        person = await make_person(tx, keys, "Ada")
    with pytest.raises(Exception, match=r"read.?only|readonly"):
        async with database.read() as tx:
            await people.access_contact(tx, keys, person, "clock", "invitation", NOW)
