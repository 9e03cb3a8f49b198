"""Dialogs whose work may take long: they say how far it is, and Esc stops it."""

from collections.abc import Awaitable, Callable, Sequence
from threading import Event
from time import monotonic, sleep
from typing import Final

from keytui.domain import clock
from keytui.domain.clock import SECOND
from keytui.domain.errors import Cancelled
from keytui.tui.screens.dialog import Dialog, T
from keytui.tui.screens.form import Entry, Form, Values

_TELL_SECONDS: Final = 0.5


class LongWork(Dialog[T]):
    """Hands :meth:`progress` to services that run on the thread for long work."""

    said_when_stopped = "Stopped: nothing was changed."

    def accept(self) -> None:
        """Begin; what was stopped before may be tried again."""
        if not self.busy:
            self._stopped = Event()
            self._begun = self._told = monotonic()
        super().accept()

    def progress(self, done: int, total: int) -> None:
        """Say how many of how many keys are done, now and then; called on another thread.

        Raises:
            Cancelled: Esc was pressed.
        """
        if self._stopped.is_set():
            raise Cancelled(self.said_when_stopped)
        present = monotonic()
        if present - self._told >= _TELL_SECONDS and 0 < done < total:
            self._told = present
            left = clock.duration(round((present - self._begun) * (total - done) / done * SECOND))
            self.app.call_later(self.say, f"{done:,} of {total:,} keys, {left} left. Esc stops it.")
        sleep(0)  # let the screen have its turn

    def action_cancel(self) -> None:
        """Close; or stop what is under way."""
        if self.busy:
            self._stopped.set()
        super().action_cancel()


class LongForm(LongWork[T], Form[T]):
    """A form of that kind."""

    def __init__(  # noqa: PLR0913 - a form has this many parts
        self,
        title: str,
        intro: str,
        entries: Sequence[Entry],
        submit: Callable[[Values], Awaitable[T]],
        *,
        stopped: str = LongWork.said_when_stopped,
        ok: str = "OK",
        working: str = "Working...",
        start: str = "",
    ) -> None:
        """Create the form; ``stopped`` is the sentence for when it was stopped."""
        super().__init__(title, intro, entries, submit, ok=ok, working=working, start=start)
        self.said_when_stopped = stopped
