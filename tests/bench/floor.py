"""What a forwarded packet costs at least here: SRTP protection in place and a datagram, nothing else.

AES-128-GCM `srtp_protect` through cffi on a preallocated packet of 1012 bytes, then `sendto` on an
unconnected socket, to nine addresses in turn (the same sequence number again, which libsrtp allows: no
header is rewritten). Run as a process of its own on the core that is asked about: `python -m
tests.bench.floor` prints the median of 11 runs, CPU microseconds (user + system) a packet.
"""

from __future__ import annotations

import os
import socket
import statistics
import time
from typing import Any

from pylibsrtp import Policy

from tests.peers import dtls

PACKET = 1012
RECEIVERS = 9
TAG = 16
ROUNDS = 12
BATCHES = 30
RUNS = 11


def measure() -> float:
    """CPU microseconds a packet, median of the runs."""
    receivers = [_bound() for _ in range(RECEIVERS)]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    context = dtls.Srtp(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, os.urandom(28), outgoing=True)
    buffer = dtls.Buffer()
    runs = []
    for _ in range(RUNS):
        runs.append(_run(context, buffer, sender, [r.getsockname() for r in receivers], receivers))
    for sock in (sender, *receivers):
        sock.close()
    return statistics.median(runs)


def _bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock


def _run(
    context: dtls.Srtp,
    buffer: dtls.Buffer,
    sender: socket.socket,
    addresses: list[tuple[str, int]],
    receivers: list[socket.socket],
) -> float:
    spent = 0.0
    for _ in range(BATCHES):
        spent += _batch(context.context, buffer, sender.sendto, addresses)
        for receiver in receivers:
            _drain(receiver)
    return spent / (BATCHES * ROUNDS * RECEIVERS) * 1e6


def _batch(session: Any, buffer: dtls.Buffer, send: Any, addresses: list[tuple[str, int]]) -> float:
    protect, data, length = dtls.protect, buffer.cdata, buffer.length
    buffer.view[:12] = b"\x80\x60" + bytes(10)
    whole = buffer.view[: PACKET + TAG]
    began = time.process_time()
    for _ in range(ROUNDS):
        for address in addresses:
            length[0] = PACKET
            protect(session, data, length)
            send(whole, address)
    return time.process_time() - began


def _drain(receiver: socket.socket) -> None:
    try:
        while True:
            receiver.recv(2048)
    except BlockingIOError:
        return


if __name__ == "__main__":
    print(measure())
