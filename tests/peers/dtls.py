"""The DTLS client half of DTLS-SRTP (RFC 5764, RFC 8842) on pyOpenSSL's memory BIOs, and SRTP in place
through libsrtp. No task of its own: datagrams in by `feed`, datagrams out by the `send` callable, time by
`tick`."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

MTU = 1200
PROFILES = {
    b"SRTP_AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
DIGESTS = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}


def digest(certificate: x509.Certificate, name: str = "sha-256") -> str:
    """The fingerprint of RFC 8122: upper-case hex pairs with colons."""
    return certificate.fingerprint(DIGESTS[name]).hex(":").upper()


@dataclass(frozen=True)
class Identity:
    """A self-signed P-256 certificate and its key; one serves any number of peers."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def fresh(cls) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - day).not_valid_after(now + 30 * day)
        return cls(key, builder.sign(key, hashes.SHA256()))


class Dtls:
    """One client association. `ready` is called once with (outgoing, incoming) SRTP; `state` tells the rest:
    new, connecting, connected, closed (the server said so), failed."""

    def __init__(
        self, identity: Identity, send: Callable[[bytes], object], ready: Callable[[Srtp, Srtp], object]
    ) -> None:
        self._send, self._ready = send, ready
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
        context.set_cipher_list(
            b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256"
        )
        context.set_tlsext_use_srtp(b":".join(PROFILES))
        self._ssl = SSL.Connection(context, None)
        self._ssl.set_ciphertext_mtu(MTU)
        self._ssl.set_connect_state()
        self.state, self.cause, self._fingerprints = "new", "", {}  # type: ignore[var-annotated]

    def start(self, fingerprints: dict[str, str]) -> None:
        """Send the first flight; `fingerprints` (algorithm -> value) are what the answer promised."""
        self._fingerprints = {name.lower(): value.upper() for name, value in fingerprints.items()}
        self.state = "connecting"
        self._step()

    def feed(self, datagram: bytes) -> None:
        """Take one DTLS datagram from the server."""
        if self.state == "new":
            return
        self._ssl.bio_write(datagram)
        if self.state == "connecting":
            self._step()
        elif self.state == "connected":
            self._after()

    def tick(self) -> None:
        """Retransmit when OpenSSL's timer is due."""
        if self.state != "connecting":
            return
        timeout = self._ssl.DTLSv1_get_timeout()
        if timeout is not None and timeout <= 0:
            self._ssl.DTLSv1_handle_timeout()
            self._flush()

    def close(self) -> None:
        """Say goodbye (close_notify)."""
        if self.state == "connected":
            try:
                self._ssl.shutdown()
            except SSL.Error as error:
                self.cause = repr(error)
            self._flush()
        self.state = "closed"

    def _after(self) -> None:
        try:
            self._ssl.recv(1500)
        except SSL.ZeroReturnError:
            self.state = "closed"
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self.cause = repr(error)
        self._flush()

    def _step(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        except SSL.Error as error:
            self.state, self.cause = "failed", repr(error)
            self._flush()
            return
        self._flush()
        self._finish()

    def _finish(self) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        right = certificate is not None and all(
            digest(certificate, name) == value
            for name, value in self._fingerprints.items()
            if name in DIGESTS
        )
        if not right or not self._fingerprints:
            self.state, self.cause = "failed", "fingerprint"
            return
        profile, key, salt = PROFILES[self._ssl.get_selected_srtp_profile()]
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        salts = 2 * key
        ours = material[:key] + material[salts : salts + salt]
        theirs = material[key:salts] + material[salts + salt :]
        self.state = "connected"
        self._ready(Srtp(profile, ours, outgoing=True), Srtp(profile, theirs, outgoing=False))

    def _flush(self) -> None:
        out = bytearray()
        while True:
            try:
                out += self._ssl.bio_read(65536)
            except SSL.Error:
                break
        for datagram in _datagrams(bytes(out)):
            self._send(datagram)


def _datagrams(records: bytes) -> list[bytes]:
    """Cut a run of DTLS records into datagrams of at most MTU bytes, whole records each (RFC 6347 4.1.1)."""
    found: list[bytes] = []
    current = b""
    while len(records) >= 13:
        size = 13 + struct.unpack_from("!H", records, 11)[0]
        if current and len(current) + size > MTU:
            found.append(current)
            current = b""
        current += records[:size]
        records = records[size:]
    current += records
    return [*found, current] if current else found


class Srtp:
    """One direction of SRTP for all SSRCs (RFC 3711, RFC 7714), working inside a cffi buffer of the
    caller."""

    def __init__(self, profile: int, key: bytes, *, outgoing: bool) -> None:
        kind = Policy.SSRC_ANY_OUTBOUND if outgoing else Policy.SSRC_ANY_INBOUND
        self._policy = Policy(key=key, ssrc_type=kind, srtp_profile=profile)
        self._policy.allow_repeat_tx = True
        self._policy.window_size = 1024
        self._session = Session(self._policy)
        self.context: Any = self._session._srtp[0]

    def protect_rtcp(self, packet: bytes) -> bytes:
        """The SRTCP packet for `packet`."""
        return self._session.protect_rtcp(packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The RTCP packet in `packet`; pylibsrtp.Error when it is not authentic."""
        return self._session.unprotect_rtcp(packet)


class Buffer:
    """A packet buffer that libsrtp works in: `cdata` for libsrtp, `view` for sockets and struct."""

    def __init__(self, size: int = 2048) -> None:
        self.cdata = ffi.new("unsigned char[]", size)
        self.view = memoryview(ffi.buffer(self.cdata))
        self.length = ffi.new("int *")


REPLAYED = (9, 10)
"""libsrtp's answers to a packet that came before (RFC 3711 3.3.2)."""

protect = lib.srtp_protect
unprotect = lib.srtp_unprotect
