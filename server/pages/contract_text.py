"""The contract in words: 28 clauses made from the group's terms, its dates and, for the member and the
facilitators alone, the personal sheet.

What is shown and what is signed are the same strings: the template only lays these out, and the signature is
taken over `plain` of them. Nothing here knows who reads; a caller that may not show the sheet passes none.
"""

from collections.abc import Sequence

from care.clauses import DATES, PARTS, SHEET, TERMS, of_part
from care.contract import Terms
from care.series import Dated
from care.signing import FORM, ShownPart
from server.pages.contract_annex import of_dates, of_sheet
from server.pages.contract_parts import Part, Reader, Sheet, Shown
from server.pages.contract_terms import of_terms


def parts(reader: Reader, terms: Terms, series: Sequence[Dated], sheet: Sheet | None) -> tuple[Part, ...]:
    """The whole contract: group terms, dates, and the personal sheet where there is one to show."""
    _ = reader.words.gettext
    made = {clause.number: clause for clause in (*of_terms(reader, terms), *of_dates(reader, terms, series))}
    if sheet is not None:
        made |= {clause.number: clause for clause in of_sheet(reader, sheet)}
    titles = {TERMS: _("What we agree on"), DATES: _("The dates"), SHEET: _("Your personal sheet")}
    return tuple(
        Part(key=key, title=title, clauses=tuple(made[one.number] for one in of_part(key)))
        for key, title in titles.items()
        if sheet is not None or key != SHEET
    )


def plain(shown: Sequence[Part]) -> tuple[ShownPart, ...]:
    """The strings of the contract without names of our own, for `care.signing`."""
    return tuple((part.title, tuple((c.number, c.title, c.lines) for c in part.clauses)) for part in shown)


def frozen(signed: str) -> tuple[Part, ...]:
    """The parts of a text as it was signed, back from the form it is kept in (`care.signing.canonical`).
    Raises ValueError for anything else."""
    first, *rows = signed.splitlines() or [""]
    if first != FORM:
        raise ValueError("this is no signed contract")
    found: list[tuple[str, list[tuple[int, str, list[str]]]]] = []
    for row in rows:
        mark, _, rest = row.partition(" ")
        if mark == "#":
            found.append((rest, []))
        elif mark == "##":
            number, _, title = rest.partition(" ")
            found[-1][1].append((int(number), title, []))
        elif mark == "-":
            found[-1][1][-1][2].append(rest)
        else:
            raise ValueError("this is no signed contract")
    return tuple(
        Part(
            key=key,
            title=title,
            clauses=tuple(Shown(number=n, title=t, lines=tuple(lines)) for n, t, lines in clauses),
        )
        for key, (title, clauses) in zip(PARTS, found, strict=False)
    )


def differing(before: Sequence[Part], after: Sequence[Part]) -> tuple[int, ...]:
    """The numbers of the clauses that say something else."""
    old, new = (
        {clause.number: clause.lines for part in shown for clause in part.clauses}
        for shown in (before, after)
    )
    return tuple(sorted(number for number in new if old.get(number) != new[number]))
