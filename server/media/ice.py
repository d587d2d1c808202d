"""ICE-lite (RFC 8445 section 2.5): who a connectivity check belongs to, which path a leg uses, restart and
roaming.

The server sends no checks. A leg is found by the user name fragment of the server in the check; what comes
later from an address that passed a check belongs to the same leg. A nominated check from another address
moves the leg there at once, which is all that a NAT rebinding or a change of network needs.
"""

import secrets
from collections.abc import Callable
from typing import Any, Protocol

from server.media import stun

Address = tuple[Any, ...]
"""What the socket reports: (host, port) for IPv4, (host, port, flow, scope) for IPv6."""
SendTo = Callable[[Any, Any], object]
"""Sends one datagram to an address; of a TCP connection it ignores the address."""

MAX_PATHS = 8
"A client tries each of its interfaces against each of ours; more than this is not a client."
UNNOMINATED_MOVE_S = 3.0
"A check without USE-CANDIDATE takes the leg over only when the selected path was silent for so long."

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Owner(Protocol):
    """What an agent tells its leg."""

    def on_path(self, address: Address, send: SendTo) -> None:
        """The leg sends here from now on."""

    def on_paths_changed(self, added: Address | None, removed: Address | None) -> None:
        """Datagrams from an address belong to the leg from now on, or no longer."""


class Agent:
    """The ICE side of one leg."""

    __slots__ = ("_paths", "_previous", "address", "last_check", "owner", "password", "ufrag")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.ufrag = _random(8)
        self.password = _random(24)
        self._previous: tuple[str, str] | None = None
        self._paths: dict[Address, float] = {}
        self.address: Address | None = None
        "The selected path."
        self.last_check = 0.0
        "Monotonic seconds of the last valid check, 0 before the first."

    def passwords(self) -> list[tuple[str, str]]:
        """Live (ufrag, password) pairs.

        The current, and the one before a restart until the new one is used.
        """
        return [(self.ufrag, self.password)] + ([self._previous] if self._previous else [])

    def restart(self) -> None:
        """New credentials (RFC 8445 section 9).

        The old ones and the old path go on until the new ones are used.
        """
        self._previous = (self.ufrag, self.password)
        self.ufrag, self.password = _random(8), _random(24)

    def checked(self, ufrag: str, address: Address, send: SendTo, nominated: bool, now: float) -> None:
        """Takes note of a valid check."""
        if ufrag == self.ufrag:
            self._previous = None
        self.last_check = now
        if address not in self._paths:
            self._admit(address)
        else:
            # Another leg may have been heard from there meanwhile; the owner knows whose it is now.
            self.owner.on_paths_changed(address, None)
        self._paths[address] = now
        selected = self._paths.get(self.address, 0.0) if self.address is not None else 0.0
        if self.address != address and (nominated or now - selected > UNNOMINATED_MOVE_S):
            self.address = address
            self.owner.on_path(address, send)

    def lost(self, address: Address) -> None:
        """A path cannot be used any more; the next check on another one takes the leg there."""
        if self._paths.pop(address, None) is not None:
            self.owner.on_paths_changed(None, address)
        if self.address == address:
            self.address = None

    def forget(self) -> None:
        """Gives up all paths."""
        for address in list(self._paths):
            self.owner.on_paths_changed(None, address)
        self._paths.clear()

    def _admit(self, address: Address) -> None:
        if len(self._paths) >= MAX_PATHS:
            oldest = min((a for a in self._paths if a != self.address), key=self._paths.__getitem__)
            del self._paths[oldest]
            self.owner.on_paths_changed(None, oldest)
        self.owner.on_paths_changed(address, None)


class Desk:
    """Answers the connectivity checks of all legs of a process."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}
        self.refused = 0
        "Datagrams that looked like STUN and were no valid check."

    def register(self, agent: Agent) -> None:
        """Makes the live credentials of an agent known and forgets others; call again after a restart."""
        self.unregister(agent)
        for ufrag, _ in agent.passwords():
            self._agents[ufrag] = agent

    def unregister(self, agent: Agent) -> None:
        """Forgets an agent under all its names."""
        for ufrag in [u for u, a in self._agents.items() if a is agent]:
            del self._agents[ufrag]

    def handle(self, data: bytes, address: Address, send: SendTo, now: float) -> Agent | None:
        """Answers one STUN datagram; returns the agent whose check it was.

        Unknown names and wrong passwords get no answer at all: the port stays silent to strangers.
        """
        try:
            message = stun.parse(data)
        except ValueError:
            self.refused += 1
            return None
        if message.kind != stun.BINDING_REQUEST:
            return None
        ufrag = message.username.partition(":")[0]
        agent = self._agents.get(ufrag)
        password = dict(agent.passwords()).get(ufrag) if agent is not None else None
        if agent is None or password is None or not stun.verify(data, message, password.encode()):
            self.refused += 1
            return None
        if message.controlled:  # RFC 8445 section 7.3.1.1: a lite agent is always the controlled one
            send(stun.error(message, 487, "Role Conflict", password.encode()), address)
            return None
        send(stun.success(message, (address[0].partition("%")[0], address[1]), password.encode()), address)
        agent.checked(ufrag, address, send, message.use_candidate, now)
        return agent


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
