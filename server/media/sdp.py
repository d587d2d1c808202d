"""Reading an SDP offer (RFC 8866, 9429): only what a forwarding server needs, as frozen values.

Everything unknown is passed over; what is malformed raises ValueError. Nothing read here is echoed into an
answer unless it has the shape checked here.
"""

import re
from dataclasses import dataclass, field

MAX_BYTES = 128 * 1024
MAX_SECTIONS = 64

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_ICE = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")  # RFC 8839 ice-char, and the two that some clients add
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(slots=True)
class Codec:
    """One payload type of a section."""

    payload_type: int
    name: str
    "Lower case, as `vp8`, `opus`, `rtx`."
    clock: int
    feedback: set[str] = field(default_factory=set)
    apt: int | None = None
    "For `rtx`: the payload type that it repairs (RFC 4588)."


@dataclass(slots=True)
class Section:
    """One m= section of an offer."""

    kind: str
    port: int
    mid: str = ""
    direction: str = "sendrecv"
    profile: str = ""
    codecs: dict[int, Codec] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    "URI to id, ids 1 to 14 (one-byte headers, RFC 8285)."
    send_rids: tuple[str, ...] = ()
    ssrcs: tuple[int, ...] = ()
    repairs: dict[int, int] = field(default_factory=dict)
    "RTX SSRC to the SSRC that it repairs (a=ssrc-group:FID)."
    rtcp_mux: bool = False
    rtcp_rsize: bool = False

    @property
    def sends(self) -> bool:
        """True when the offerer wants to send in this section."""
        return self.direction in ("sendrecv", "sendonly")

    def codec(self, name: str) -> Codec | None:
        """The first codec of that name, in the order of preference of the offer."""
        return next((c for c in self.codecs.values() if c.name == name), None)

    def rtx_for(self, payload_type: int) -> Codec | None:
        """The RTX codec that repairs a payload type."""
        return next((c for c in self.codecs.values() if c.name == "rtx" and c.apt == payload_type), None)


@dataclass(slots=True)
class Description:
    """An offer."""

    sections: list[Section] = field(default_factory=list)
    bundle: tuple[str, ...] = ()
    ufrag: str = ""
    password: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    setup: str = ""


def parse(text: str) -> Description:
    """The description in the text of an offer.

    Raises ValueError when it is malformed or lacks ICE or DTLS.
    """
    if len(text) > MAX_BYTES:
        raise ValueError("The offer is too long")
    found = Description()
    section: Section | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("m="):
            section = _media(line[2:])
            if len(found.sections) == MAX_SECTIONS:
                raise ValueError("The offer has too many sections")
            found.sections.append(section)
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            _attribute(found, section, name, value.strip())
    _complete(found)
    return found


def _complete(found: Description) -> None:
    if not found.sections:
        raise ValueError("The offer has no section")
    if not found.ufrag or not found.password or not found.fingerprints:
        raise ValueError("The offer lacks ICE credentials or a fingerprint")
    mids = [section.mid for section in found.sections]
    if len(set(mids)) != len(mids) or "" in mids:
        raise ValueError("The sections of the offer are not told apart by their mid")


def _media(value: str) -> Section:
    parts = value.split()
    if len(parts) < 3 or not _TOKEN.fullmatch(parts[0]):
        raise ValueError("An m= line is malformed")
    section = Section(kind=parts[0], port=_number(parts[1].partition("/")[0], 65535), profile=parts[2])
    if section.kind in ("audio", "video"):
        for payload_type in parts[3:35]:
            number = _number(payload_type, 127)
            section.codecs[number] = Codec(number, "", 0)
    if not re.fullmatch(r"[A-Z/]{1,32}", section.profile, re.IGNORECASE):
        raise ValueError("An m= line has no valid profile")
    return section


def _attribute(found: Description, section: Section | None, name: str, value: str) -> None:
    if name == "ice-ufrag" and not found.ufrag:
        found.ufrag = _matching(_ICE, value, "ice-ufrag")
    elif name == "ice-pwd" and not found.password:
        found.password = _matching(_ICE, value, "ice-pwd")
    elif name == "fingerprint":
        _fingerprint(found, value)
    elif name == "setup" and not found.setup:
        found.setup = value
    elif name == "group" and value.startswith("BUNDLE"):
        found.bundle = tuple(value.split()[1:])
    elif section is not None:
        _section_attribute(section, name, value)


def _fingerprint(found: Description, value: str) -> None:
    algorithm, _, digest = value.partition(" ")
    pair = (algorithm.lower(), _matching(_FINGERPRINT, digest.strip(), "fingerprint"))
    if pair not in found.fingerprints:
        if len(found.fingerprints) == 8:
            raise ValueError("The offer has too many fingerprints")
        found.fingerprints.append(pair)


def _section_attribute(section: Section, name: str, value: str) -> None:
    if name in _DIRECTIONS:
        section.direction = name
    elif name == "mid":
        section.mid = _matching(_TOKEN, value, "mid")
    elif name == "rtcp-mux":
        section.rtcp_mux = True
    elif name == "rtcp-rsize":
        section.rtcp_rsize = True
    else:
        reader = _READERS.get(name)
        if reader is not None:
            reader(section, value)


def _rtpmap(section: Section, value: str) -> None:
    payload_type, _, rest = value.partition(" ")
    parts = rest.split("/")
    codec = section.codecs.get(_number(payload_type, 127))
    if codec is not None and len(parts) >= 2:
        codec.name = parts[0].lower()
        codec.clock = _number(parts[1], 1_000_000)


def _fmtp(section: Section, value: str) -> None:
    payload_type, _, rest = value.partition(" ")
    codec = section.codecs.get(_number(payload_type, 127))
    apt = re.search(r"(?:^|[; ])apt=(\d{1,3})(?:$|[; ])", rest)
    if codec is not None and apt is not None:
        codec.apt = _number(apt.group(1), 127)


def _rtcp_fb(section: Section, value: str) -> None:
    payload_type, _, rest = value.partition(" ")
    for codec in section.codecs.values():
        if payload_type == "*" or payload_type == str(codec.payload_type):
            codec.feedback.add(rest.strip())


def _extmap(section: Section, value: str) -> None:
    head, _, rest = value.partition(" ")
    number = _number(head.partition("/")[0], 4095)
    uri = rest.split(" ")[0]
    if 1 <= number <= 14:
        section.extensions.setdefault(uri, number)


def _rid(section: Section, value: str) -> None:
    parts = value.split()
    if len(parts) >= 2 and parts[1] == "send" and len(section.send_rids) < 3:
        section.send_rids += (_matching(_RID, parts[0], "rid"),)


def _ssrc(section: Section, value: str) -> None:
    number = _number(value.split(" ")[0], 0xFFFFFFFF)
    if number not in section.ssrcs and len(section.ssrcs) < 16:
        section.ssrcs += (number,)


def _ssrc_group(section: Section, value: str) -> None:
    parts = value.split()
    if len(parts) == 3 and parts[0] == "FID" and len(section.repairs) < 8:
        section.repairs[_number(parts[2], 0xFFFFFFFF)] = _number(parts[1], 0xFFFFFFFF)


_READERS = {
    "rtpmap": _rtpmap,
    "fmtp": _fmtp,
    "rtcp-fb": _rtcp_fb,
    "extmap": _extmap,
    "rid": _rid,
    "ssrc": _ssrc,
    "ssrc-group": _ssrc_group,
}


def _number(text: str, limit: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > limit:
        raise ValueError("The offer has a number out of range")
    return int(text)


def _matching(pattern: re.Pattern[str], text: str, name: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"The offer has a malformed {name}")
    return text
