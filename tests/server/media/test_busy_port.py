"""A port under load reads by the clock, loses nothing by it, and goes back to waiting."""

import asyncio
import socket

import pytest

from server.media import udp
from server.media.receive import inbox


async def test_a_busy_port_takes_everything_and_calms_down_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "_TURNS", 4)
    monkeypatch.setattr(udp, "_BUSY_RATE", 10)
    monkeypatch.setattr(udp, "_CALM_RATE", 5)
    taken: list[bytes] = []
    port = udp.UdpPort("127.0.0.1", 0, lambda size, address, send: taken.append(bytes(inbox.view[:size])))
    port.open()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        async with asyncio.timeout(10):
            sent = 0
            while port._timer is None or sent < 400:
                sender.sendto(b"%d" % sent, (port.host, port.port))
                sent += 1
                await asyncio.sleep(0)
            while len(taken) < sent or port._timer is not None:
                await asyncio.sleep(0.01)
            sender.sendto(b"late", (port.host, port.port))
            while taken[-1] != b"late":
                await asyncio.sleep(0.01)
    finally:
        port.close()
        sender.close()

    assert taken[:-1] == [b"%d" % number for number in range(sent)]
    assert inbox.arrived_s > 0
