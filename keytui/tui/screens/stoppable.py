"""A form whose work tells how far it is, and can be stopped."""

from collections.abc import Awaitable, Callable
from threading import Event
from time import monotonic, sleep
from typing import ClassVar, Final

from keytui.domain import clock
from keytui.domain.clock import SECOND
from keytui.domain.errors import Cancelled
from keytui.tui.screens.dialog import T
from keytui.tui.screens.form import Form

_TELL_SECONDS: Final = 0.5


class StoppableForm(Form[T]):
    """Hand :meth:`progress` to what is done on another thread; Esc then stops it."""

    stopped_words: ClassVar[str] = "Stopped: nothing was changed."

    def attempt(self, doing: Callable[[], Awaitable[T]], words: str) -> None:
        """Do it; nobody has stopped it yet."""
        if not self.busy:
            self._stopped = Event()
            self._begun = self._told = monotonic()
        super().attempt(doing, words)

    def progress(self, done: int, total: int) -> None:
        """Say on the screen how far it is.

        Raises:
            Cancelled: Esc was pressed.
        """
        if self._stopped.is_set():
            raise Cancelled(self.stopped_words)
        present = monotonic()
        if present - self._told >= _TELL_SECONDS and done < total:
            self._told = present
            left = clock.duration(round((present - self._begun) * (total - done) / done * SECOND))
            self.app.call_later(self.say, f"{done:,} of {total:,} keys, {left} left. Esc stops it.")
        sleep(0)  # let the screen have its turn

    def action_cancel(self) -> None:
        """Close; or stop what is under way."""
        if self.busy:
            self._stopped.set()
        super().action_cancel()
