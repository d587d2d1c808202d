"""What every page has to be, looked at in a browser: clear to axe in both colour schemes, and no wider than
the narrowest window."""

from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parent.parent.parent / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROWEST = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


async def unclear(page: Page, what: str) -> list[str]:
    """The rule and the element of each violation, in both colour schemes."""
    source, problems = AXE.read_text(), []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.evaluate(source)
        found = await page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        problems += [
            f"{what} ({scheme}): {each['id']}: {each['help']}: {each['nodes'][0]['html'][:160]}"
            for each in found["violations"]
        ]
    return problems


async def assert_accessible(page: Page, what: str) -> None:
    """Fails with every violation."""
    problems = await unclear(page, what)
    assert not problems, "\n".join(problems)


async def too_wide(page: Page, what: str) -> list[str]:
    """Says so when the page scrolls sideways in a window of 320 pixels."""
    await page.set_viewport_size(NARROWEST)
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{what} is {wide} px wider than a window of 320"] if wide > 0 else []


class Looks:
    """Looks at page after page; what was found is told all at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    async def narrow(self, page: Page, what: str) -> None:
        """Only the width."""
        self.problems += await too_wide(page, what)

    async def whole(self, page: Page, what: str) -> None:
        """Width and clearness; the window is wide afterwards."""
        self.problems += await too_wide(page, what)
        await page.set_viewport_size(WIDE)
        self.problems += await unclear(page, what)

    async def on_a_phone(self, page: Page, what: str) -> None:
        """Width and clearness; the window is a phone's afterwards."""
        self.problems += await too_wide(page, what)
        await page.set_viewport_size(PHONE)
        self.problems += await unclear(page, what)

    async def nothing(self, page: Page, what: str) -> None:
        """For pages that were looked at before."""

    def assert_well_made(self) -> None:
        """Fails with everything that was found."""
        assert not self.problems, "\n".join(self.problems)
