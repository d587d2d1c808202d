from typing import Any

import pytest

from server.media import stun
from server.media.ice import MAX_PATHS, Address, Agent, Desk, SendTo

HOME = ("192.0.2.7", 40000)
STREET = ("198.51.100.9", 50000)


class Wire:
    """Records what an agent tells its leg and what the desk answers."""

    def __init__(self) -> None:
        self.paths: list[Address] = []
        self.known: set[Address] = set()
        self.sent: list[tuple[bytes, Any]] = []

    def on_path(self, address: Address, send: SendTo) -> None:
        self.paths.append(address)

    def on_paths_changed(self, added: Address | None, removed: Address | None) -> None:
        self.known.discard(removed or ())
        if added:
            self.known.add(added)

    def send(self, data: bytes, address: Any) -> None:
        self.sent.append((data, address))

    def answer(self) -> stun.Message:
        return stun.parse(self.sent[-1][0])


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def agent(wire: Wire) -> Agent:
    return Agent(wire)


@pytest.fixture
def desk(agent: Agent) -> Desk:
    made = Desk()
    made.register(agent)
    return made


def check(agent: Agent, **options: Any) -> bytes:
    return stun.request(bytes(12), f"{agent.ufrag}:client", agent.password.encode(), **options)


def test_a_valid_nominated_check_is_answered_and_selects_the_path(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    assert desk.handle(check(agent), HOME, wire.send, 1.0) is agent

    assert wire.answer().mapped == HOME
    assert wire.paths == [HOME]
    assert agent.last_check == 1.0


def test_a_stranger_gets_no_answer(wire: Wire, agent: Agent, desk: Desk) -> None:
    stranger = stun.request(bytes(12), "unknown:client", agent.password.encode())
    forger = stun.request(bytes(12), f"{agent.ufrag}:client", b"guessed")

    for datagram in (stranger, forger, b"\x00\x01", check(agent)[:-1]):
        assert desk.handle(datagram, HOME, wire.send, 1.0) is None

    assert wire.sent == []
    assert wire.known == set()
    assert desk.refused == 4


def test_a_peer_that_wants_to_be_controlled_is_told_of_the_conflict(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    assert desk.handle(check(agent, controlling=False), HOME, wire.send, 1.0) is None

    assert wire.answer().kind == stun.BINDING_ERROR
    assert wire.paths == []


def test_a_nominated_check_from_another_address_moves_the_leg_at_once(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    desk.handle(check(agent), HOME, wire.send, 1.0)
    desk.handle(check(agent), STREET, wire.send, 1.1)

    assert wire.paths == [HOME, STREET]
    assert wire.known == {HOME, STREET}


def test_a_check_without_nomination_takes_over_only_a_silent_path(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    desk.handle(check(agent), HOME, wire.send, 1.0)
    desk.handle(check(agent, use_candidate=False), STREET, wire.send, 2.0)
    assert wire.paths == [HOME]

    desk.handle(check(agent, use_candidate=False), STREET, wire.send, 4.5)
    assert wire.paths == [HOME, STREET]


def test_a_restart_keeps_the_old_credentials_until_the_new_ones_are_used(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    desk.handle(check(agent), HOME, wire.send, 1.0)
    old = check(agent)
    agent.restart()
    desk.register(agent)

    assert desk.handle(old, HOME, wire.send, 2.0) is agent
    assert desk.handle(check(agent), STREET, wire.send, 2.1) is agent
    assert desk.handle(old, HOME, wire.send, 2.2) is None
    assert agent.address == STREET


def test_addresses_of_a_leg_are_bounded_and_the_selected_one_stays(
    wire: Wire, agent: Agent, desk: Desk
) -> None:
    desk.handle(check(agent), HOME, wire.send, 1.0)
    for port in range(100):
        desk.handle(check(agent, use_candidate=False), ("192.0.2.8", 1000 + port), wire.send, 1.0)

    assert len(wire.known) == MAX_PATHS
    assert HOME in wire.known
