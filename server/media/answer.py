"""Choosing what to take from an offer and writing the answer.

The profile: the client always offers, one PeerConnection, everything bundled. The first section of each
kind in which the client sends is its microphone and its camera; its i-th receive-only audio and video
sections are slot i. The answer repeats the ids and payload types of the offer, as RFC 9429 section 5.3.1
asks of an answerer.
"""

from dataclasses import dataclass

from server.media import sdp

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
ORIENTATION = "urn:3gpp:video-orientation"
_EXTENSIONS = (LEVEL, ABS_TIME, TRANSPORT_CC, MID, RID, REPAIRED_RID, ORIENTATION)
_FEEDBACK = ("transport-cc", "ccm fir", "nack", "nack pli")
_NAMES = {"audio": "opus", "video": "vp8"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """One section as both sides will use it."""

    kind: str
    mid: str
    payload_type: int
    rtx_type: int | None
    extensions: dict[str, int]
    feedback: tuple[str, ...]
    rids: tuple[str, ...] = ()
    "Layers that the client sends, lowest first as it named them."
    ssrcs: tuple[int, ...] = ()
    repairs: tuple[tuple[int, int], ...] = ()
    "(RTX SSRC, repaired SSRC) pairs that the client named."
    slot: int | None = None
    "Set for a section in which the server sends."


@dataclass(frozen=True, slots=True)
class Plan:
    """What an offer becomes: accepted sections by their place in it, None for a section refused or idle."""

    offer: sdp.Description
    sections: tuple[Accepted | None, ...]
    idle: frozenset[int]
    "Places of sections that are kept in the bundle but carry nothing."

    def microphone(self) -> Accepted | None:
        """The section in which the client sends audio."""
        return next((s for s in self.sections if s and s.slot is None and s.kind == "audio"), None)

    def camera(self) -> Accepted | None:
        """The section in which the client sends video."""
        return next((s for s in self.sections if s and s.slot is None and s.kind == "video"), None)

    def slots(self) -> list[Accepted]:
        """The sections in which the server sends."""
        return [s for s in self.sections if s and s.slot is not None]


@dataclass(frozen=True, slots=True)
class Source:
    """SSRCs that the server uses in one of its sections."""

    ssrc: int
    rtx_ssrc: int | None


@dataclass(frozen=True, slots=True)
class Transport:
    """ICE and DTLS attributes of the server, equal for all sections."""

    ufrag: str
    password: str
    fingerprint: str
    candidates: tuple[str, ...]


def plan(offer: sdp.Description) -> Plan:
    """Decides what to take. Raises ValueError when nothing can be taken or the offer is not bundled."""
    own: set[str] = set()
    slots = {"audio": 0, "video": 0}
    taken: list[Accepted | None] = []
    idle: set[int] = set()
    for place, section in enumerate(offer.sections):
        accepted = None
        if _usable(section, offer):
            if section.sends and section.kind not in own:
                own.add(section.kind)
                accepted = _accept(section, None)
            elif section.direction == "recvonly":
                accepted = _accept(section, slots[section.kind])
                slots[section.kind] += 1
            else:
                idle.add(place)
        taken.append(accepted)
    if not any(taken):
        raise ValueError("The offer holds no bundled section with Opus or VP8")
    return Plan(offer, tuple(taken), frozenset(idle))


def write(chosen: Plan, transport: Transport, sources: dict[str, Source], version: int) -> str:
    """The answer. `sources` names the SSRCs by mid for every slot section."""
    first = next(s.mid for s in chosen.sections if s is not None)
    lines = _session(chosen, transport, version)
    for place, section in enumerate(chosen.sections):
        if section is not None:
            lines += _section(section, chosen.offer.sections[place], sources)
            if section.mid == first:
                lines += [f"a=candidate:{c}" for c in transport.candidates] + ["a=end-of-candidates"]
        elif place in chosen.idle:
            lines += _idle(chosen.offer.sections[place])
        else:
            lines += _refused(chosen.offer.sections[place])
    return "\r\n".join(lines) + "\r\n"


def _usable(section: sdp.Section, offer: sdp.Description) -> bool:
    if section.kind not in _NAMES or section.mid not in offer.bundle or "SAVPF" not in section.profile:
        return False
    if section.port == 0 and len(offer.bundle) < 2:
        return False
    return section.codec(_NAMES[section.kind]) is not None


def _accept(section: sdp.Section, slot: int | None) -> Accepted:
    codec = section.codec(_NAMES[section.kind])
    assert codec is not None
    rtx = section.rtx_for(codec.payload_type)
    feedback = tuple(f for f in _FEEDBACK if f in codec.feedback)
    if section.kind == "audio" and "nack" not in feedback:
        # Browsers do not offer it for Opus but obey it: one repeat hides most losses without concealment.
        feedback += ("nack",)
    return Accepted(
        kind=section.kind,
        mid=section.mid,
        payload_type=codec.payload_type,
        rtx_type=rtx.payload_type if rtx else None,
        extensions={uri: section.extensions[uri] for uri in _EXTENSIONS if uri in section.extensions},
        feedback=feedback,
        rids=section.send_rids if slot is None and section.kind == "video" else (),
        ssrcs=section.ssrcs,
        repairs=tuple(section.repairs.items()),
        slot=slot,
    )


def _session(chosen: Plan, transport: Transport, version: int) -> list[str]:
    mids = [
        s.mid
        for place, s in enumerate(chosen.offer.sections)
        if chosen.sections[place] is not None or place in chosen.idle
    ]
    return [
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(mids),
        "a=msid-semantic:WMS *",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
    ]


def _section(section: Accepted, offered: sdp.Section, sources: dict[str, Source]) -> list[str]:
    types = [str(section.payload_type)] + ([str(section.rtx_type)] if section.rtx_type is not None else [])
    lines = [f"m={section.kind} 9 {offered.profile} {' '.join(types)}"]
    lines += _common(section.mid, "recvonly" if section.slot is None else "sendonly")
    if offered.rtcp_rsize:
        lines.append("a=rtcp-rsize")
    lines += _codec_lines(section)
    lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
    if section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append("a=simulcast:recv " + ";".join(section.rids))
    if section.slot is not None:
        lines += _source_lines(section, sources[section.mid])
    return lines


def _common(mid: str, direction: str) -> list[str]:
    return ["c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=setup:passive", "a=rtcp-mux", f"a={direction}"]


def _codec_lines(section: Accepted) -> list[str]:
    number = section.payload_type
    if section.kind == "audio":
        lines = [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1;usedtx=1"]
    else:
        lines = [f"a=rtpmap:{number} VP8/90000"]
    lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in section.feedback]
    if section.rtx_type is not None:
        lines += [f"a=rtpmap:{section.rtx_type} rtx/90000", f"a=fmtp:{section.rtx_type} apt={number}"]
    return lines


def _source_lines(section: Accepted, source: Source) -> list[str]:
    name = f"s{section.slot}"  # one stream id and one CNAME for the pair of a slot: they play in step
    lines = [f"a=msid:{name} {name}-{section.kind[0]}"]
    if source.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {source.ssrc} {source.rtx_ssrc}")
    lines.append(f"a=ssrc:{source.ssrc} cname:{name}")
    if source.rtx_ssrc is not None:
        lines.append(f"a=ssrc:{source.rtx_ssrc} cname:{name}")
    return lines


def _idle(offered: sdp.Section) -> list[str]:
    codec = offered.codec(_NAMES[offered.kind])
    assert codec is not None
    number = codec.payload_type
    name = "opus/48000/2" if offered.kind == "audio" else "VP8/90000"
    lines = [f"m={offered.kind} 9 {offered.profile} {number}"]
    return lines + _common(offered.mid, "inactive") + [f"a=rtpmap:{number} {name}"]


def _refused(offered: sdp.Section) -> list[str]:
    types = " ".join(str(number) for number in offered.codecs) or "webrtc-datachannel"
    return [
        f"m={offered.kind} 0 {offered.profile} {types}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{offered.mid}",
        "a=inactive",
    ]
