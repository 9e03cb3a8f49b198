"""How to get to every screen and every dialog of keytui."""

from dataclasses import dataclass
from typing import Any

from textual.command import CommandPalette
from textual.screen import Screen

from keytui.tui.reveal.screen import Reveal
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.ending import Ending
from keytui.tui.screens.entrance import Locked, SignIn
from keytui.tui.screens.export import Export
from keytui.tui.screens.form import Form
from keytui.tui.screens.help import Help
from keytui.tui.screens.key_details import OwnKeyDetails, UserKeyDetails
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.review_dialogs import OpenReview
from keytui.tui.screens.reviews import Reviews
from keytui.tui.screens.ssh_keys import OwnSshKeys, UserSshKeys
from keytui.tui.screens.user_keys import AllKeys, UserKeys
from tests.tui.support import Tui

LOCK = "LOCK"
"""Stands among the keys for locking the screen."""


@dataclass(frozen=True)
class Way:
    """The keys that lead from Profile to a screen."""

    keys: tuple[str, ...]
    kind: type[Screen[Any]]

    def __str__(self) -> str:
        """Name it in a test's id."""
        return f"{self.kind.__name__}-{''.join(self.keys)}"


USER_WAYS = (
    Way((), Profile),
    Way(("a",), ActionMenu),
    Way(("question_mark",), Help),
    Way(("ctrl+p",), CommandPalette),
    Way((LOCK,), Locked),
    Way(("n",), Form),
    Way(("n", "y", "enter"), Reveal),
    Way(("x",), Form),
    Way(("x", "y", "enter"), Confirm),
    Way(("space", "x"), Ending),
    Way(("l",), Form),
    Way(("p",), Form),
    Way(("i",), OwnKeyDetails),
    Way(("K",), OwnSshKeys),
    Way(("K", "a"), ActionMenu),
    Way(("K", "question_mark"), Help),
    Way(("K", "n"), Form),
    Way(("3",), Audit),
    Way(("3", "question_mark"), Help),
    Way(("L",), SignIn),
)
"""From a user's Profile."""

ADMINISTRATOR_WAYS = (
    Way((), Profile),
    Way(("a",), ActionMenu),
    Way(("2",), ManageUsers),
    Way(("2", "a"), ActionMenu),
    Way(("2", "question_mark"), Help),
    Way(("2", "ctrl+p"), CommandPalette),
    Way(("2", "e"), Export),
    Way(("2", "P"), Form),
    Way(("2", "P", "down", "down", "down", "down", "y", "enter"), Confirm),
    Way(("2", "n"), Form),
    Way(("2", "n", "y", "enter"), Reveal),
    Way(("2", "t"), Confirm),
    Way(("2", "p"), Confirm),
    Way(("2", "p", "tab", "enter"), Reveal),
    Way(("2", "x"), Form),
    Way(("2", "x", "y", "enter"), Confirm),
    Way(("2", "v"), UserKeys),
    Way(("2", "v", "a"), ActionMenu),
    Way(("2", "v", "i"), UserKeyDetails),
    Way(("2", "v", "x"), Form),
    Way(("2", "v", "x", "y", "enter"), Confirm),
    Way(("2", "v", "asterisk", "x"), Ending),
    Way(("2", "c"), ActionMenu),
    Way(("2", "c", "1"), AllKeys),
    Way(("2", "O"), Ending),
    Way(("2", "w"), AllKeys),
    Way(("2", "R"), Reviews),
    Way(("2", "R", "a"), ActionMenu),
    Way(("2", "R", "n"), OpenReview),
    Way(("2", "K"), UserSshKeys),
    Way(("2", "K", "a"), ActionMenu),
    Way(("3",), Audit),
)
"""From an administrator's Profile; they stop at the user ``about`` on Manage Users."""


async def go(tui: Tui, way: Way, about: str = "") -> None:
    """Go there."""
    for key in way.keys:
        before = tui.app.screen
        if key == LOCK:
            tui.app.action_lock()
        else:
            await tui.press(key)
        if key == "enter":
            await tui.until(lambda before=before: tui.app.screen is not before)
        await tui.calm()
        if key == "2":
            tui.listing.select(about)
            await tui.pilot.pause()
    await tui.on(way.kind)
