"""DTLS and SRTP of aiortc and pylibsrtp: the one file that touches their private parts.

Used of aiortc: certificates, and RTCDtlsTransport on a transport of our own which only ever carries DTLS
datagrams. Used of pylibsrtp: the C library itself, to open and close packets in place in buffers that live as
long as the process; its public calls copy each packet twice. All of it belongs to one thread. `self_check`
proves at start that the parts are where this file expects them.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc import rtcdtlstransport as _dtls
from pylibsrtp._binding import ffi, lib

BUFFER_BYTES = 2048
TAG_ROOM_BYTES = 148
"Bytes that libsrtp may add behind a packet (SRTCP index, tag, MKI)."

srtp_protect: Any = lib.srtp_protect
srtp_unprotect: Any = lib.srtp_unprotect
srtp_protect_rtcp: Any = lib.srtp_protect_rtcp
srtp_unprotect_rtcp: Any = lib.srtp_unprotect_rtcp
copy_into: Any = ffi.memmove

SENT_WINDOW = 512
"Packets that libsrtp looks back upon when it closes: as far as a repeat on the SSRC itself can reach."
_QUEUE = 64
_PROFILES = [
    # AES-128 costs less per byte than AES-256 and is what RFC 8827 section 6.5 lets every browser speak.
    p
    for name in ("SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_256_GCM", "SRTP_AES128_CM_SHA1_80")
    for p in _dtls.SRTP_PROFILES
    if p is getattr(_dtls, name)
]

# aiortc says at warning level, with a traceback, that a peer sent nonsense; here that is counted instead.
logging.getLogger("aiortc").setLevel(logging.CRITICAL)


def address_of(pointer: Any) -> int:
    """Where a context or a function of libsrtp lies, for code compiled on its own."""
    for name in ("srtp_protect", "srtp_unprotect"):
        if pointer is getattr(lib, name):
            pointer = ffi.addressof(lib, name)
    return int(ffi.cast("uintptr_t", pointer))


class Scratch:
    """A packet buffer that libsrtp can work on in place."""

    __slots__ = ("arrived_s", "data", "length", "pointer", "view")

    def __init__(self) -> None:
        self.data = bytearray(BUFFER_BYTES + TAG_ROOM_BYTES)
        self.arrived_s = 0.0
        "When the kernel took what lies here, 0 when it did not say. Only differences mean something."
        self.view = memoryview(self.data)
        self.pointer: Any = ffi.from_buffer(self.data)
        self.length: Any = ffi.new("int *")


class Certificate:
    """The DTLS certificate of a process."""

    def __init__(self) -> None:
        self._certificate = RTCCertificate.generateCertificate()
        self.fingerprint: str = next(
            f.value for f in self._certificate.getFingerprints() if f.algorithm == "sha-256"
        )
        "SHA-256, upper-case hex with colons."


class SlotSeal:
    """The context in which the packets of one slot section are closed.

    libsrtp looks for the SSRC of each packet in a list; a context of their own for the two of a section
    spares walking past those of all other sections. No SSRC may be closed in two contexts.
    """

    __slots__ = ("_session", "context")

    def __init__(self, policy: pylibsrtp.Policy) -> None:
        self._session = pylibsrtp.Session(policy)  # the context lives as long as this
        self.context: Any = self._session._srtp[0]


class SrtpKeys:
    """Contexts of one leg: `open` for packets that came, `seal` for RTCP to send, `slot` for RTP.

    Opaque to all but this file.
    """

    __slots__ = ("_policy", "_sessions", "open", "overhead", "seal")

    def __init__(
        self, rx: pylibsrtp.Session, tx: pylibsrtp.Session, sending: pylibsrtp.Policy, overhead: int
    ) -> None:
        self._sessions = (rx, tx)  # the contexts live as long as these
        self._policy = sending
        self.open: Any = rx._srtp[0]
        self.seal: Any = tx._srtp[0]
        self.overhead = overhead
        "Bytes that protection adds to each RTP packet."

    def slot(self) -> SlotSeal:
        """A new context for the RTP of one slot section."""
        return SlotSeal(self._policy)

    def forget(self, ssrc: int) -> None:
        """Drops what libsrtp keeps for an incoming SSRC: it keeps state for every one that authenticates."""
        with contextlib.suppress(pylibsrtp.Error):  # it keeps none for this one
            self._sessions[0].remove_stream(ssrc)


class _Wire:
    """What RTCDtlsTransport takes for an ICE transport: a bounded queue in, a function out."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._out = send
        self._in: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE)

    def put(self, datagram: bytes | None) -> None:
        if not self._in.full():
            self._in.put_nowait(datagram)

    async def _recv(self) -> bytes:
        datagram = await self._in.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._out(datagram)


