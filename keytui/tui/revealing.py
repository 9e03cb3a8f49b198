"""What the app does for a secret on show: it reaches the terminal, the clipboard, and is cleared there."""

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keytui.settings import Settings
from keytui.tui.guarded import GuardedApp
from keytui.tui.reveal.clipboard.clearing import Cleared, Clearing
from keytui.tui.reveal.driver import late_driver
from keytui.tui.reveal.late_binding import LateBinding
from keytui.tui.reveal.sequences import Wrapping
from keytui.tui.widgets.bars import StatusLine

if TYPE_CHECKING:
    from keytui.domain.secret import Secret
    from keytui.tui.reveal.clipboard.copying import Outcome
    from keytui.tui.reveal.screen import Reveal

# What is imported inside of a method, the first paint need not wait for.


class RevealingApp(GuardedApp):
    """The part of the app that every pop-up with a secret needs."""

    def __init__(self, settings: Settings) -> None:
        """Have a driver that puts the secret in at the last write."""
        self.late = LateBinding()
        super().__init__(settings.look, late_driver(self.late))
        self.settings = settings
        self.clearing = Clearing()
        self._to_say = ""

    def on_mount(self) -> None:
        """Begin to count down to the clearing of the clipboard."""
        self.set_interval(1, self._look_at_clipboard)

    @property
    def reveals(self) -> "Sequence[Reveal]":
        """The pop-ups that are open, with a secret on show or one that was."""
        from keytui.tui.reveal.screen import Reveal

        return [screen for screen in self.screen_stack if isinstance(screen, Reveal)]

    async def copy_to_any_clipboard(self, secret: "Secret") -> "Outcome":
        """Copy the secret on show by the best way there is here; a native copy is cleared later."""
        from keytui.tui.reveal.clipboard import copying, routes

        seconds = self.settings.clear_seconds
        outcome = await asyncio.to_thread(
            copying.copy,
            secret,
            routes.routes(self.settings.clipboard, os.environ),
            self._send,
            lambda text: self.clearing.copy(text, seconds),
        )
        self._look_at_clipboard()
        return outcome

    def _look_at_clipboard(self) -> None:
        if not self.screen_stack:  # on the way out
            return
        left = self.clearing.seconds_left
        remark = "" if left is None else f"The clipboard is cleared in {left} s."
        for screen in self.screen_stack:
            for line in screen.query("#status, #message").results(StatusLine):
                line.remark(remark)
        cleared = self.clearing.over()
        if cleared is Cleared.DONE:
            for reveal in self.reveals:
                reveal.copy_is_gone()
        if cleared is not None:
            self._to_say = cleared.value
        # There is no line yet on a screen that is being laid out, and none on the palette.
        for line in self.screen.query("#status, #message").results(StatusLine):
            if self._to_say:
                line.say(self._to_say)
                self._to_say = ""

    def _send(self, wrapping: Wrapping) -> None:
        # The driver writes in the order it is given, so that a sequence never
        # lands in the middle of a frame. App.copy_to_clipboard would keep a copy.
        if self._driver is not None:
            self._driver.write(self.late.sequence(wrapping))

    def _handle_exception(self, error: Exception) -> None:
        self.late.wipe()
        super()._handle_exception(error)
