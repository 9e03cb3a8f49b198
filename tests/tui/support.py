"""Driving the app in a test: start it, press keys, wait for what should come, read the screen."""

import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from rich.cells import cell_len
from textual._context import visible_screen_stack
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from keytui.domain.records import Actor, ApiKey
from keytui.services import api_keys, sign_in
from keytui.services.sign_in import SignedIn
from keytui.settings import Settings
from keytui.tui.app import KeytuiApp
from keytui.tui.screens.entrance import SignIn
from keytui.tui.widgets.listing import Listing
from tests.support import HERE, PASSWORD

LIMIT_SECONDS = 20.0
"""How long a condition that comes within a second is looked at before a test gives up on it."""

HOME = (80, 24)
WIDE = (120, 40)
SMALL = (60, 16)
SIZES = (HOME, WIDE, SMALL)

S = TypeVar("S", bound=Screen[Any])


@dataclass
class Tui:
    """The running app and the hands at its keyboard."""

    app: KeytuiApp
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let the app work until ``condition`` holds, for a bounded time."""
        end = monotonic() + LIMIT_SECONDS
        while not condition():
            if monotonic() > end:
                raise AssertionError(f"never came: {what or condition}\n{self.text}")
            await self.pilot.pause()

    async def on(self, kind: type[S]) -> S:
        """Wait for a screen of this kind to be on top, and return it."""
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)
        await self.pilot.pause()
        screen = self.app.screen
        assert isinstance(screen, kind)
        return screen

    async def shows(self, words: str) -> None:
        """Wait until the screen shows these words, wherever its lines break."""
        wanted = " ".join(words.split())
        await self.until(lambda: wanted in self.flow, repr(wanted))

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        """Paste text where the focus is, as a terminal hands it over."""
        self.app.post_message(Paste(text))
        await self.pilot.pause()

    async def fill(self, *values: str) -> None:
        """Enter values into the fields of a form, Enter after each."""
        for value in values:
            if value:
                await self.paste(value)
            await self.press("enter")

    @property
    def strips(self) -> Sequence[Strip]:
        """The lines of the screen as they would be written."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()

    async def calm(self) -> None:
        """Wait until the rows that were asked for are there."""
        await self.until(lambda: "Reading..." not in self.text)
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """The lines of the screen as text."""
        late = self.app.late
        return [
            late.placeholder.sub(
                lambda found: bytes(late.characters(found[0])).decode(), strip.text
            )
            for strip in self.strips
        ]

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    @property
    def flow(self) -> str:
        """The screen's words without its lines: sentences that were wrapped are whole again."""
        words = [line.strip("│ ").replace("│", " ") for line in self.lines]
        return " ".join(" ".join(words).split())

    @property
    def message(self) -> str:
        """What the message area of the dialog, or the status line of the screen, says."""
        return str(self.app.screen.query_one("#message, #status", Static).content)

    @property
    def listing(self) -> Listing:
        """The list of the screen on top."""
        return self.app.screen.query_one(Listing)

    @property
    def cursor_strip(self) -> Strip:
        """The line of the selected row, as it would be written."""
        listing = self.listing
        line = listing.region.y + 1 + listing.cursor - round(listing.scroll_offset.y)
        return self.strips[line].crop(listing.region.x, listing.region.right)

    @property
    def cursor_line(self) -> str:
        """The text of the selected row, as drawn."""
        return self.cursor_strip.text

    def boxes_fit(self) -> bool:
        """Tell whether every line is exactly as wide as the screen, and no dialog is cut off."""
        screen = self.app.screen
        if any(cell_len(line) != screen.size.width for line in self.lines):
            return False
        return all(
            screen.region.contains_region(box.region)
            and all(
                box.region.contains_region(part.region) and part.region.height > 0
                for part in screen.query("#box > *, #buttons > *, Labelled > *")
                if part.display
            )
            for box in screen.query("#box")
        )


def enter(user_id: str) -> SignedIn:
    """Sign somebody in who has a password."""
    entered = sign_in.sign_in(user_id, PASSWORD, HERE)
    assert isinstance(entered, SignedIn)
    return entered


@asynccontextmanager
async def running(
    who: str | SignedIn | None = None,
    first: Screen[Any] | None = None,
    size: tuple[int, int] = HOME,
    **settings: Any,
) -> AsyncIterator[Tui]:
    """Run the app on the open test database, with ``who`` signed in already."""
    if isinstance(who, str):
        who = enter(who)
    app = KeytuiApp(Settings(**settings), "local", first or SignIn())
    try:
        async with app.run_test(size=size) as pilot:
            tui = Tui(app, pilot)
            if who is not None:
                app.came_in(who)
                await tui.until(lambda: app.screen.query(Listing))
                await tui.until(lambda: "Reading..." not in tui.text)
            yield tui
    finally:
        app.background.close()
        app.clearing.finish()


def new_key(owner: Actor, label: str = "laptop") -> ApiKey:
    """Create a key whose text nobody sees."""
    key, secret = api_keys.create_key(owner, label)
    secret.wipe()
    return key


BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""What turns the direction of text, by UAX #9."""


def acting(text: str) -> str:
    """Return the characters of ``text`` that would act on a terminal, or turn its lines."""
    return "".join(
        character
        for character in text
        if unicodedata.category(character) == "Cc" or ord(character) in BIDI
    )
