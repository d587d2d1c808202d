"""Every version of every form, by name. A name such as `weekly.1+phq9@1+gad7@1` says which questions stand in
it and in which words; it is written down when a check-in is first opened and stays with it."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from care.form import Form, Step
from care.forms_followup import followup_1
from care.forms_mid import mid_1
from care.forms_parts import of_measure
from care.forms_post import post_1
from care.forms_pre import pre_1
from care.forms_weekly import weekly_1
from care.instrument import Measure

Content = Callable[[tuple[Step, ...]], tuple[Step, ...]]

VERSIONS: Mapping[str, Content] = MappingProxyType(
    {
        "pre.1": pre_1,
        "mid.1": mid_1,
        "post.1": post_1,
        "weekly.1": weekly_1,
        "followup.1": followup_1,
    }
)
NEWEST: Mapping[str, str] = MappingProxyType({name.split(".")[0]: name for name in VERSIONS})
"The version a check-in of each wave is opened with."
EVERY = {"gad7": 2}
"In the weekly look a measure is asked every so many weeks; the other rounds always ask it."


def compose(wave: str, number: int, measures: Iterable[Measure]) -> str:
    """The name of the form that a check-in is opened with today; `measures` are what the contract promises to
    ask, in their order. Raises KeyError for an unknown wave."""
    asked = [one for one in measures if wave != "weekly" or number % EVERY.get(one.id, 1) == 0]
    return "+".join((NEWEST[wave], *(f"{one.id}@{one.version}" for one in asked)))


def build(name: str, measures: Mapping[str, Measure]) -> Form:
    """The form of this name. A measure that is no longer here is left out: what was answered stays. Raises
    LookupError for a version that never was."""
    version, *asked = name.split("+")
    if version not in VERSIONS:
        raise LookupError("no such form")
    known = [measures.get(one.split("@")[0]) for one in asked]
    pages = tuple(page for one in known if one is not None for page in of_measure(one))
    return Form(id=name, wave=version.split(".")[0], steps=VERSIONS[version](pages))
