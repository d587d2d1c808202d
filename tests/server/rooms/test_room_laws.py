"""Whatever people, devices, the media engine and the clock do, in whatever order, these laws hold."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from care.facts import Kind
from server.media import messages
from server.rooms import told
from server.rooms.state import Stage
from tests.server.scene import Scene

MEMBERS = ("f0", "f1", "p0", "p1", "p2")
DEVICES = ("phone", "laptop")
REASONS = ("closed", "silent", "ice_failed", "dtls_failed", "requested", "replaced")


class Evening(RuleBasedStateMachine):
    """One room with two facilitators and three participants."""

    sockets = Bundle("sockets")

    @initialize(target=sockets, begun=st.sampled_from(["empty", "full", "look"]))
    def begin(self, begun: str) -> object:
        """An empty room, or one in full swing with somebody at the door, or in a look with that person."""
        self.scene = Scene(facilitators=2, participants=3)
        self.roles = {m: s.role for m, s in self.scene.data.seats.items()}
        if begun == "empty":
            return multiple()
        came = [self.comes_in(m, known=m != "p2") for m in MEMBERS]
        self.scene.say(came[0], "admit", members=["p0", "p1"])
        if begun == "look":
            self.scene.say(came[0], "greet", member="p2")
        return multiple(*came)

    @rule(
        target=sockets,
        member=st.sampled_from(MEMBERS),
        device=st.sampled_from(DEVICES),
        tab=st.sampled_from([None, "tab-one-1", "tab-two-2"]),
        slots=st.sampled_from([0, 3, 11]),
        known=st.booleans(),
    )
    def opens(self, member: str, device: str, tab: str | None, slots: int, known: bool) -> str:
        return self.scene.open(member, device=f"{member}-{device}", tab=tab, slots=slots, known=known)

    @rule(socket=consumes(sockets))
    def closes(self, socket: str) -> None:
        self.scene.close(socket)

    @rule(socket=sockets, number=st.integers(0, 3), request=st.integers(0, 1))
    def offers(self, socket: str, number: int, request: int) -> None:
        self.scene.offer(socket, f"connection-{socket[-3:]}-{number}", request)

    @rule(socket=sockets)
    def arrives(self, socket: str) -> None:
        self.scene.say(socket, "arrive", alone=True)

    @rule(socket=sockets, kind=st.sampled_from(["mic", "camera"]), on=st.booleans())
    def switches(self, socket: str, kind: str, on: bool) -> None:
        self.scene.say(socket, kind, on=on)

    @rule(socket=sockets, kind=st.sampled_from(["leave", "take_over"]))
    def says(self, socket: str, kind: str) -> None:
        self.scene.say(socket, kind)

    @rule(socket=sockets, really=st.integers(0, 19))
    def ends(self, socket: str, really: int) -> None:
        if really == 0:
            self.scene.say(socket, "end")

    @rule(target=sockets, member=st.sampled_from(MEMBERS), known=st.booleans())
    def comes(self, member: str, known: bool) -> str:
        """The usual way in."""
        return self.comes_in(member, known)

    def comes_in(self, member: str, known: bool) -> str:
        socket = self.scene.open(member, device=f"{member}-phone", known=known)
        self.scene.offer(socket)
        self.connects(member)
        self.scene.say(socket, "arrive")
        self.scene.sending(socket)
        return socket

    @rule(
        socket=sockets,
        kind=st.sampled_from(
            ["greet", "greet", "end_greet", "send_back", "decline", "mute", "remove", "sheet", "admit"]
        ),
        member=st.sampled_from([*MEMBERS, "nobody"]),
    )
    def leads(self, socket: str, kind: str, member: str) -> None:
        fields = {"members": [member]} if kind == "admit" else {"member": member}
        self.scene.say(socket, kind, **fields)

    @rule(
        leader=st.sampled_from(["f0", "f1"]),
        kind=st.sampled_from(["greet", "greet", "end_greet", "send_back", "mute", "admit", "admit"]),
        person=st.sampled_from(["p0", "p1", "p2"]),
        ms=st.sampled_from([0, 1500]),
    )
    def works(self, leader: str, kind: str, person: str, ms: int) -> None:
        """A facilitator who has the seat does the usual things."""
        socket = self.scene.data.seats[leader].socket
        if socket is not None:
            self.leads(socket, kind, person)
            self.scene.pass_ms(ms)

    @rule(socket=sockets, on=st.booleans())
    def locks(self, socket: str, on: bool) -> None:
        self.scene.say(socket, "lock", on=on)

    @rule(socket=sockets)
    def admits_all(self, socket: str) -> None:
        self.scene.say(socket, "admit", all=True)

    @rule(socket=sockets, to=st.sampled_from([None, *MEMBERS]))
    def writes(self, socket: str, to: str | None) -> None:
        self.scene.say(socket, "text", text="hello", to=to)

    @rule(member=st.sampled_from(MEMBERS))
    def connects(self, member: str) -> None:
        if self.scene.data.seats[member].leg is not None:
            self.scene.up(member)

    @rule(data=st.data(), reason=st.sampled_from(REASONS), silent_ms=st.integers(0, 12_000))
    def loses(self, data: st.DataObject, reason: messages.DownReason, silent_ms: int) -> None:
        if self.scene.legs:
            leg = data.draw(st.sampled_from(sorted(self.scene.legs)))
            alive_ms = self.scene.mono_ms - silent_ms
            self.scene.event(messages.Down(leg=leg, reason=reason, last_alive_ms=alive_ms))

    @rule()
    def worker_dies(self) -> None:
        legs = tuple(self.scene.legs)
        self.scene.legs.clear()
        self.scene.tables.clear()
        self.scene.take(self.scene.room.worker_lost(legs, {}, self.scene.now))

    @rule(member=st.sampled_from(MEMBERS))
    def revokes(self, member: str) -> None:
        self.scene.take(self.scene.room.revoked(member, None, self.scene.now))

    @rule(ms=st.sampled_from([1, 1500, 20_000, 121_000]))
    def waits(self, ms: int) -> None:
        self.scene.pass_ms(ms)

    # --- laws ---

    @invariant()
    def media_flows_only_between_the_admitted_or_in_an_open_look(self) -> None:
        data = self.scene.data
        for leg, row in self.scene.tables.items():
            for slot in row:
                assert slot.source is not None
                reader, source = data.legs[leg].member, data.legs[slot.source].member
                look = data.greet_of(reader)
                if look is not None:
                    assert look.open
                    assert {reader, source} == {look.facilitator, look.member}
                else:
                    assert data.state == "open"
                    assert data.greet_of(source) is None
                    assert data.seats[reader].stage is data.seats[source].stage is Stage.ROOM

    @invariant()
    def tables_agree_with_switches_and_name_each_slot_once(self) -> None:
        data = self.scene.data
        for leg, row in self.scene.tables.items():
            assert len({slot.index for slot in row}) == len(row)
            assert len({slot.source for slot in row}) == len(row)
            for slot in row:
                seat = data.seats[data.legs[slot.source or ""].member]
                assert seat.leg is not None
                assert seat.leg.id == slot.source
                assert slot.audio == (seat.mic and not seat.muted)
                assert slot.video == seat.camera
                assert 0 <= slot.index < data.seats[data.legs[leg].member].slots

    @invariant()
    def nobody_shares_a_seat_and_nobody_is_promoted(self) -> None:
        data = self.scene.data
        assert {m: s.role for m, s in data.seats.items()} == self.roles
        assert sorted(s.seat for s in data.seats.values()) == [0, 1, 2, 3, 4]
        live = [s.socket for s in data.seats.values() if s.socket is not None]
        assert len(live) == len(set(live))
        for seat in data.seats.values():
            if seat.socket is not None:
                assert data.sockets[seat.socket].entrant.member == seat.member

    @invariant()
    def admitted_participants_were_met_on_their_device(self) -> None:
        for seat in self.scene.data.seats.values():
            if seat.stage is Stage.ROOM and not seat.facilitator:
                assert seat.greeted_device == seat.device or seat.known

    @invariant()
    def a_look_is_between_a_connected_facilitator_and_a_connected_waiting_person(self) -> None:
        data = self.scene.data
        members = [m for g in data.greets.values() for m in (g.facilitator, g.member)]
        assert len(members) == len(set(members))
        for look in data.greets.values():
            leader, waiting = data.seats[look.facilitator], data.seats[look.member]
            assert leader.facilitator
            assert leader.stage is Stage.ROOM
            assert waiting.stage is Stage.LOBBY
            assert leader.up
            assert waiting.up
            assert leader.socket
            assert waiting.socket

    @invariant()
    def the_waiting_list_and_calls_are_for_facilitators_inside_only(self) -> None:
        data = self.scene.data
        for socket in data.sockets.values():
            view = self.scene.state(socket.id)
            seat = data.seats[socket.entrant.member]
            if not seat.facilitator or seat.socket != socket.id or seat.stage is not Stage.ROOM:
                assert view.waiting == view.calls == view.turned_away == ()
            if view.stage in ("door", "lobby", "elsewhere"):
                assert view.members == ()
                assert all(slot.member is None for slot in view.slots)

    @invariant()
    def views_and_tables_tell_the_same(self) -> None:
        data = self.scene.data
        for seat in data.seats.values():
            if seat.socket is None or not seat.up or seat.leg is None:
                continue
            view = self.scene.state(seat.socket)
            shown = {s.slot: s.member for s in view.slots if s.member is not None}
            for slot in self.scene.tables.get(seat.leg.id, ()):
                assert shown[slot.index] == data.legs[slot.source or ""].member

    @invariant()
    def a_held_or_ended_room_forwards_nothing_to_the_group(self) -> None:
        data = self.scene.data
        if data.state == "ended":
            assert not any(self.scene.tables.values())
            assert data.sockets == {}

    @invariant()
    def every_start_of_media_has_at_most_one_end(self) -> None:
        up: set[str | None] = set()
        for note in self.scene.facts:
            if note.kind is Kind.TRANSPORT_UP:
                assert note.connection not in up
                up.add(note.connection)
            elif note.kind is Kind.TRANSPORT_DOWN:
                assert note.connection in up
                up.remove(note.connection)
        assert up == {leg.id for leg in self.scene.data.legs.values() if leg.up}

    @invariant()
    def versions_rise(self) -> None:
        for socket, heard in self.scene.heard.items():
            versions = [m.version for m in heard if isinstance(m, told.State)]
            assert versions == sorted(set(versions)), socket


Evening.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestEvening = Evening.TestCase
