"""Offers as a browser writes them for one connection with fixed slots (RFC 8829, RFC 8843, RFC 8853), and
what a peer must read from the answer. Apart from the server's own SDP code on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LEVEL, ABS_SEND, TWCC, MID, RID, RRID, ORIENTATION = 1, 2, 3, 4, 10, 11, 13
URIS = {
    LEVEL: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    ABS_SEND: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    TWCC: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    MID: "urn:ietf:params:rtp-hdrext:sdes:mid",
    RID: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    RRID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    ORIENTATION: "urn:3gpp:video-orientation",
}
OPUS, VP8, VP8_RTX = 111, 96, 97


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a client offers: how many slots, simulcast or one layer, retransmission or not, how it feeds
    back."""

    slots: int = 11
    rids: tuple[str, ...] = ()
    rtx: bool = True
    audio_nack: bool = True
    twcc: bool = True
    remb: bool = False
    setup: str = "actpass"


@dataclass(frozen=True, kw_only=True)
class Local:
    """The client's transport: ICE credentials, certificate fingerprint, and its own SSRCs by name."""

    ufrag: str
    password: str
    fingerprint: str
    audio: int
    video: tuple[int, ...]
    rtx: tuple[int, ...]
    version: int = 1


@dataclass
class Section:
    """One m-section of an answer."""

    kind: str
    port: int = 9
    mid: str = ""
    direction: str = "sendrecv"
    payloads: tuple[int, ...] = ()
    ssrcs: list[int] = field(default_factory=list)
    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    cnames: dict[int, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def primary(self) -> int | None:
        """The SSRC of the media."""
        return self.groups["FID"][0] if "FID" in self.groups else next(iter(self.ssrcs), None)

    @property
    def repair(self) -> int | None:
        """The SSRC of retransmissions, None without RTX."""
        return self.groups["FID"][1] if "FID" in self.groups else None


@dataclass
class Answer:
    """What a peer needs of the server's answer."""

    ufrag: str = ""
    password: str = ""
    lite: bool = False
    fingerprints: dict[str, str] = field(default_factory=dict)
    setup: set[str] = field(default_factory=set)
    udp: list[tuple[str, int]] = field(default_factory=list)
    tcp: list[tuple[str, int]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def offer(profile: Profile, local: Local) -> str:
    """The complete offer, CRLF lines."""
    count = 2 + 2 * profile.slots
    lines = ["v=0", f"o=- 4611733054762223410 {local.version} IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines += ["a=group:BUNDLE " + " ".join(str(n) for n in range(count))]
    lines += ["a=extmap-allow-mixed", "a=msid-semantic: WMS"]
    for mid in range(count):
        kind = "audio" if mid % 2 == 0 else "video"
        lines += _head(kind, mid, profile, local)
        lines += _own(kind, profile, local) if mid < 2 else ["a=recvonly"]
        lines += ["a=rtcp-mux", "a=rtcp-rsize", *_codecs(kind, profile)]
        lines += _sources(kind, profile, local) if mid < 2 else []
    return "\r\n".join(lines) + "\r\n"


def _head(kind: str, mid: int, profile: Profile, local: Local) -> Iterator[str]:
    payloads = f"{OPUS}" if kind == "audio" else f"{VP8} {VP8_RTX}" if profile.rtx else f"{VP8}"
    yield f"m={kind} {9 if mid == 0 else 0} UDP/TLS/RTP/SAVPF {payloads}"
    yield from ("c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0")
    yield from (f"a=ice-ufrag:{local.ufrag}", f"a=ice-pwd:{local.password}", "a=ice-options:trickle")
    yield from (f"a=fingerprint:sha-256 {local.fingerprint}", f"a=setup:{profile.setup}", f"a=mid:{mid}")
    if mid:
        yield "a=bundle-only"
    for number in _extensions(kind, mid, profile):
        yield f"a=extmap:{number} {URIS[number]}"


def _extensions(kind: str, mid: int, profile: Profile) -> Iterator[int]:
    if kind == "audio":
        yield LEVEL
    yield ABS_SEND
    if profile.twcc:
        yield TWCC
    yield MID
    if kind == "video":
        yield ORIENTATION
        if mid == 1 and profile.rids:
            yield from (RID, RRID)


def _own(kind: str, profile: Profile, local: Local) -> Iterator[str]:
    yield "a=sendonly"
    yield f"a=msid:- {kind}-{local.ufrag}"


def _codecs(kind: str, profile: Profile) -> Iterator[str]:
    if kind == "audio":
        yield f"a=rtpmap:{OPUS} opus/48000/2"
        if profile.twcc:
            yield f"a=rtcp-fb:{OPUS} transport-cc"
        if profile.audio_nack:
            yield f"a=rtcp-fb:{OPUS} nack"
        yield f"a=fmtp:{OPUS} minptime=10;useinbandfec=1;usedtx=1"
        return
    yield f"a=rtpmap:{VP8} VP8/90000"
    feedback = ["ccm fir", "nack", "nack pli"]
    feedback = (["goog-remb"] if profile.remb else []) + (["transport-cc"] if profile.twcc else []) + feedback
    yield from (f"a=rtcp-fb:{VP8} {name}" for name in feedback)
    if profile.rtx:
        yield from (f"a=rtpmap:{VP8_RTX} rtx/90000", f"a=fmtp:{VP8_RTX} apt={VP8}")


def _sources(kind: str, profile: Profile, local: Local) -> Iterator[str]:
    if kind == "audio":
        yield f"a=ssrc:{local.audio} cname:c-{local.ufrag}"
    elif profile.rids:
        yield from (f"a=rid:{rid} send" for rid in profile.rids)
        yield f"a=simulcast:send {';'.join(profile.rids)}"
    else:
        if profile.rtx:
            yield f"a=ssrc-group:FID {local.video[0]} {local.rtx[0]}"
        for ssrc in (local.video[0], local.rtx[0]) if profile.rtx else local.video[:1]:
            yield f"a=ssrc:{ssrc} cname:c-{local.ufrag}"


def answer(text: str) -> Answer:
    """Read an answer; ValueError when a line has not the form its RFC gives."""
    found = Answer()
    section: Section | None = None
    for line in text.split("\r\n"):
        if line.startswith("m="):
            kind, port, _, *payloads = line[2:].split(" ")
            section = Section(kind, int(port), payloads=tuple(int(p) for p in payloads))
            found.sections.append(section)
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            _transport(found, name, value)
            if section is not None:
                section.lines.append(line)
                _media(section, name, value)
    return found


def _transport(found: Answer, name: str, value: str) -> None:
    if name == "ice-ufrag":
        found.ufrag = value
    elif name == "ice-pwd":
        found.password = value
    elif name == "ice-lite":
        found.lite = True
    elif name == "setup":
        found.setup.add(value)
    elif name == "fingerprint":
        algorithm, _, digest = value.partition(" ")
        found.fingerprints[algorithm] = digest
    elif name == "candidate":
        _candidate(found, value.split(" "))


def _candidate(found: Answer, words: list[str]) -> None:
    _, component, protocol, _, host, port, typ, kind, *rest = words
    if component != "1" or (typ, kind) != ("typ", "host"):
        raise ValueError("a lite agent has host candidates of component 1 only")
    if protocol.lower() == "udp":
        found.udp.append((host, int(port)))
    elif rest[:2] == ["tcptype", "passive"]:
        found.tcp.append((host, int(port)))


def _media(section: Section, name: str, value: str) -> None:
    if name == "mid":
        section.mid = value
    elif name in ("sendonly", "recvonly", "inactive", "sendrecv"):
        section.direction = name
    elif name == "ssrc":
        ssrc, _, attribute = value.partition(" ")
        if int(ssrc) not in section.ssrcs:
            section.ssrcs.append(int(ssrc))
        if attribute.startswith("cname:"):
            section.cnames[int(ssrc)] = attribute[6:]
    elif name == "ssrc-group":
        semantics, *members = value.split(" ")
        section.groups[semantics] = tuple(int(m) for m in members)
