"""`ipt-rooms erase person` and `ipt-rooms export person`: what only a person on this machine does, and only
with the word of a colleague whose name stands beside it in the audit."""

import json
from datetime import UTC, datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

import store.erasing
import store.own_data
import store.people
import store.staff
from care.measures import MEASURES
from care.scoring import score
from command import own_copy, shell
from server.pages.questions_all import questions
from store.erasing import Line
from store.fates import Act, Why
from store.own_data import Value
from store.sealing import Keys
from store.settings import StoreSettings
from store.staff import Staff

export_app = typer.Typer(help="Give somebody a copy of what is theirs.", no_args_is_help=True)
erase_app = typer.Typer(help="Destroy what is known about somebody.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="PERSON", help="Their id, or the e-mail address on file.")]
Approved = Annotated[
    str, typer.Option(help="Address or id of the colleague who made sure who asks, and said yes.")
]

BECAUSE = {
    Why.TREATMENT: "that and when something was asked, met or answered is the record of a treatment",
    Why.ATTENDANCE: "statuses and times are the record of a treatment; they stay without a name",
    Why.CONTRACT: "that a contract was agreed, and when, is evidence for both sides",
    Why.LEDGER: "the account of absences has no gaps; it holds amounts without a name",
    Why.SAFETY: "that somebody was in danger and who answered when is never erased; what was said is",
    Why.ACCOUNTABLE: "who did and saw what is owed to everybody; it holds no content",
    Why.ORDER: "a number that other rows point to; it says nothing about anybody",
    Why.SHORT: "goes by itself when its time is over: ipt-rooms retention --dry-run",
}
REFUSED = {
    "unknown": "nobody by this id or address, or erased already",
    "account": "they have an open account; an admin closes it first",
    "concern": (
        "a concern about them is open. Somebody closes it first, on its page; or say --close-concerns, and it"
        " is closed in the name of who approved"
    ),
    "meeting": "they are in an individual meeting now",
}
CAVEAT = "Older backups still hold the wrapped key: this is complete when the last of them is gone (35 days)."


class PersonRefused(Exception):
    """Nothing is done; the text says why."""


@erase_app.callback()
def erase() -> None:
    """Destroy what is known about somebody."""


@erase_app.command("person")
def erase_person(
    who: Who,
    approved_by: Approved = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of what.")] = False,
    close_concerns: Annotated[
        bool, typer.Option("--close-concerns", help="Also where a concern about them is open.")
    ] = False,
) -> None:
    """Destroy somebody's key, end what waits, delete what must go. Cannot be undone."""
    shell.go(_look(who) if dry_run else _erase(who, approved_by, close_concerns=close_concerns))


@export_app.callback()
def export() -> None:
    """Give somebody a copy of what is theirs."""


@export_app.command("person")
def export_person(
    who: Who,
    to_file: Annotated[Path, typer.Option(help="A new zip (0600): a page to read, and JSON.")],
    approved_by: Approved = "",
) -> None:
    """Write all of somebody's own data into a file, for the contact on file and nobody else."""
    if to_file.exists():
        raise PersonRefused(f"{to_file} is there already")
    shell.go(_export(who, to_file, approved_by))


async def _export(who: str, to_file: Path, approved_by: str) -> None:
    keys, now = Keys.load(StoreSettings()), datetime.now(UTC)
    async with shell.writing() as tx:
        person = await found(tx, keys, who)
        account = await approver(tx, keys, approved_by, person)
        try:
            parts = await store.own_data.access_everything(tx, keys, person, account.id, now)
        except store.erasing.Refused as refused:
            raise PersonRefused(REFUSED[refused.why]) from None
    parts = worded(parts)
    left_out = [*dict.fromkeys(store.own_data.LEFT_OUT.values()), *store.own_data.ALSO]
    try:
        own_copy.write(to_file, parts, left_out, now.isoformat(timespec="minutes"))
    except OSError as why:
        raise PersonRefused(f"{to_file} cannot be written: {why.strerror}") from None
    print(
        f"{to_file}: {sum(map(len, parts.values()))} entries. Give it to the contact on file, and delete it."
    )


def worded(parts: dict[str, list[dict[str, Value]]]) -> dict[str, list[dict[str, Value]]]:
    """The same with the words of each question beside its answer, and the scores of each check-in."""
    asked = questions(NullTranslations(), MEASURES)
    answers = parts["Your answers"]
    for row in answers:
        words = asked.get(str(row["question"]))
        row["words"] = words.title if words else str(row["question"])
        row["value"] = said_value(str(row["value"]))
    return parts | {"Your scores": scores(answers)}


def said_value(sealed: str) -> str:
    """An answer as text; several choices with commas, nothing said as nothing."""
    value = json.loads(sealed)["value"]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def scores(answers: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """The total of each questionnaire in each check-in; None where too much is missing."""
    given: dict[tuple[str, str], dict[str, object]] = {}
    pins = {one.pin: one for one in MEASURES.values()}
    for row in answers:
        pin, value = str(row["instrument"]), str(row["value"])
        if pin in pins and value.isdigit():
            given.setdefault((str(row["checkin"]), pin), {})[str(row["question"])] = int(value)
    return [
        {
            "checkin": checkin,
            "questionnaire": pins[pin].title,
            "version": pin,
            "total": score(pins[pin], said).total,
        }
        for (checkin, pin), said in given.items()
    ]


async def _look(who: str) -> None:
    keys = Keys.load(StoreSettings())
    async with shell.writing() as tx:
        person = await found(tx, keys, who)
        for line in await _foreseen(tx, person):
            print(said(line))
        for concern in await store.erasing.open_concerns(tx, person):
            print(f"open concern {concern.id}: somebody closes it first")
    print(f"{CAVEAT}\nNothing was changed.")


async def _foreseen(tx: AsyncConnection, person: str) -> tuple[Line, ...]:
    try:
        return await store.erasing.foresee(tx, person)
    except store.erasing.Refused as refused:
        raise PersonRefused(REFUSED[refused.why]) from None


async def _erase(who: str, approved_by: str, *, close_concerns: bool) -> None:
    keys, now = Keys.load(StoreSettings()), datetime.now(UTC)
    async with shell.writing() as tx:
        person = await found(tx, keys, who)
        account = await approver(tx, keys, approved_by, person)
        try:
            lines = await store.erasing.erase(
                tx, keys, person, approved_by=account.id, now=now, close_concerns=close_concerns
            )
        except store.erasing.Refused as refused:
            raise PersonRefused(REFUSED[refused.why]) from None
    for line in lines:
        print(said(line))
    print(f"{CAVEAT}\nErased.")


def said(line: Line) -> str:
    """What becomes of one table, in one line."""
    parts = [f"{line.rows} {'row' if line.rows == 1 else 'rows'}"]
    if line.unreadable and line.act is not Act.DELETED:
        parts.append(f"{line.unreadable} sealed values become unreadable")
    if line.act is Act.ENDED:
        parts.append(f"{line.ending} end now")
    parts.append("deleted" if line.act is Act.DELETED else "blanked" if line.act is Act.BLANKED else "kept")
    because = f": {BECAUSE[line.why]}" if line.why is not Why.NONE else ""
    return f"{line.table:<20} {', '.join(parts)}{because}"


async def found(tx: AsyncConnection, keys: Keys, who: str) -> str:
    """The id of the person. Raises PersonRefused for nobody, and for an address that several share."""
    people = await store.people.by_contact(tx, keys, who) if "@" in who else [who]
    if len(people) > 1:
        raise PersonRefused(f"several people have this address: {', '.join(sorted(people))}; say which id")
    if not people:
        raise PersonRefused(REFUSED["unknown"])
    return people[0]


async def approver(tx: AsyncConnection, keys: Keys, who: str, about: str) -> Staff:
    """The open account of the colleague who approved. Raises PersonRefused for none, and for oneself."""
    if not who:
        raise PersonRefused("--approved-by is missing: the colleague who made sure who asks")
    account = await store.staff.by_address(tx, keys, who) if "@" in who else await store.staff.by_id(tx, who)
    if account is None or account.disabled_at is not None:
        raise PersonRefused("--approved-by names no open account")
    if account.person == about:
        raise PersonRefused("nobody approves what concerns themselves")
    return account
