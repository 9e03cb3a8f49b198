"""The pop-up that shows a key text or a sign-in code once.

It closes by OK and by nothing else: not by Esc, ``q``, a click beside it or
keys typed ahead. After OK the secret is wiped and keytui has it nowhere.
"""

from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from keytui.domain.secret import Secret
from keytui.tui.reveal.secret_line import SecretLine
from keytui.tui.screens.dialog import Dialog, button
from keytui.tui.widgets.plain import plain

QUIET_SECONDS = 0.4
"""How long no key may have come before one counts: what was typed before the
pop-up could be seen must not answer it."""


class Reveal(Dialog[bool]):
    """Shows a secret once; answers ``True`` when it is gone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy to clipboard", show=False, id="copy"),
        Binding("escape", "stay", "Stay", show=False, id="stay"),
        Binding("left", "app.focus_previous", "Previous", show=False, id="left"),
        Binding("right", "app.focus_next", "Next", show=False, id="right"),
    ]
    first_focus = "#copy"

    def __init__(self, title: str, what: str, secret: Secret, otherwise: str) -> None:
        """Show ``secret``.

        Args:
            title: the pop-up's title.
            what: which secret this is, a sentence.
            secret: it; wiped when the pop-up closes, however it closes.
            otherwise: what to do when it is lost, after "to get another, ".
        """
        super().__init__()
        self.title_text = title
        self.what = what
        self.secret = secret
        self.otherwise = otherwise
        self._copied = False
        self._warned = False
        self._quiet_from = monotonic()

    def body(self) -> ComposeResult:
        """Lay out the words and the secret."""
        yield Static(plain(f"{self.what} Shown only now: nobody can see it again."), id="intro")
        yield SecretLine(self.secret)

    def buttons(self) -> ComposeResult:
        """Offer to copy, and to be done."""
        yield button("Copy to clipboard", "copy")
        yield button("OK", "ok")

    def on_mount(self) -> None:
        """Say how to copy."""
        self.say("Enter or c copies. Tab goes to OK. Esc does not close this.")

    def on_key(self) -> None:
        """Let every key that was typed ahead prolong the quiet."""
        self._typed_ahead()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Copy, or be done, unless the key was typed ahead."""
        event.stop()
        event.prevent_default()
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.accept()

    def action_copy(self) -> None:
        """Copy to the clipboard; then OK is the next thing to press."""
        if self._typed_ahead() or self.busy:
            return
        self.busy = True
        self.say("Copying...")
        self.run_worker(self._copy(), name="copy")

    async def _copy(self) -> None:
        outcome = await self.keytui.copy_to_any_clipboard(self.secret)
        self.busy = False
        self._copied = outcome.worked
        if outcome.worked:
            self.say(outcome.sentence)
            self.query_one("#ok").focus()
        else:
            self.complain(outcome.sentence)
        self._quiet_from = monotonic()

    def accept(self) -> None:
        """Close for good; before any copy it is asked once."""
        if self._typed_ahead() or self.busy:
            return
        if self._copied or self._warned:
            self.mask()
        else:
            self._warned = True
            self.complain(
                f"NOT COPIED yet. Press OK again to close; to get another, {self.otherwise}."
            )

    def action_cancel(self) -> None:
        """Stay: Esc does not close this pop-up."""
        self.action_stay()

    def action_stay(self) -> None:
        """Say what closes it."""
        self.complain("Only OK closes this: the text is shown only once.")

    def mask(self) -> None:
        """Wipe the secret and close, as OK does."""
        self.secret.wipe()
        self.query_one(SecretLine).refresh()
        self.dismiss(True)

    def on_unmount(self) -> None:
        """Wipe the secret, whatever closed the pop-up."""
        self.secret.wipe()

    def _typed_ahead(self) -> bool:
        present = monotonic()
        early = present - self._quiet_from < QUIET_SECONDS
        if early:
            self._quiet_from = present
        return early
