"""Which questionnaires are asked here: the built-in measures, what the service wrote down itself, and every
wording that was ever asked.

Files are read at start. What was read once is kept with its words, so an answer given to it can be counted
for as long as it is kept; the same version with other words is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.instrument import Measure
from care.measures import MEASURES
from care.questionnaire_file import Questionnaire, Unusable, parse
from store import chain
from store.settings import StoreSettings
from store.tables import questionnaire

PACKS = Path(__file__).resolve().parent.parent / "web" / "measures"
LARGEST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What can be asked. `own` are the service's questionnaires by id, `translated` the official words by
    measure and language, `bodies` the text of each file by pin."""

    own: Mapping[str, Questionnaire]
    translated: Mapping[tuple[str, str], Measure]
    bodies: Mapping[str, str]

    def measures(self) -> Mapping[str, Measure]:
        """Everything that can be asked, by id."""
        return {**MEASURES, **{name: one.measure for name, one in self.own.items()}}

    def asked_in(self, wave: str) -> tuple[Measure, ...]:
        """The service's own questionnaires of a round, by id."""
        return tuple(one.measure for _, one in sorted(self.own.items()) if wave in one.waves)

    def worded(self, measure: Measure, language: str) -> Measure:
        """The measure in the words of a language, or as it is where there is no official translation; its
        `language` says which."""
        return self.translated.get((measure.id, language), measure)


EMPTY = Library(own=MappingProxyType({}), translated=MappingProxyType({}), bodies=MappingProxyType({}))


def read(settings: StoreSettings) -> Library:
    """The packs that are switched on and the files of the service's folder. Raises Unusable with every
    complaint about every file."""
    files, complaints = _files(settings)
    found: list[tuple[Questionnaire, str]] = []
    for path in files:
        try:
            text = _text(path)
            found.append((parse(text, path.name), text))
        except Unusable as wrong:
            complaints.append(str(wrong))
    complaints += _twice([one for one, _ in found])
    if complaints:
        raise Unusable("\n".join(complaints))
    return Library(
        own={one.measure.id: one for one, _ in found if not one.translation},
        translated={
            (one.measure.id, one.measure.language): one.measure for one, _ in found if one.translation
        },
        bodies={one.measure.pin: text for one, text in found},
    )


def _files(settings: StoreSettings) -> tuple[list[Path], list[str]]:
    complaints = []
    files = []
    for name in settings.measure_packs:
        path = PACKS / f"{name}.json"
        known = sorted(one.stem for one in PACKS.glob("*.json"))
        if name in known:
            files.append(path)
        else:
            complaints.append(f"IPT_MEASURE_PACKS: {name!r} is none of {', '.join(known)}")
    folder = settings.questionnaires_dir
    if folder is not None and not folder.is_dir():
        complaints.append(f"IPT_QUESTIONNAIRES_DIR: {folder} is not a folder")
    elif folder is not None:
        files += sorted(folder.glob("*.json"))
    return files, complaints


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"{path.name}: must be text in UTF-8") from None
    except OSError as wrong:
        raise Unusable(f"{path.name}: cannot be read: {wrong.strerror}") from None
    if len(text) > LARGEST:
        raise Unusable(f"{path.name}: has more than {LARGEST} characters")
    return text


def _twice(found: list[Questionnaire]) -> list[str]:
    """Two files that say they are the same thing, and items with one name in two questionnaires."""
    complaints = []
    seen: dict[object, str] = {}
    for one in found:
        names: list[tuple[str, ...]] = [(one.measure.id, one.measure.language)]
        if not one.translation:
            names += [("item", item.id) for item in one.measure.items]
        source = one.measure.source.split(":")[0]
        for name in names:
            if name in seen:
                complaints.append(f"{source}: {' '.join(name)}: stands in {seen[name]} too")
            seen[name] = source
    return complaints


async def pin(tx: AsyncConnection, library: Library, now: datetime) -> int:
    """Keeps the words of what is new; returns how many. Raises Unusable for words that changed under a
    version that is known."""
    await chain.hold(tx)
    kept = {(row.id, row.version, row.language): row.pin for row in await tx.execute(select(questionnaire))}
    complaints, fresh = [], []
    for measure in (*(one.measure for one in library.own.values()), *library.translated.values()):
        name = (measure.id, measure.version, measure.language)
        if name not in kept:
            fresh.append(measure)
        elif kept[name] != measure.pin:
            complaints.append(
                f"{measure.source.split(':')[0]}: version: other words were asked as version"
                f" {measure.version} of {measure.id} ({measure.language}); changed words need a new version"
            )
    if complaints:
        raise Unusable("\n".join(complaints))
    for measure in fresh:
        await tx.execute(
            insert(questionnaire).values(
                id=measure.id,
                version=measure.version,
                language=measure.language,
                pin=measure.pin,
                body=library.bodies[measure.pin],
                loaded_at=now,
            )
        )
    return len(fresh)


async def known(tx: AsyncConnection) -> Mapping[str, Measure]:
    """Every wording that may have been answered, by its pin."""
    found = {one.pin: one for one in MEASURES.values()}
    for row in await tx.execute(select(questionnaire.c.id, questionnaire.c.body)):
        measure = parse(row.body, row.id).measure
        found[measure.pin] = measure
    return found
