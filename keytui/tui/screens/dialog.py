"""The frame of every dialog: a title, a body, a message area of fixed height, buttons.

A dialog that does something awaits it and stays open with the sentence when it
fails, so that nothing typed is lost.
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from keytui.domain.errors import KeytuiError, SignedOut
from keytui.tui.screens.sized import Sized
from keytui.tui.widgets.bars import StatusLine, TooSmall
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.plain import plain

T = TypeVar("T")


class Dialog(Sized, ModalScreen[T | None], Generic[T]):
    """A modal that answers with a value, or with ``None`` for Cancel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, id="cancel"),
        Binding("down", "app.focus_next", "Next", show=False, id="next"),
        Binding("up", "app.focus_previous", "Previous", show=False, id="previous"),
    ]

    title_text: str = ""
    first_focus: str = "#ok"

    def __init__(self) -> None:
        """Create the dialog with nothing under way."""
        super().__init__()
        self.busy = False
        self._done: list[T] = []
        self._dismissed = False

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        with Vertical(id="box") as box:
            box.border_title = plain(self.title_text)
            yield from self.body()
            yield StatusLine(id="message", markup=False)
            with Horizontal(id="buttons"):
                yield from self.buttons()
        yield TooSmall()

    def body(self) -> ComposeResult:
        """Yield what stands between the title and the message area."""
        yield Static()

    def buttons(self) -> ComposeResult:
        """Yield the buttons, left to right."""
        yield Button("OK", id="ok")
        yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        """Focus where it is safe to start."""
        self.query_one(self.first_focus).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Cancel on Cancel, accept on OK."""
        if event.button.id == "cancel":
            self.action_cancel()
        elif event.button.id == "ok":
            self.accept()

    def accept(self) -> None:
        """Do what OK stands for."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Close without doing anything."""
        if not self.busy:
            self.dismiss(None)

    def say(self, sentence: str) -> None:
        """Show a sentence in the message area."""
        self.query_one("#message", StatusLine).say(sentence)

    def complain(self, sentence: str) -> None:
        """Show in the message area what did not work."""
        self.query_one("#message", StatusLine).complain(sentence)

    def on_field_paste_refused(self, event: Field.PasteRefused) -> None:
        """Say why a paste was not taken."""
        self.complain(event.sentence)

    def attempt(self, doing: Callable[[], Awaitable[T]], words: str) -> None:
        """Do it, and close with its result, or stay open and say what is wrong."""
        if not self.busy:
            self.busy = True
            self.say(words)
            self.run_worker(self._attempt(doing), name="attempt")

    async def _attempt(self, doing: Callable[[], Awaitable[T]]) -> None:
        try:
            result = await doing()
        except SignedOut as error:
            self.keytui.ask_sign_in(str(error))
        except KeytuiError as error:
            self.busy = False
            self.complain(str(error))
            self.failed(error)
        else:
            # Busy for good: a second Enter must not do it a second time.
            self._done.append(result)
            self._close_when_on_top()

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close once, and only when on top.

        Textual's own takes away whatever screen is the topmost: a second Enter
        in the same breath would take the screen below, or a lock above.
        """
        if self._dismissed or not self.is_current:
            return AwaitComplete()
        self._dismissed = True
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        """Close now, if what was done was done under another screen."""
        self._close_when_on_top()

    def _close_when_on_top(self) -> None:
        if self._done and self.is_current:
            self.dismiss(self._done.pop())

    def failed(self, error: KeytuiError) -> None:
        """React to what went wrong besides saying it."""
