"""A questionnaire as a service writes it down: one JSON file, checked word for word before it is used.

Every complaint names the file and the field it is about, all of them at once. The form is described in
docs/questionnaires.md.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from care.instrument import Band, Item, Measure, Option, Unscored
from care.measures import MEASURES

WAVES = ("pre", "mid", "post", "weekly", "followup")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LONGEST = 1000
MOST_ITEMS = 60
MOST_OPTIONS = 11
FIELDS = frozenset(
    {
        *("id", "version", "title", "language", "licence", "stem", "options", "items", "bands", "factor"),
        *("higher_is_better", "caseness", "reliable_change", "meaningful_change", "remission_below"),
        *("response_percent", "prorate_up_to", "waves"),
    }
)
NEEDED = frozenset({"id", "version", "title", "language", "licence", "stem", "options", "items"})
OF_A_TRANSLATION = frozenset(
    {"translates", "version", "language", "source", "stem", "options", "items", "unscored"}
)


class Unusable(ValueError):
    """A file that cannot be used: one complaint a line, each with the file and the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A measure and the check-ins it is asked in; a translation is asked wherever its original is."""

    measure: Measure
    waves: tuple[str, ...] = ()
    translation: bool = False


@dataclass(slots=True)
class Check:
    """The complaints about one file."""

    file: str
    complaints: list[str] = field(default_factory=list)

    def say(self, where: str, what: str) -> None:
        """Adds a complaint about a field."""
        self.complaints.append(f"{self.file}: {where}: {what}")

    def done(self) -> None:
        """Raises Unusable when there is any."""
        if self.complaints:
            raise Unusable("\n".join(self.complaints))


def parse(text: str, file: str) -> Questionnaire:
    """The questionnaire or the translation that a file holds. Raises Unusable."""
    body = _json(text, file)
    check = Check(file)
    if "translates" in body:
        return _translation(body, check)
    _fields(body, FIELDS, NEEDED, check)
    check.done()
    measure = Measure(
        id=_word(body, "id", NAME, check),
        version=_word(body, "version", VERSION, check),
        language=_word(body, "language", LANGUAGE, check),
        title=_text(body, "title", check),
        stem=_text(body, "stem", check),
        licence=_text(body, "licence", check),
        options=_options(body, check),
        items=_items(body, check),
        factor=_whole(body, "factor", check, least=1) or 1,
        prorate_up_to=_whole(body, "prorate_up_to", check) or 0,
        higher_is_better=_yes(body, "higher_is_better", check),
        caseness=_whole(body, "caseness", check),
        reliable_change=_whole(body, "reliable_change", check, least=1),
        mcid=_whole(body, "meaningful_change", check, least=1),
        remission_below=_whole(body, "remission_below", check),
        response_pct=_whole(body, "response_percent", check, least=1),
        source=file,
    )
    if measure.id in MEASURES:
        check.say("id", f'{measure.id!r} is built in; a translation of it says "translates"')
    waves = _waves(body, check)
    check.done()
    whole = replace(measure, bands=_bands(body, measure, check))
    check.done()
    return Questionnaire(measure=whole, waves=waves)


def _json(text: str, file: str) -> dict[str, Any]:
    """The object of a file. Raises Unusable with line and column, for a name given twice as well."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1)
            raise Unusable(f"{file}: {twice}: stands here twice")
        return found

    try:
        body = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as wrong:
        raise Unusable(f"{file}, line {wrong.lineno}, column {wrong.colno}: {wrong.msg}") from None
    except RecursionError:
        raise Unusable(f"{file}: nested too deeply") from None
    if not isinstance(body, dict):
        raise Unusable(f"{file}: must be one object in braces")
    return body


def _fields(body: Mapping[str, Any], known: Collection[str], needed: Collection[str], check: Check) -> None:
    for name in sorted(set(body) - set(known)):
        if name == "safety_item":
            check.say(name, "a question about self-harm is asked by the PHQ-9 alone, where somebody reads it")
        else:
            check.say(name, "is not a field")
    for name in sorted(set(needed) - set(body)):
        check.say(name, "is missing")


def _text(body: Mapping[str, Any], name: str, check: Check, where: str = "") -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        check.say(where or name, f"must be 1 to {LONGEST} characters of text")
        return ""
    return value


def _word(body: Mapping[str, Any], name: str, shape: re.Pattern[str], check: Check, where: str = "") -> str:
    value = body.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        check.say(where or name, f"must look like {shape.pattern}")
        return ""
    return value


def _whole(body: Mapping[str, Any], name: str, check: Check, least: int = 0) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if type(value) is not int or not least <= value <= LONGEST:
        check.say(name, f"must be a whole number from {least} to {LONGEST}")
        return None
    return value


def _yes(body: Mapping[str, Any], name: str, check: Check) -> bool:
    value = body.get(name, False)
    if type(value) is not bool:
        check.say(name, "must be true or false")
        return False
    return value


def _list(body: Mapping[str, Any], name: str, most: int, check: Check, least: int = 1) -> Sequence[Any]:
    value = body.get(name)
    if not isinstance(value, list) or not least <= len(value) <= most:
        check.say(name, f"must be a list of {least} to {most}")
        return ()
    return value


