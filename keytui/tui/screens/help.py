"""Help: the keys of the screen it was asked on, whole at 80x24."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keytui.tui.menu import MenuAction
from keytui.tui.screens.dialog import Dialog, button

_EVERYWHERE = (
    ("Up Down j k", "one row"),
    ("PgUp PgDn", "one page"),
    ("g G", "first, last"),
    ("/", "filter the list"),
    ("s", "sort by the next column"),
    ("r", "refresh"),
    ("Enter a", "action menu"),
    ("1 2 3", "Profile, Manage Users, Audit"),
    ("Ctrl+P", "every action by name"),
    ("Esc", "one level back"),
    ("L", "sign out"),
    ("q Ctrl+Q", "quit"),
)


class Help(Dialog[None]):
    """Two columns: this screen's keys, and those of every list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,f1", "cancel", "Close", show=False),
    ]

    def __init__(self, place: str, actions: Sequence[MenuAction]) -> None:
        """Explain the keys of ``place``."""
        super().__init__()
        self.title_text = f"Help: {place}"
        self.actions = actions

    def body(self) -> ComposeResult:
        """Lay out the two columns."""
        here = [
            (action.key, action.label.format("user").rstrip("."))
            for action in self.actions
        ]
        left = [
            ("On this screen", ""),
            *(here or [("", "Nothing is done here, only read.")]),
        ]
        right = [("Everywhere", ""), *_EVERYWHERE]
        left += [("", "")] * (len(right) - len(left))
        lines = [
            f"{_entry(*first, 3):<34}{_entry(*second, 12)}"
            for first, second in zip(left, right, strict=True)
        ]
        yield Static(Content("\n".join(lines)), id="keys")

    def buttons(self) -> ComposeResult:
        """Close."""
        yield button("Close", "ok")


def _entry(key: str, does: str, width: int) -> str:
    return f"{key:<{width}} {does}" if does else key
