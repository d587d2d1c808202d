"""The media side of a peer: one UDP socket, ICE, DTLS, SRTP both ways, and the browser's feedback.

Hot paths (`_readable`, `_rtp`, `transmit`) work inside two packet buffers shared by the process: nothing
awaits between filling and using them. `injected` is a share of media packets lost on purpose in either
direction."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections.abc import Awaitable, Callable

from tests.peers import dtls, rtcp, sdp
from tests.peers.ice import Ice
from tests.peers.incoming import Incoming, Tally
from tests.peers.outgoing import Outgoing

Address = tuple[str, int]
Negotiate = Callable[[str], Awaitable[str]]
IN, OUT = dtls.Buffer(), dtls.Buffer()
DRAIN = 48
MOST_TOLD = 300
"""Packets one feedback speaks of: a client that was late has many to tell, and a datagram has an end."""
IDENTITY = dtls.Identity.fresh()
_header = struct.Struct("!BBHII").unpack_from
_block = struct.Struct("!HBH").unpack_from


class Leg:
    """One connection to the server. `via` replaces the announced candidate (a relay)."""

    def __init__(
        self, profile: sdp.Profile, *, seed: int, via: Address | None = None, injected: float = 0.0
    ) -> None:
        self.profile, self.via = profile, via
        self.dice = random.Random(seed)
        self.injected = injected
        self._to_drop_out, self._to_drop_in = self._next_drop(), self._next_drop()
        self.ice = Ice(self._write, self._ice_heard)
        self.dtls = dtls.Dtls(IDENTITY, self._write, self._srtp_ready)
        self.up = asyncio.Event()
        self.answer = sdp.Answer()
        self.incoming: dict[int, Incoming] = {}
        self.repairs: dict[int, Incoming] = {}
        self.slots: dict[tuple[int, str], Incoming] = {}
        self.outgoing: dict[int, Outgoing] = {}
        self.tally = Tally()
        self.version = 0
        count = max(1, len(profile.rids))
        self.ssrcs = [self.dice.randrange(1, 1 << 32) for _ in range(1 + 2 * count)]
        self.transport = 0
        self._arrivals: list[tuple[int, int]] = []
        self._highest = -1
        self._feedback = 0
        self._gapped: set[Incoming] = set()
        self._report_at = 0.0
        self.on_key_wanted: Callable[[int], object] | None = None
        self.sock = self._socket()
        self._tx: dtls.Srtp | None = None
        self._rx: dtls.Srtp | None = None
        self.closed = False

    # negotiation

    def offer(self) -> str:
        """The offer of now; a changed ICE credential makes it an ICE restart."""
        self.version += 1
        count = max(1, len(self.profile.rids))
        local = sdp.Local(
            ufrag=self.ice.ufrag,
            password=self.ice.password,
            fingerprint=dtls.digest(IDENTITY.certificate),
            audio=self.ssrcs[0],
            video=tuple(self.ssrcs[1 : 1 + count]),
            rtx=tuple(self.ssrcs[1 + count :]),
            version=self.version,
        )
        return sdp.offer(self.profile, local)

    async def connect(self, negotiate: Negotiate, timeout: float = 10.0) -> None:
        """Offer, take the answer, and return when DTLS is up; TimeoutError otherwise."""
        self.accept(await negotiate(self.offer()))
        await asyncio.wait_for(self.up.wait(), timeout)

    async def restart(self, negotiate: Negotiate, *, move: bool = False) -> None:
        """An ICE restart by a new offer; `move` takes a new local port as a new network does."""
        self.ice.renew()
        if move:
            self.move()
        self.accept(await negotiate(self.offer()))

    def accept(self, text: str) -> None:
        """Use an answer: the first starts the connection, later ones restart ICE."""
        self.answer = answer = sdp.answer(text)
        self.sock.connect(self.via or answer.udp[0])
        for section in answer.sections[2:]:
            self._expect(section)
        self.ice.start(answer.ufrag, answer.password)

    def _expect(self, section: sdp.Section) -> None:
        if section.primary is None or section.primary in self.incoming:
            return
        slot = (int(section.mid) - 2) // 2
        payload = sdp.OPUS if section.kind == "audio" else sdp.VP8
        nackable = section.kind == "video" or any(
            line.endswith(f":{sdp.OPUS} nack") for line in section.lines
        )
        stream = Incoming(section.primary, section.kind, slot, payload, self.tally, repairable=nackable)
        self.incoming[section.primary] = self.slots[slot, section.kind] = stream
        if section.repair is not None:
            self.repairs[section.repair] = stream

    # the wire

    def _socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("", 0))
        asyncio.get_running_loop().add_reader(sock, self._readable)
        return sock

    def move(self) -> None:
        """Take a new local port, as when the phone changes its network: the server hears of it by the next
        check."""
        target = self.sock.getpeername()
        asyncio.get_running_loop().remove_reader(self.sock)
        self.sock.close()
        self.sock = self._socket()
        self.sock.connect(target)
        self.ice.check()

    def _write(self, datagram: bytes | memoryview) -> None:
        try:
            self.sock.send(datagram)
        except (BlockingIOError, ConnectionError):
            self.tally.dropped += 1

    def send_raw(self, datagram: bytes) -> None:
        """Put a datagram on the wire as it is."""
        self._write(datagram)

    def _readable(self) -> None:
        sock, view = self.sock, IN.view
        for _ in range(DRAIN):
            try:
                size = sock.recv_into(view)
            except BlockingIOError:
                break
            except ConnectionError:
                continue
            first = view[0] if size else 0
            if 128 <= first < 192 and size > 12:
                if 192 <= view[1] <= 223:
                    self._rtcp(bytes(view[:size]))
                else:
                    self._rtp(size)
            elif first < 4:
                self.ice.feed(bytes(view[:size]))
            elif 20 <= first < 64:
                self._dtls_in(bytes(view[:size]))
            if self.closed:
                return
        if self._gapped:
            self._ask(time.monotonic())

    def _dtls_in(self, datagram: bytes) -> None:
        self.dtls.feed(datagram)

    def _ice_heard(self) -> None:
        if self.dtls.state == "new":
            self.dtls.start(self.answer.fingerprints)

    def _srtp_ready(self, outgoing: dtls.Srtp, incoming: dtls.Srtp) -> None:
        self._tx, self._rx = outgoing, incoming
        self.up.set()

    def _next_drop(self) -> int:
        return 1 + int(self.dice.expovariate(self.injected)) if self.injected else -1

    # RTP in

    def _rtp(self, size: int) -> None:
        if self._to_drop_in > 0:
            self._to_drop_in -= 1
            if not self._to_drop_in:
                self._to_drop_in = self._next_drop()
                self.tally.dropped += 1
                return
        rx, view = self._rx, IN.view
        if rx is None:
            return
        IN.length[0] = size
        error = dtls.unprotect(rx.context, IN.cdata, IN.length)
        if error:
            if error in dtls.REPLAYED:
                self.tally.repeats += 1
            else:
                self.tally.unauthentic += 1
            return
        size = IN.length[0]
        now = time.monotonic_ns()
        first, second, sequence, timestamp, ssrc = _header(view)
        start = 12 + 4 * (first & 15)
        if first & 16:
            start = self._extensions(view, start, now)
        if first & 32:
            size -= view[size - 1]
        stream = self.incoming.get(ssrc)
        if stream is None:
            stream = self._repaired(ssrc, view, start, size, second, timestamp, now)
        elif not stream.swift(view, start, size, sequence, second, timestamp, now):
            stream.take(view, start, size, sequence, second, timestamp, now, False)
        if stream is not None and stream.gaps:
            self._gapped.add(stream)

    def _repaired(
        self, ssrc: int, view: memoryview, start: int, size: int, second: int, ts: int, now: int
    ) -> Incoming | None:
        stream = self.repairs.get(ssrc)
        if stream is None:
            self.tally.strangers += 1
            return None
        self.tally.repairs += 1
        if size - start < 2:
            return stream
        sequence = view[start] << 8 | view[start + 1]
        stream.take(view, start + 2, size, sequence, second, ts, now, True)
        return stream

    def _extensions(self, view: memoryview, at: int, now: int) -> int:
        """Note the transport number; returns where the payload begins (RFC 8285, one-byte form)."""
        words, tag, number = _block(view, at + 2)
        end: int = at + 4 + 4 * words
        if tag == sdp.TWCC << 4 | 1:
            self._arrived(number, now)
            return end
        at += 4
        while at < end:
            tag = view[at]
            if tag == 0:
                at += 1
                continue
            if tag >> 4 == sdp.TWCC:
                self._arrived(view[at + 1] << 8 | view[at + 2], now)
                break
            at += 2 + (tag & 15)
        return end

    def _arrived(self, number: int, now: int) -> None:
        highest = self._highest
        if number == (highest + 1) & 0xFFFF and highest >= 0:
            self._highest = highest = highest + 1
            self._arrivals.append((highest, now))
            return
        full = number if highest < 0 else highest + ((number - highest + 0x8000) & 0xFFFF) - 0x8000
        if full > highest:
            self._highest = full
        self._arrivals.append((full, now))

    # RTP out

    def transmit(self, packet: bytes, *, lossy: bool = True) -> None:
        """Encrypt and send one RTP packet."""
        self.transport += 1
        if lossy and self._to_drop_out > 0:
            self._to_drop_out -= 1
            if not self._to_drop_out:
                self._to_drop_out = self._next_drop()
                return
        tx = self._tx
        if tx is None:
            return
        size = len(packet)
        OUT.view[:size] = packet
        OUT.length[0] = size
        error = dtls.protect(tx.context, OUT.cdata, OUT.length)
        if error in dtls.REPLAYED and not lossy:
            return  # asked for anew when it is too old to be sent again
        if error:
            raise RuntimeError("libsrtp would not protect a packet")
        self._write(OUT.view[: OUT.length[0]])

    def send_frame(self, stream: Outgoing) -> None:
        """Send the next frame of an encoding."""
        for packet in stream.next_frame(self.transport):
            self.transmit(packet)

    # RTCP

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypt and send one RTCP packet."""
        if self._tx is not None:
            self._write(self._tx.protect_rtcp(packet))

    def _rtcp(self, datagram: bytes) -> None:
        if self._rx is None:
            return
        try:
            packet = self._rx.unprotect_rtcp(datagram)
        except Exception:  # pylibsrtp.Error has no narrower home
            self.tally.unauthentic += 1
            return
        for kind, count, body in rtcp.walk(packet):
            self._report(kind, count, body)

    def _report(self, kind: int, count: int, body: bytes) -> None:
        tally = self.tally
        if kind == rtcp.SR:
            tally.sr_got += 1
            self._sender_report(body)
        elif kind == rtcp.RR:
            tally.rr_got += 1
        elif kind == rtcp.RTPFB and count == rtcp.TWCC:
            tally.twcc_got += 1
        elif kind == rtcp.RTPFB and count == rtcp.NACK:
            tally.nack_got += 1
            media, lost = rtcp.nacked(body)
            self._answer(self.outgoing.get(media), lost)
        elif kind == rtcp.PSFB and count in (rtcp.PLI, rtcp.FIR):
            tally.pli_got += 1
            media = struct.unpack_from("!I", body, 4 if count == rtcp.PLI else 8)[0]
            self._key(media)

    def _key(self, media: int) -> None:
        for stream in self.outgoing.values():  # one layer's request makes every layer's encoder begin anew
            if stream.clip.kind == "video" and media in self.outgoing:
                stream.request_key()

    def _answer(self, stream: Outgoing | None, lost: list[int]) -> None:
        for sequence in lost if stream is not None else ():
            packet = stream.again(sequence, self.transport)  # type: ignore[union-attr]
            if packet is not None:
                self.transmit(packet, lossy=False)

    def _sender_report(self, body: bytes) -> None:
        ssrc, seconds, fraction = struct.unpack_from("!III", body)
        stream = self.incoming.get(ssrc)
        if stream is not None:
            stream.sr_middle = (seconds & 0xFFFF) << 16 | fraction >> 16
            stream.sr_at = time.monotonic()

    # feedback

    def tick(self, now: float) -> None:
        """Everything that is due: call each 20-100 ms."""
        self.ice.tick(now)
        self.dtls.tick()
        if self._tx is None:
            return
        if self._gapped:
            self._ask(now)
        if self._arrivals:
            self._transport_feedback()
        if now >= self._report_at:
            self._report_at = now + 1.0
            self._reports(now)

    def _ask(self, now: float) -> None:
        for stream in list(self._gapped):
            wanted = stream.wanted(now)
            if wanted:
                self.tally.nacks += 1
                self.send_rtcp(rtcp.nack(self.ssrcs[0], stream.ssrc, wanted))
            if not stream.gaps:
                self._gapped.discard(stream)

    def ask_key(self, slot: int) -> None:
        """Ask for a key frame of the video in `slot`."""
        self.tally.plis += 1
        self.send_rtcp(rtcp.pli(self.ssrcs[0], self.slots[slot, "video"].ssrc))

    def _transport_feedback(self) -> None:
        arrivals, self._arrivals = self._arrivals, []
        arrivals.sort()
        media = next(iter(self.incoming), 0)
        for start in range(0, len(arrivals), MOST_TOLD):
            told = arrivals[start : start + MOST_TOLD]
            self.send_rtcp(rtcp.transport_feedback(self.ssrcs[0], media, self._feedback, told))
            self._feedback += 1
            self.tally.twcc_sent += 1

    def _reports(self, now: float) -> None:
        blocks = [s.block(now) for s in self.incoming.values() if s.began]
        compound = rtcp.receiver_report(self.ssrcs[0], blocks)
        for stream in self.outgoing.values():
            if stream.packets:
                compound += stream.report() + rtcp.sdes(stream.names.ssrc, f"c-{self.ice.ufrag}")
        self.send_rtcp(compound)

    def close(self, *, goodbye: bool = True) -> None:
        """Close the socket, with a DTLS close_notify when `goodbye`."""
        if self.closed:
            return
        if goodbye:
            self.dtls.close()
        self.closed = True
        asyncio.get_running_loop().remove_reader(self.sock)
        self.sock.close()
