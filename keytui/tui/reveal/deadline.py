"""The end of a reveal that nobody looks at, whatever the screen is doing.

A thread of its own: when the terminal has stopped reading, Textual's loop stands
still, its timers with it.
"""

from collections.abc import Callable
from threading import Event, Thread

from keytui.tui.idle import monotonic

_LOOK_SECONDS = 0.25
"""How often the thread looks: a laptop that slept is noticed as soon as it wakes."""


class Deadline:
    """Calls ``expire`` once, from its own thread, when nobody extended it for ``seconds``."""

    def __init__(self, seconds: int, expire: Callable[[], object]) -> None:
        """Start to count."""
        self._seconds = seconds
        self._expire = expire
        self._over = Event()
        self._end = 0.0
        self.extend()
        Thread(target=self._run, name="reveal-deadline", daemon=True).start()

    def extend(self) -> None:
        """Somebody is there: count anew."""
        self._end = monotonic() + self._seconds

    def cancel(self) -> None:
        """Never expire."""
        self._over.set()

    @property
    def seconds_left(self) -> int:
        """Whole seconds that are left, at least 0."""
        return max(0, round(self._end - monotonic()))

    def _run(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            if monotonic() >= self._end:
                self._over.set()
                self._expire()
