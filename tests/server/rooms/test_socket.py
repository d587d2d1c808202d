from tests.server.house import House


async def test_a_facilitator_opens_greets_and_admits(house: House) -> None:
    leader = await house.seated(house.circle.facilitator)
    ada = await house.seated(house.circle.participants[0])
    assert leader.state["room"]["state"] == "open"
    await leader.until(lambda s: len(s["waiting"]) == 1)
    await leader.say("admit", members=[ada.member.id])
    await leader.hears("notice", code="greet_first")
    await leader.say("greet", member=ada.member.id)
    await ada.until(lambda s: s["greet"] is not None and s["greet"]["open"])
    await leader.say("admit", members=[ada.member.id])
    await ada.until(lambda s: s["stage"] == "room")
    assert [m["member"] for m in ada.state["members"]] == [leader.member.id, ada.member.id]
