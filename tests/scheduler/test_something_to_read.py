"""Members hear that there is something to read, and not a word of it."""

from datetime import timedelta

import store.group_summaries
import store.groups
from scheduler.outbox import Sender
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

AFTER = START + timedelta(hours=3)
SECRET = "A. spoke of a findable ending."


async def sent(home: House, expected: int = 0) -> None:
    async with home.db.write() as tx:
        by = leader(home)
        await store.group_summaries.save(tx, home.keys, home.session, SECRET, by, expected, AFTER)
        await store.group_summaries.send(tx, home.keys, home.session, expected + 1, by, (), AFTER)


def leader(home: House) -> str:
    return next(one.id for one in home.members.values() if one.role == "facilitator")


async def test_a_summary_is_announced_without_a_word_of_it(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await sent(home)

    await sender.tick(AFTER)

    told = [each for each in office.took if each["Subject"] == "Something for you to read"]
    participants = [one for one in home.members.values() if one.role == "participant"]
    assert len(told) == len(office.took) == len(participants)
    for letter in told:
        body = letter.get_content()
        assert "there is something for you to read" in body
        assert "/j#" in body
        for word in ("findable", "summary", "session", "group"):
            assert word not in letter.as_string().lower()


async def test_a_correction_before_the_mail_went_out_is_announced_once(
    home: House, office: PostOffice, sender: Sender
) -> None:
    await sent(home)
    await sent(home, expected=2)

    await sender.tick(AFTER)

    participants = [one for one in home.members.values() if one.role == "participant"]
    assert len(office.took) == len(participants)


async def test_who_has_left_meanwhile_is_not_told(home: House, office: PostOffice, sender: Sender) -> None:
    await sent(home)
    ada = home.members["Ada"]
    async with home.db.write() as tx:
        await store.groups.withdraw_member(tx, ada.id, AFTER)

    await sender.tick(AFTER)

    assert all(not str(each["To"]).startswith("ada@") for each in office.took)
