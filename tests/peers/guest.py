"""A whole peer as a person with a browser: signs in by link, knocks, connects, publishes, sees the seat
table."""

from __future__ import annotations

import random

from tests.peers import clips, sdp
from tests.peers.clips import Clip
from tests.peers.leg import Address, Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay
from tests.peers.signalling import Json, SignIn, Socket


class Guest:
    """`origin` marks this peer's packets: `room` * 16 + seat, known after `join`."""

    def __init__(
        self, link: str, pacer: Pacer, *, room: int = 0, profile: sdp.Profile | None = None, seed: int = 0
    ) -> None:
        self.sign_in, self.pacer, self.room = SignIn(link), pacer, room
        self.profile = profile or sdp.Profile()
        self.seed = seed or random.randrange(1 << 30)
        self.socket: Socket | None = None
        self.replay: Replay | None = None
        self.leg: Leg | None = None
        self._origins: dict[str, int] = {}

    @property
    def state(self) -> Json:
        """The newest view."""
        assert self.socket is not None
        return self.socket.state

    @property
    def member(self) -> str:
        """The own member id."""
        return str(self.state["you"]["member"])

    async def join(self, session: str | None = None) -> None:
        """Sign in, take the seat's socket; stage `door`."""
        if not self.sign_in.place:
            await self.sign_in.enter()
        if session is None:
            session = (await self.sign_in.sessions())[0]
        self.socket = await Socket.join(self.sign_in, session, slots=self.profile.slots)
        self.socket.on_message = self._message

    async def connect(
        self,
        *,
        audio: Clip | None = None,
        video: list[Clip] | None = None,
        via: Address | None = None,
        injected: float = 0.0,
    ) -> None:
        """Make the media leg: ICE and DTLS up, nothing sent yet."""
        assert self.socket is not None
        origin = self.room * 16 + int(self.state["you"]["seat"])
        self.leg = leg = Leg(self.profile, seed=self.seed, via=via, injected=injected)
        layers = [clips.filler_video()] * max(1, len(self.profile.rids))
        self.replay = Replay(
            leg, self.pacer, origin=origin, audio=audio or clips.filler_audio(), video=video or layers
        )
        self.negotiate = self.socket.negotiate()
        await leg.connect(self.negotiate)
        self._seats(self.state)

    async def knock(self) -> None:
        """Answer the doorstep questions: a participant knocks, a facilitator is in."""
        assert self.socket is not None
        await self.socket.say(
            "arrive", **({} if self.role == "facilitator" else {"where": "home", "alone": True})
        )

    @property
    def role(self) -> str:
        """participant or facilitator."""
        return str(self.state["you"]["role"])

    async def publish(self, *, mic: bool = True, camera: bool = True) -> None:
        """Say what is on and send it."""
        assert self.socket is not None
        await self.socket.say("mic", on=mic)
        await self.socket.say("camera", on=camera)
        self.send(mic=mic, camera=camera)

    def send(self, *, mic: bool, camera: bool) -> None:
        """Start or stop sending without a word to the server."""
        assert self.replay is not None
        self.replay.mic(mic)
        self.replay.camera(camera)

    async def until_waiting(self, member: str) -> None:
        """As a facilitator: that person knocks."""
        assert self.socket is not None
        await self.socket.until(
            lambda s: any(w["member"] == member and w["stage"] == "lobby" for w in s["waiting"]), 30
        )

    async def until_full(self, others: int) -> None:
        """In the room, with so many other people in the slots."""
        assert self.socket is not None
        await self.socket.until(
            lambda s: s["stage"] == "room" and sum(e["member"] is not None for e in s["slots"]) >= others, 60
        )

    async def admit(self, member: str) -> None:
        """As a facilitator: greet first where that is required, then admit."""
        assert self.socket is not None
        if self._at_the_door(self.state, member).get("first_use"):
            await self.socket.until(lambda s: self._both_up(s, member), 30)
            await self.socket.say("greet", member=member)
            await self.socket.until(lambda s: bool(s["greet"] and s["greet"]["open"]))
        await self.socket.say("admit", members=[member])
        await self.socket.until(
            lambda s: any(m["member"] == member and m["stage"] == "room" for m in s["members"])
        )

    @staticmethod
    def _at_the_door(state: Json, member: str) -> Json:
        return next((w for w in state["waiting"] if w["member"] == member), {})

    def _both_up(self, state: Json, member: str) -> bool:
        """The server knows of both connections: before that it opens no private look."""
        ours = next((m for m in state["members"] if m["member"] == state["you"]["member"]), {})
        return "up" == ours.get("connection") == self._at_the_door(state, member).get("connection")

    def _message(self, message: Json) -> None:
        if message["type"] == "state" and message is self.state:
            self._seats(message)

    def _seats(self, state: Json) -> None:
        """Tell the receiving streams who may be heard in each slot: who is there now, and who was just
        before."""
        if self.leg is None:
            return
        for member in state["members"]:
            self._origins[member["member"]] = self.room * 16 + member["seat"]
        for entry in state["slots"]:
            for kind in ("audio", "video"):
                stream = self.leg.slots.get((entry["slot"], kind))
                if stream is not None and entry["member"] in self._origins:
                    stream.origins = {self._origins[entry["member"]], stream.origin} - {-1}

    async def hang_up(self, *, goodbye: bool = True) -> None:
        """Go, and keep the sign-in for coming back: by `leave`, or as a browser that is killed."""
        assert self.socket is not None
        if goodbye:
            await self.socket.say("leave")
            await self.socket.ended()
        if self.replay is not None:
            self.replay.close(goodbye=goodbye)
        await self.socket.close()

    def vanish(self) -> None:
        """The network is gone: nothing is sent, nothing is read, nothing is closed."""
        assert self.socket is not None
        assert self.replay is not None
        self.replay.freeze()
        self.socket.freeze()

    async def close(self, *, goodbye: bool = True) -> None:
        """Leave by closing everything; without `goodbye` only the sockets vanish."""
        if self.replay is not None:
            self.replay.close(goodbye=goodbye)
        if self.socket is not None:
            await self.socket.close()
        await self.sign_in.close()
