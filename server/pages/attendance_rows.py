"""One line for each member of a session: what the facts propose, what people decided, who said so, when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import NullTranslations

import care.came
from care.attendance import Proposal
from care.came import Line
from care.decision import Decision
from care.policy import Policy
from care.standing import OUTSIDE
from server.pages.attendance_words import decision_words, reason_words, status_words
from server.pages.evidence import Picture
from server.pages.names import called
from store.questions import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One decision in words. `words` is the status, `before` what it replaced, "" for none."""

    words: str
    reason: str
    by: str
    at: datetime
    note: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member. `words` is what holds; `proposed` the machine's, also where a person said otherwise, and
    `suggested` its code, "" for none. `asks` is true for whom a person has to choose; `open` for whom nobody
    decided yet."""

    member: str
    name: str
    status: str
    words: str
    proposed: str
    suggested: str
    decided: bool
    changed: bool
    asks: bool
    open: bool
    line: Line | None
    seen_words: tuple[str, ...]
    history: tuple[Said, ...]
    picture: Picture | None
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored about one session. `people` are names by id; `notes` by decision, only for readers who
    may see them; `pictures` only for the group's facilitators; `questions` those about this session."""

    names: Mapping[str, str]
    proposals: Mapping[str, Proposal]
    decisions: Mapping[str, Sequence[Decision]]
    people: Mapping[str, str]
    notes: Mapping[str, str]
    pictures: Mapping[str, Picture]
    questions: Sequence[Question]


def rows(
    translations: NullTranslations, members: Sequence[str], known: Known, role: str, policy: Policy
) -> list[Row]:
    """The members in their order."""
    found = {line.member: line for line in care.came.lines(holding(known), role, policy)}
    return [_row(translations, member, known, found.get(member)) for member in members]


def holding(known: Known) -> list[Proposal]:
    """What holds for each member: the proposal, with a person's status where a person has decided."""
    return [
        replace(proposal, status=known.decisions[member][-1].status, decide=False)
        if known.decisions.get(member)
        else proposal
        for member, proposal in known.proposals.items()
    ]


def _row(translations: NullTranslations, member: str, known: Known, line: Line | None) -> Row:
    made = known.decisions.get(member, ())
    holds = made[-1] if made else None
    proposal = known.proposals.get(member)
    status = holds.status if holds else proposal.status if proposal else None
    proposed = proposal.status if proposal else None
    evidence = line.evidence if line else None
    return Row(
        member=member,
        name=called(translations, known.names, member),
        status=status.value if status else "expected",
        words=status_words(translations, status.value) if status else "",
        proposed=status_words(translations, proposed.value) if proposed else "",
        suggested=proposed.value if proposed else "",
        decided=holds is not None,
        changed=holds is not None and proposed is not None and holds.status is not proposed,
        asks=holds is None and proposal is not None and proposal.decide,
        open=holds is None and proposed is not None and proposed not in OUTSIDE,
        line=line,
        seen_words=tuple(reason_words(translations, code) for code in evidence.reasons) if evidence else (),
        history=tuple(_said(translations, one, known) for one in made),
        picture=known.pictures.get(member),
        questions=[one for one in known.questions if one.member == member],
    )


def _said(translations: NullTranslations, one: Decision, known: Known) -> Said:
    return Said(
        words=status_words(translations, one.status.value),
        reason=decision_words(translations, one.reason.value),
        by=known.people.get(one.by, ""),
        at=one.at,
        note=known.notes.get(one.id, ""),
        before=status_words(translations, one.replaces.value) if one.replaces else "",
    )
