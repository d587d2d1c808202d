"""How a person may safely be written to: by which channel, at which hours, in which words.

Somebody else may read a person's mail, look at a lock screen or share a calendar. The rule is asked at the
moment of sending, not when a message is queued.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from care.delivery import QuietHours

MAIL, PHONE, NOTHING = "mail", "phone", "nothing"
CHANNELS = (MAIL, PHONE, NOTHING)
NUMBER_DIGITS = (8, 15)  # of a telephone number with its country (ITU-T E.164)
USUAL, BARE = "usual", "bare"
WORDINGS = (USUAL, BARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """A person's rule. Mail goes out only where `channel` is mail, only between `from_hour` and
    `until_hour` on the person's own clock (0 to 24; both 0: at the service's usual hours). A `bare` message
    names no date and brings no calendar entry; `calendar` alone keeps entries away. Raises ValueError."""

    channel: str = MAIL
    from_hour: int = 0
    until_hour: int = 0
    wording: str = USUAL
    calendar: bool = True

    def __post_init__(self) -> None:
        if self.channel not in CHANNELS or self.wording not in WORDINGS:
            raise ValueError("an unknown channel or wording")
        if not (0 <= self.from_hour <= 23 and 0 <= self.until_hour <= 24):
            raise ValueError("hours run from 0 to 24")
        if self.from_hour == self.until_hour != 0:
            raise ValueError("hours that begin and end at once")

    @property
    def mail(self) -> bool:
        """Whether this person may be written to at all."""
        return self.channel == MAIL

    @property
    def written(self) -> bool:
        """Whether a text may go to somebody who allowed texts."""
        return self.channel != NOTHING

    @property
    def entries(self) -> bool:
        """Whether a message may bring a calendar entry."""
        return self.calendar and self.wording == USUAL

    @property
    def quiet(self) -> QuietHours | None:
        """The person's own hours in which nothing may go out, None where they named none."""
        if self.from_hour == self.until_hour:
            return None
        return QuietHours(starts=time(self.until_hour % 24), ends=time(self.from_hour))

    def document(self) -> dict[str, object]:
        """The rule as JSON values."""
        return {
            "channel": self.channel,
            "from_hour": self.from_hour,
            "until_hour": self.until_hour,
            "wording": self.wording,
            "calendar": self.calendar,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> "SafeContact":
        """The rule of a document. Raises ValueError for anything that is not one."""
        kinds = {"channel": str, "from_hour": int, "until_hour": int, "wording": str, "calendar": bool}
        if document.keys() != kinds.keys() or any(type(document[name]) is not kinds[name] for name in kinds):
            raise ValueError("not a rule about contact")
        return cls(**document)  # type: ignore[arg-type]


ANY = SafeContact()


def wire_number(number: str) -> str | None:
    """A telephone number in E.164 form, such as +4930123456; None where its country is not told or it is no
    number."""
    plain = number.strip()
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    digits = "".join(sign for sign in plain if sign in DIGITS)
    if not plain.startswith("+") or any(sign not in DIGITS and sign not in BETWEEN for sign in plain[1:]):
        return None
    least, most = NUMBER_DIGITS
    return f"+{digits}" if least <= len(digits) <= most and digits[0] != "0" else None


DIGITS = frozenset("0123456789")
BETWEEN = frozenset(" -./()")  # what people write into a number to read it better
