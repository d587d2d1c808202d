"""One clock for everything that leaves: the monotonic clock of this machine, written as NTP.

Every member reports its own wall clock in sender reports. A receiver that saw two of those in one slot would
try to play them in step and add delay without end. So each member's clock is tied once to ours, at its
first report, and all that subscribers see is ours. RFC 3550 section 4 allows any clock here as long as it
is one.
"""

_EPOCH_S = 0x80000000
"Keeps NTP seconds positive and plausible; receivers only take differences."


def to_ntp(seconds: float) -> int:
    """Monotonic seconds as a 64-bit NTP timestamp."""
    return (_EPOCH_S << 32) + int(seconds * 4294967296.0) & 0xFFFFFFFFFFFFFFFF


def from_ntp(ntp: int) -> float:
    """Seconds of a 64-bit NTP timestamp, in the sender's own clock."""
    return ntp / 4294967296.0


def middle(ntp: int) -> int:
    """The 32 bits of a timestamp that report blocks repeat (RFC 3550 section 6.4.1)."""
    return ntp >> 16 & 0xFFFFFFFF


def signed32(value: int) -> int:
    """A difference of two RTP timestamps, from -2^31 to 2^31 - 1."""
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value & 0x80000000 else value


class MemberClock:
    """Ties the clock of one leg to ours."""

    __slots__ = ("offset_s",)

    def __init__(self) -> None:
        self.offset_s: float | None = None
        "Our seconds minus theirs; None before their first sender report."

    def heard(self, ntp: int, now: float) -> None:
        """A sender report came; only the first one counts, so that sound and picture stay in step."""
        if self.offset_s is None:
            self.offset_s = now - from_ntp(ntp)

    def ours(self, ntp: int) -> float | None:
        """Their timestamp in our seconds, None before the first report."""
        return None if self.offset_s is None else from_ntp(ntp) + self.offset_s