class DtlsLeg:
    """One DTLS association. `on_state` hears `connected`.

    `closed` (by the peer) or `failed`, each at most once.
    """

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        on_state: Callable[[str], None],
        role: str = "server",
    ) -> None:
        self._wire = _Wire(send)
        self._on_state: Callable[[str], None] | None = on_state
        self._transport = RTCDtlsTransport(self._wire, [certificate._certificate])  # type: ignore[arg-type]
        self._transport._set_role(role)
        self._transport._srtp_profiles = _PROFILES
        self._transport.on("statechange", self._changed)
        self._task: asyncio.Task[None] | None = None
        self.keys: SrtpKeys | None = None
        "Set when connected."

    def start(self, fingerprints: Sequence[tuple[str, str]]) -> None:
        """Begins the handshake; the peer must own a certificate with these (algorithm.

        Value) fingerprints.
        """
        remote = RTCDtlsParameters(fingerprints=[RTCDtlsFingerprint(a, v) for a, v in fingerprints])
        self._task = asyncio.get_running_loop().create_task(self._run(remote))

    def feed(self, datagram: bytes) -> None:
        """Takes one datagram of the peer; drops it when it is empty or 64 wait already."""
        if datagram:
            self._wire.put(datagram)

    async def close(self) -> None:
        """Sends close_notify and forgets the peer; `on_state` hears nothing any more."""
        self._on_state = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        pump = self._transport._task
        await self._transport.stop()
        if pump is not None:
            await asyncio.gather(pump, return_exceptions=True)

    async def _run(self, remote: RTCDtlsParameters) -> None:
        try:
            await self._transport.start(remote)
        except Exception:  # OpenSSL wrappers raise many kinds; each one means that this peer cannot connect
            self._tell("failed")

    def _changed(self) -> None:
        state = self._transport.state
        if state == "connected":
            rx, tx = self._transport._rx_srtp, self._transport._tx_srtp
            self.keys = SrtpKeys(rx, tx, self._sending(), 16 if "GCM" in self._profile() else 10)
        if state in ("connected", "failed", "closed"):
            self._tell(state)

    def _sending(self) -> pylibsrtp.Policy:
        """What the transport's own sending context was made of (RFC 5764 section 4.2)."""
        assert self._transport._ssl is not None
        profile = next(p for p in _PROFILES if p.openssl_profile.decode() == self._profile())
        size = 2 * (profile.key_length + profile.salt_length)
        exported = self._transport._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        policy = pylibsrtp.Policy(
            key=profile.get_key_and_salt(exported, 1 if self._transport._role == "server" else 0),
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=profile.libsrtp_profile,
        )
        policy.allow_repeat_tx = True
        policy.window_size = SENT_WINDOW
        return policy

    def _profile(self) -> str:
        assert self._transport._ssl is not None
        return bytes(self._transport._ssl.get_selected_srtp_profile()).decode()

    def _tell(self, state: str) -> None:
        on_state = self._on_state
        if on_state is not None:
            if state != "connected":
                self._on_state = None
            on_state(state)


async def self_check() -> None:
    """Shakes hands with itself in memory and passes RTP and RTCP both ways.

    Raises RuntimeError when the installed libraries do not do what the media plane needs.
    """
    certificate = Certificate()
    fingerprints = [("sha-256", certificate.fingerprint)]
    ready: asyncio.Queue[str] = asyncio.Queue()
    pair: list[DtlsLeg] = []
    pair.append(DtlsLeg(certificate, lambda d: pair[1].feed(d), ready.put_nowait, "server"))
    pair.append(DtlsLeg(certificate, lambda d: pair[0].feed(d), ready.put_nowait, "client"))
    try:
        for leg in pair:
            leg.start(fingerprints)
        async with asyncio.timeout(5):
            states = [await ready.get(), await ready.get()]
        if (
            states != ["connected", "connected"]
            or not _passes(pair[0], pair[1])
            or not _passes(pair[1], pair[0])
        ):
            raise RuntimeError("SRTP through aiortc and pylibsrtp does not work with the installed versions")
    except (AttributeError, TimeoutError, TypeError) as error:
        raise RuntimeError("aiortc or pylibsrtp miss a part that the media plane uses") from error
    finally:
        for leg in pair:
            await leg.close()


def _passes(sender: DtlsLeg, receiver: DtlsLeg) -> bool:
    """True when an RTP and an RTCP packet come out of the receiver as they went into the sender."""
    assert sender.keys is not None
    assert receiver.keys is not None
    rtp = bytes.fromhex("806f0001000000010000aaaa") + b"payload"
    rtcp = bytes.fromhex("80c9000100001111")
    scratch = Scratch()
    for packet, close, open_, overhead in (
        (rtp, srtp_protect, srtp_unprotect, sender.keys.overhead),
        (rtcp, srtp_protect_rtcp, srtp_unprotect_rtcp, None),
    ):
        scratch.data[: len(packet)] = packet
        scratch.length[0] = len(packet)
        if close(sender.keys.seal, scratch.pointer, scratch.length):
            return False
        if overhead is not None and scratch.length[0] != len(packet) + overhead:
            return False
        if open_(receiver.keys.open, scratch.pointer, scratch.length):
            return False
        if scratch.data[: scratch.length[0]] != packet:
            return False
    return True
