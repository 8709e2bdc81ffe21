"""Drives the outliner's test app the way an author does, and asks its server what it has."""

import re
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from pydantic import JsonValue

WIDE: ViewportSize = {"width": 1100, "height": 900}

_NAMES = count(1)


@dataclass(slots=True)
class Author:
    """Somebody in front of an outline. `name` is the draft's; two authors may share one."""

    page: Page
    url: str
    name: str
    errors: list[str]

    def visit(self, **query: str) -> None:
        self.query = "&".join(f"{k}={v}" for k, v in {"name": self.name, **query}.items())
        self.reload()

    def reload(self) -> None:
        self.page.goto(f"{self.url}?{self.query}")
        expect(self.page.locator(".ol-foot")).to_be_visible(timeout=20_000)

    query: str = ""

    def row(self, index: int) -> Locator:
        return self.page.locator(".ol-row").nth(index)

    def title(self, index: int) -> Locator:
        return self.row(index).locator(".ol-title")

    def rows(self) -> list[list[JsonValue]]:
        """Level and title of each visible row."""
        found: list[list[JsonValue]] = self.page.locator(".ol-tree").evaluate(
            "tree => [...tree.querySelectorAll('.ol-row')].map(row =>"
            " [Number(row.ariaLevel), row.querySelector('.ol-title').value])"
        )
        return found

    def titles(self) -> list[JsonValue]:
        return [title for _, title in self.rows()]

    def current(self) -> str:
        """The title that has the focus."""
        return str(
            self.page.locator(".ol-frame").evaluate(
                "frame => frame.getRootNode().activeElement?.value ?? ''"
            )
        )

    def go(self, index: int, *, to: str = "Control+End") -> None:
        self.title(index).click()
        self.page.keyboard.press(to)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, *, delay_ms: int = 0) -> None:
        self.page.keyboard.type(text, delay=delay_ms)

    def wait_until_saved(self) -> None:
        state = self.page.locator(".ol-state")
        expect(state).to_have_attribute("data-state", re.compile("saved|growing"), timeout=20_000)

    def draft(self) -> dict[str, JsonValue]:
        """What the server has."""
        got: dict[str, JsonValue] = self.page.request.get(f"{self.url}harness/{self.name}").json()
        return got

    def nodes(self) -> list[dict[str, JsonValue]]:
        nodes = self.draft()["nodes"]
        assert isinstance(nodes, list)
        return [node for node in nodes if isinstance(node, dict)]

    def node(self, title: str) -> dict[str, JsonValue]:
        (found,) = [node for node in self.nodes() if node["title"] == title]
        return found

    def saved_titles(self) -> list[JsonValue]:
        return [node["title"] for node in self.nodes()]

    def tell(self, what: str, values: dict[str, JsonValue]) -> None:
        answer = self.page.request.post(f"{self.url}harness/{self.name}/{what}", data=values)
        assert answer.ok

    def paste(self, text: str) -> None:
        self.page.locator(".ol-frame").evaluate(
            """(frame, text) => {
              const data = new DataTransfer()
              data.setData("text/plain", text)
              const event = { clipboardData: data, bubbles: true, cancelable: true }
              frame.getRootNode().activeElement.dispatchEvent(new ClipboardEvent("paste", event))
            }""",
            text,
        )

    def drag(self, index: int, *, onto: int, right_px: int = 0, drop: bool = True) -> None:
        """Drag a row by its handle to just above another row."""
        self.row(index).hover()
        grip = self.row(index).locator(".ol-grip").bounding_box()
        target = self.row(onto).bounding_box()
        assert grip is not None
        assert target is not None
        x, y = grip["x"] + 6, grip["y"] + 12
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right_px, (y + target["y"]) / 2, steps=3)
        self.page.mouse.move(x + right_px, target["y"] + 3, steps=3)
        if drop:
            self.page.mouse.up()


def new_author(
    browser: Browser,
    url: str,
    *,
    name: str = "",
    scheme: str = "light",
    viewport: ViewportSize = WIDE,
) -> Author:
    context = browser.new_context(
        viewport=viewport, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return Author(page, url, name or f"desk{next(_NAMES)}", errors)