def _options(body: Mapping[str, Any], check: Check) -> tuple[Option, ...]:
    found = []
    for place, one in enumerate(_list(body, "options", MOST_OPTIONS, check, least=2)):
        where = f"options[{place}]"
        if not isinstance(one, list) or len(one) != 2 or type(one[0]) is not int or not 0 <= one[0] <= 100:
            check.say(where, "must be [number from 0 to 100, text]")
            continue
        found.append(Option(one[0], _text({"text": one[1]}, "text", check, where)))
    _unlike([one.value for one in found], "options", check)
    return tuple(found)


def _items(body: Mapping[str, Any], check: Check) -> tuple[Item, ...]:
    found = []
    for place, one in enumerate(_list(body, "items", MOST_ITEMS, check)):
        where = f"items[{place}]"
        if not isinstance(one, dict) or not {"id", "text"} <= set(one) <= {"id", "text", "loinc"}:
            check.say(where, 'must be {"id": …, "text": …} and at most "loinc" besides')
            continue
        name = _word(one, "id", NAME, check, f"{where}.id")
        loinc = one.get("loinc", "")
        if not isinstance(loinc, str) or not re.fullmatch(r"(\d{1,7}-\d)?", loinc):
            check.say(f"{where}.loinc", "must look like 44250-9")
        found.append(Item(name, str(loinc), _text(one, "text", check, f"{where}.text")))
    built_in = {item.id for one in MEASURES.values() for item in one.items}
    for item in found:
        if item.id in built_in:
            check.say("items", f"{item.id!r} belongs to a built-in measure")
    _unlike([one.id for one in found], "items", check)
    return tuple(found)


def _unlike(values: Sequence[object], where: str, check: Check) -> None:
    for one in sorted({str(one) for one in values if values.count(one) > 1}):
        check.say(where, f"{one!r} stands there twice")


def _waves(body: Mapping[str, Any], check: Check) -> tuple[str, ...]:
    value = body.get("waves", ["pre", "mid", "post"])
    if not isinstance(value, list) or not value or any(one not in WAVES for one in value):
        check.say("waves", f"must name at least one of {', '.join(WAVES)}")
        return ()
    return tuple(one for one in WAVES if one in value)


def _bands(body: Mapping[str, Any], measure: Measure, check: Check) -> tuple[Band, ...]:
    if "bands" not in body:
        return ()
    found = []
    for place, one in enumerate(_list(body, "bands", MOST_OPTIONS, check)):
        shaped = isinstance(one, list) and len(one) == 3 and all(type(end) is int for end in one[:2])
        if not shaped or one[0] > one[1]:
            check.say(f"bands[{place}]", "must be [lowest, highest, word]")
            continue
        found.append(Band(one[0], one[1], _text({"word": one[2]}, "word", check, f"bands[{place}]")))
    covered = [total for one in found for total in range(one.low, min(one.high, LONGEST * 100) + 1)]
    if not check.complaints and covered != list(range(measure.lowest, measure.highest + 1)):
        check.say("bands", f"must cover {measure.lowest} to {measure.highest}, each total once, in order")
    return tuple(found)


def _translation(body: Mapping[str, Any], check: Check) -> Questionnaire:
    original = MEASURES.get(str(body["translates"]))
    if original is None:
        raise Unusable(f"{check.file}: translates: must be one of {', '.join(MEASURES)}")
    optional = {"unscored"} if original.unscored is None else set()
    _fields(body, OF_A_TRANSLATION - optional, OF_A_TRANSLATION - optional, check)
    check.done()
    if body["version"] != original.version:
        check.say("version", f"this program has version {original.version} of {original.id}")
    measure = replace(
        original,
        language=_word(body, "language", LANGUAGE, check),
        source=f"{check.file}: {_text(body, 'source', check)}",
        stem=_text(body, "stem", check),
        options=_said_again(body, original.options, check),
        items=_items_again(body, original, check),
        unscored=_unscored_again(body, original.unscored, check),
    )
    if measure.language == original.language:
        check.say("language", "the words of this language are built in")
    check.done()
    return Questionnaire(measure=measure, translation=True)


def _said_again(
    body: Mapping[str, Any], options: Sequence[Option], check: Check, where: str = "options"
) -> tuple[Option, ...]:
    texts = body.get("options")
    if not isinstance(texts, list) or len(texts) != len(options):
        check.say(where, f"must be a list of {len(options)} texts, in the order of the original")
        return ()
    return tuple(
        Option(one.value, _text({"text": text}, "text", check, f"{where}[{place}]"))
        for place, (one, text) in enumerate(zip(options, texts, strict=True))
    )


def _items_again(body: Mapping[str, Any], original: Measure, check: Check) -> tuple[Item, ...]:
    texts = body.get("items")
    names = [one.id for one in original.items]
    if not isinstance(texts, dict) or sorted(texts) != sorted(names):
        check.say("items", f"must have a text for each of {', '.join(names)} and for nothing else")
        return ()
    return tuple(replace(one, text=_text(texts, one.id, check, f"items.{one.id}")) for one in original.items)


def _unscored_again(body: Mapping[str, Any], original: Unscored | None, check: Check) -> Unscored | None:
    if original is None:
        return None
    value = body.get("unscored")
    if not isinstance(value, dict) or set(value) != {"text", "options"}:
        check.say("unscored", 'must be {"text": …, "options": […]}')
        return original
    text = _text(value, "text", check, "unscored.text")
    return replace(
        original, text=text, options=_said_again(value, original.options, check, "unscored.options")
    )
