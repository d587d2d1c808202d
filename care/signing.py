"""What was signed, and by whom it is still missing.

A signature is bound to the text as it was shown: the canonical form of the parts, in the language of the
page, and its SHA-256. Member and facilitator each sign. Text that differs in anything but the way its blanks
are written has another hash.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

MEMBER, FACILITATOR = "member", "facilitator"
SIDES = (MEMBER, FACILITATOR)
FORM = "ipt-rooms contract text, form 1"

Lines = Sequence[str]
ShownClause = tuple[int, str, Lines]
ShownPart = tuple[str, Sequence[ShownClause]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One side's signature for one member under a version of the terms."""

    member: str
    side: str
    version: int
    by: str
    at: datetime
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A signature that is awaited."""

    member: str
    side: str


def canonical(parts: Sequence[ShownPart]) -> str:
    """The text of the parts as it is hashed: titles, numbered clauses and lines, one per row, each kind with
    its own beginning, so that no text can pass for another's structure. Blanks are written as one space and
    letters in composed form (Unicode NFC)."""
    rows = [FORM]
    for title, clauses in parts:
        rows.append(f"# {_row(title)}")
        for number, heading, lines in clauses:
            rows.append(f"## {number} {_row(heading)}")
            rows += [f"- {_row(line)}" for line in lines]
    return "\n".join(rows) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 of a canonical text in UTF-8, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def missing(members: Iterable[str], signatures: Iterable[Signature], version: int) -> tuple[Missing, ...]:
    """Who has not signed this version, members in the given order, the member's side first."""
    held = {(each.member, each.side) for each in signatures if each.version == version}
    return tuple(
        Missing(member=member, side=side)
        for member in members
        for side in SIDES
        if (member, side) not in held
    )


def complete(member: str, signatures: Iterable[Signature], version: int) -> bool:
    """Whether both sides have signed this version for the member."""
    return not missing((member,), signatures, version)


def state(member: str, signatures: Collection[Signature], version: int) -> str:
    """One word for a member's contract: signed, awaits_facilitator, awaits_member, amended (an older version
    is signed by both, this one not yet) or unsigned."""
    open_sides = {each.side for each in missing((member,), signatures, version)}
    if not open_sides:
        return "signed"
    if open_sides == {FACILITATOR}:
        return "awaits_facilitator"
    if open_sides == {MEMBER}:
        return "awaits_member"
    earlier = {each.version for each in signatures if each.version < version}
    return "amended" if any(complete(member, signatures, each) for each in earlier) else "unsigned"


def in_force(member: str, signatures: Collection[Signature]) -> int | None:
    """The newest version both sides have signed for the member: what binds until a newer one is."""
    versions = {each.version for each in signatures if each.member == member}
    return max((each for each in versions if complete(member, signatures, each)), default=None)


def _row(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
