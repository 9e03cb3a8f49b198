"""The palette (Ctrl+P): every action of the screen by name, with its key.

There is no Screenshot among them: it would write what is on the screen to a
file that everybody can read.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.markup import escape
from textual.screen import Screen

from keytui.domain.text import harmless
from keytui.tui.screens.place import Place
from keytui.tui.surroundings import NO_LOCK

if TYPE_CHECKING:
    from keytui.tui.app import KeytuiApp


def commands(app: "KeytuiApp", screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Yield what can be done on ``screen`` and everywhere."""
    if not isinstance(screen, Place):
        return
    for action in screen.ACTIONS:
        # The palette reads its titles as markup.
        yield SystemCommand(
            escape(harmless(f"{screen.words(action)}  ({action.key})")),
            escape(harmless(screen.why_not(action) or f"On {screen.PLACE}")),
            lambda name=action.name: screen.action_pick(name),
        )
    for key, title in app.places:
        yield SystemCommand(
            f"{title}  ({key})",
            "Go there",
            lambda title=title: app.action_place(title),
        )
    yield SystemCommand("Actions  (a)", "Open the action menu", screen.action_menu)
    yield SystemCommand("Filter  (/)", "Show only what contains a text", screen.action_filter)
    yield SystemCommand("Sort  (s)", "Sort by the next column", screen.action_sort)
    yield SystemCommand("Refresh  (r)", "Read the list anew", screen.action_reread)
    yield SystemCommand("Help  (?)", "The keys of this screen", app.action_help)
    forced = app.surroundings.forced
    lock = NO_LOCK if forced else "Cover the screen until the password is typed"
    yield SystemCommand("Lock", lock, app.action_lock)
    yield SystemCommand("Dark or light", "Change the colours", app.action_look)
    yield SystemCommand(
        "Sign out  (L)",
        "End this session" if forced else "Let somebody else sign in",
        app.action_sign_out,
    )
    yield SystemCommand("Quit  (q)", "Leave keytui", app.action_quit)
