"""Every page that a link leads to, found by following the links of a member, a facilitator and a coordinator:
each kind of page is looked at once, by axe in light and in dark."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.house import House
from tests.browser.look import AXE, unclear
from tests.browser.thread import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

FILES = (".ics", ".csv", ".txt", ".json")
ID = re.compile(r"(?<=/)(?=\w*\d)\w{8,}(?=/|$)")
FEWEST = {"participants": 8, "facilitators": 12, "coordinator": 10}
"""So many kinds of pages a role has at least: fewer mean that the links were not found."""


def kind_of(path: str) -> str:
    """The address with its ids left out: pages of one kind have the same."""
    return re.sub(r"(?<=/)\d+(?=/|$)", "1", ID.sub("*", path))


async def seen(person: Visitor, role: str, done: set[str]) -> list[str]:
    """What is wrong with the pages of this person that were not looked at before; follows every link."""
    await person.open_link()
    home = urlsplit(person.page.url)
    waiting, known, problems = [home.path], {kind_of(home.path)}, []
    while waiting:
        path = waiting.pop(0)
        answer = await person.page.goto(f"{home.scheme}://{home.netloc}{path}")
        assert answer is not None
        assert answer.status == 200, f"{role}: {path} is a link that leads to {answer.status}"
        kind = f"{role}:{kind_of(path)}"
        if kind not in done:
            done.add(kind)
            problems += await unclear(person.page, kind)
        links = await person.page.eval_on_selector_all(
            "a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))"
        )
        for link in links:
            found = urlsplit(urljoin(f"{home.scheme}://{home.netloc}{path}", link))
            new = found.path.startswith(home.path) and not found.path.endswith(FILES)
            if new and "/room/" not in found.path and kind_of(found.path) not in known:
                known.add(kind_of(found.path))
                waiting.append(found.path)
    return problems


async def test_every_page_that_a_link_leads_to(visit: Visit, house: House) -> None:
    room, done, problems = house.room(), set[str](), []
    for role, fewest in FEWEST.items():
        person = await visit(room, role)
        problems += await seen(person, role, done)
        own = sorted(kind for kind in done if kind.startswith(f"{role}:"))
        assert len(own) >= fewest, own
    assert not problems, "\n".join(problems)
