"""People as a coordinator enters them: one form, or a pasted list of which either every line is right or none
is taken.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from store.people import mail_address, one_line

MOST = 11
"Seats of a group that are not a facilitator's."
LONGEST_LIST = 60
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,28}")
COLUMNS = ("name", "address", "phone", "zone", "locale", "emergency", "chosen_name")
Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """One person who is to join: nothing of it is printed by accident."""

    name: str = field(repr=False)
    chosen_name: str = field(default="", repr=False)
    address: str = field(repr=False)
    phone: str = field(default="", repr=False)
    zone: str
    locale: str
    emergency: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The name that the group sees."""
        return self.chosen_name or self.name

    def document(self) -> dict[str, str]:
        """The person as a draft keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words: in which field, and where the list has lines, in which (from 1)."""

    field: str
    words: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a person's zone and language may be, and what they are when nothing is said. `understood` gives
    the zone that a word means, "" for none."""

    understood: Callable[[str], str]
    locales: Collection[str]
    zone: str
    locale: str


def from_document(document: Mapping[str, Any]) -> NewPerson:
    """The person that a draft kept."""
    return NewPerson(**{name: str(document.get(name, "")) for name in NewPerson.__dataclass_fields__})


def read_list(text: str, offered: Offered, _: Translate) -> tuple[list[NewPerson], list[Fault]]:
    """The people of a pasted list: name, e-mail address, telephone, time zone, language, emergency contact,
    name used in the group, parted by tabs, semicolons or commas. Any fault means that nothing may be
    taken."""
    people: list[NewPerson] = []
    faults: list[Fault] = []
    lines = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
    apart = divider(lines)
    for number, line in enumerate(lines, start=1):
        cells = split(line, apart)
        if not any(cells) or (number == 1 and not any("@" in cell for cell in cells) and is_heading(cells)):
            continue
        if len(people) + len(faults) >= LONGEST_LIST:
            faults.append(
                Fault("list", _("The list is very long. Please paste one group at a time."), number)
            )
            break
        found, wrong = read_one(named(cells), offered, _)
        faults += [Fault("list", one.words, number) for one in wrong]
        if len(cells) > len(COLUMNS):
            faults.append(Fault("list", _("There are more columns than we know."), number))
        if found is not None:
            if found.chosen_name and not named(cells).get("chosen_name") and is_among(found, people):
                found = replace(found, chosen_name=with_initial(found))
            if is_among(found, people):
                faults.append(Fault("list", _("This name is in the list twice."), number))
            people.append(found)
    if not people and not faults:
        faults.append(Fault("list", _("Paste a list with one person in each line.")))
    return people, faults


def read_one(
    cells: Mapping[str, str], offered: Offered, _: Translate
) -> tuple[NewPerson | None, list[Fault]]:
    """One person, or everything that is wrong about them."""
    faults: list[Fault] = []
    person = NewPerson(
        name=checked(
            "name", cells, line, faults, _("Give a name of at most 200 letters, without hidden characters.")
        ),
        chosen_name=checked(
            "chosen_name", cells, line_or_none, faults, _("Give a name of at most 200 letters.")
        ),
        address=checked(
            "address", cells, address, faults, _("Give an e-mail address, like anna@example.org.")
        ),
        phone=checked(
            "phone", cells, phone, faults, _("Give a telephone number with digits, like +49 30 1234567.")
        ),
        zone=checked(
            "zone",
            cells,
            lambda value: meant(value or offered.zone, offered.understood),
            faults,
            _("Give a time zone as Region/City, like Europe/London."),
        ),
        locale=checked(
            "locale",
            cells,
            lambda value: listed(value.lower() or offered.locale, offered.locales),
            faults,
            _("Give a language that we speak: %(languages)s.") % {"languages": ", ".join(offered.locales)},
        ),
        emergency=checked(
            "emergency", cells, line_or_none, faults, _("Write the emergency contact in one line.")
        ),
    )
    if not faults and not person.chosen_name:
        person = replace(person, chosen_name=first_name(person.name))
    return (None if faults else person), faults


def first_name(name: str) -> str:
    """What the others are shown where nobody said what: never the surname. "" for a name of one word."""
    _family, comma, given = name.partition(",")
    words = (given if comma and given.strip() else name).split()
    if len(words) < 2 and not comma:
        return ""
    first = next((word for word in words if not word.endswith(".")), words[0])
    return first.strip(",;") or name


def with_initial(person: NewPerson) -> str:
    """The shown name with the first letter of the surname, to tell two people apart."""
    family = person.name.partition(",")[0].split()[-1:] or [""]
    return f"{person.shown} {family[0][:1]}."


def is_among(person: NewPerson, people: Sequence[NewPerson]) -> bool:
    """True when somebody of the list is shown by the same name."""
    return any(person.shown.casefold() == one.shown.casefold() for one in people)


def checked(
    name: str, cells: Mapping[str, str], read: Callable[[str], str], faults: list[Fault], wrong: str
) -> str:
    """The cell as `read` takes it; a fault in these words where it raises ValueError."""
    value = cells.get(name, "").strip()
    try:
        return read(value)
    except ValueError:
        faults.append(Fault(name, wrong))
        return value


def line(value: str) -> str:
    """A line with something in it."""
    return one_line("line", value)


def line_or_none(value: str) -> str:
    """A line, perhaps an empty one."""
    return one_line("line", value, empty=True)


def address(value: str) -> str:
    """An e-mail address that is there."""
    if not value:
        raise ValueError("no address")
    return mail_address(value)


def phone(value: str) -> str:
    """A telephone number, or none."""
    if value and not PHONE.fullmatch(value):
        raise ValueError("no telephone number")
    return value


def meant(value: str, understood: Callable[[str], str]) -> str:
    """What is understood by the value."""
    found = understood(value)
    if not found:
        raise ValueError("not understood")
    return found


def listed(value: str, options: Collection[str]) -> str:
    """The value, when it is one of the options."""
    if value not in options:
        raise ValueError("not offered")
    return value


def divider(lines: Sequence[str]) -> str:
    """What parts the columns, as a spreadsheet wrote it: seen in the first line with an address."""
    sample = next((one for one in lines if "@" in one), "")
    return next((sign for sign in ("\t", ";", ",") if sign in sample), ";")


def split(line: str, apart: str) -> list[str]:
    """The cells of a line; quotation marks as spreadsheets write them."""
    cells = next(csv.reader(io.StringIO(line), delimiter=apart), [])
    return [cell.strip() for cell in cells]


def named(cells: Sequence[str]) -> dict[str, str]:
    """The cells by the name of their column."""
    return dict(zip(COLUMNS, cells, strict=False))


def is_heading(cells: Sequence[str]) -> bool:
    """True for a first line that names columns instead of a person."""
    return len(cells) > 1 and all(not any(sign.isdigit() for sign in cell) for cell in cells)


def as_text(people: Sequence[NewPerson]) -> str:
    """The list again, to be pasted or looked at."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    for one in people:
        writer.writerow([getattr(one, name) for name in COLUMNS])
    return out.getvalue()
