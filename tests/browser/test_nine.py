"""A room of nine: three in Chromium, six peers with real DTLS, Opus and VP8; each Chromium decodes all."""

import asyncio

from tests.browser import figures
from tests.browser.house import open_house
from tests.browser.thread import Visit
from tests.peers import clips, sdp
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer

PEERS = 6
SLOTS = 8


async def bring(guest: Guest, session: str, number: int) -> None:
    """One peer at the door: connected, waiting to be let in."""
    await guest.join(session)
    video = clips.recorded_video(colour=number)
    await guest.connect(audio=clips.recorded_audio(220 + 40 * number), video=[video])
    await guest.knock()


async def test_three_browsers_decode_all_eight_others(visit: Visit, tmp_path):
    async with open_house(tmp_path, members=9) as house:
        room = house.room()
        pacer = Pacer()
        people = [room["facilitators"][1], *room["participants"][2:]]
        guests = [Guest(one["link"], pacer, profile=sdp.Profile(rids=())) for one in people]
        try:
            ada = await visit(room, "facilitators", 0)
            await ada.lead()
            for number, guest in enumerate(guests):
                await bring(guest, room["session"], number)
            leader = guests[0]
            for guest in guests[1:]:
                await leader.until_waiting(guest.member)
                await leader.admit(guest.member)
            for guest in guests:
                await guest.publish()
            ben, cleo = await visit(room, "participants", 0), await visit(room, "participants", 1)
            for newcomer in (ben, cleo):
                await newcomer.knock()
                await ada.let_in(newcomer)

            for viewer in (ada, ben, cleo):
                async with asyncio.TaskGroup() as watching:
                    for slot in range(SLOTS):
                        watching.create_task(figures.until_seen_and_heard(viewer.page, slot, within_s=40.0))
        finally:
            for guest in guests:
                await guest.close()
            pacer.close()
    assert len(guests) == PEERS
