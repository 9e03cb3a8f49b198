"""Are you sure? A dialog that starts on Cancel."""

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.widgets import Static

from keytui.tui.screens.dialog import Dialog
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.plain import plain


class Confirm(Dialog[bool]):
    """Says what will happen and does it on request; answers ``True`` when done."""

    first_focus = "#cancel"

    def __init__(
        self, title: str, text: str, verb: str, doing: Callable[[], Awaitable[object]]
    ) -> None:
        """Ask; ``verb`` is on the button that awaits ``doing``."""
        super().__init__()
        self.title_text = title
        self.text = text
        self.verb = verb
        self.doing = doing

    def body(self) -> ComposeResult:
        """Say what will happen."""
        yield Static(plain(self.text), id="intro")

    def buttons(self) -> ComposeResult:
        """Offer Cancel first."""
        yield Button("Cancel", id="cancel")
        yield Button(self.verb, id="ok")

    def accept(self) -> None:
        """Do it."""
        self.attempt(self._do, "Working...")

    async def _do(self) -> bool:
        await self.doing()
        return True
