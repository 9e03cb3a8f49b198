"""Where a person types: a labelled line."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from keytui.domain.text import harmless

LONGEST_PASTE = 4_096
"""Characters; more is no line that anybody means to enter."""


class Field(Input):
    """An input that keeps a password to itself and says when a paste does not fit."""

    class PasteRefused(Message):
        """A paste was not taken.

        Attributes:
            sentence: why, for the person.
        """

        def __init__(self, sentence: str) -> None:
            """Say why."""
            super().__init__()
            self.sentence = sentence

    def __init__(
        self,
        value: str = "",
        *,
        id: str,  # noqa: A002 - Textual's name
        entered: Callable[["Field"], None],
        password: bool = False,
    ) -> None:
        """Create the field; a blinking cursor would send 2 kB a second for ever.

        Args:
            value: what stands in it at first.
            id: its name.
            entered: is called at once when Enter is pressed in it.
            password: whether dots are shown for what is typed.
        """
        super().__init__(
            harmless(value), id=id, password=password, compact=True, select_on_focus=False
        )
        self.cursor_blink = False
        self._entered = entered

    def on_key(self, event: events.Key) -> None:
        """Take Enter and Tab at once, and hand on what was typed ahead of them.

        Textual lets these keys bubble while the characters after them are
        already put in: a password typed quickly after Enter would end, readable,
        in the field before it.
        """
        focused = self.screen.focused
        if focused is not None and focused is not self:
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
        elif event.key in ("enter", "tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self._entered(self)
            elif event.key == "tab":
                self.screen.focus_next()
            else:
                self.screen.focus_previous()

    def action_copy(self) -> None:
        """Copy the selection, but never out of a password."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut the selection, but never out of a password."""
        if not self.password:
            super().action_cut()

    def _on_paste(self, event: events.Paste) -> None:
        pasted = event.text.rstrip("\r\n")
        if len(pasted) > LONGEST_PASTE:
            sentence = f"The pasted text has {len(pasted):,} characters: nothing was pasted."
        elif len(pasted.splitlines()) > 1 and "PRIVATE KEY" in pasted:
            sentence = "This is a private key: keep it to yourself, and paste the .pub file's line."
        elif len(pasted.splitlines()) > 1:
            sentence = "The pasted text has several lines: paste one line."
        else:
            return
        event.stop()
        event.prevent_default()
        self.post_message(self.PasteRefused(sentence))


class Labelled(Horizontal):
    """A field with its label before it."""

    def __init__(self, label: str, field: Widget) -> None:
        """Put ``label`` before ``field``."""
        super().__init__()
        self._label = label
        self.field = field

    def compose(self) -> ComposeResult:
        """Lay them side by side."""
        yield Static(self._label, markup=False)
        yield self.field
