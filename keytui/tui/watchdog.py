"""A thread that sees signals and a lost terminal when Textual's loop cannot.

When a terminal stops reading (a frozen SSH client), Textual's writer stands in
a write, its loop waits for the writer, and neither asyncio's signal handlers
nor its timers nor Python's own handlers run any more. Signals are therefore
taken where the C handler of CPython leaves them, in a socket, and read here.
"""

import os
import select
import signal
import socket
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Final

ENDING: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)
ENDED_BY_SIGNAL: Final = 128
"""What shells add to the number of the signal that ended a program."""
_GRACE_SECONDS: Final = 5
"""How long the app has for its own end: it may wait for a clipboard to be cleared."""
ENDED_IDLE: Final = 1
"""The app's own exit code for a session in which nobody was left."""
_IDLE_WORDS: Final = (
    b"keytui: No key was pressed for too long. The session is over: come again.\r\n"
)
_OVERDUE_SECONDS: Final = 3
"""How long after the limit the app is given to end by itself: it looks once a second."""
_GIVE_BACK: Final = b"\x1b[<u\x1b[?2004l\x1b[?1004l\x1b[?1049l\x1b[?25h"
"""Keyboard protocol, bracketed paste and focus reports off, the screen before, the cursor."""


class Watchdog:
    """Watches from :meth:`start` to :meth:`stop`; both on the main thread."""

    def __init__(
        self,
        wake: Callable[[], object],
        wipe: Callable[[], object],
        end: Callable[[int], object],
        seconds_left: Callable[[], float] | None = None,
    ) -> None:
        """Create it.

        Args:
            wake: has the loop look for signals that are the loop's own business.
            wipe: overwrites the secret on show; called at once.
            end: has the app end with an exit code; called after that.
            seconds_left: how long nobody may press a key from now on, where the
                app itself ends at 0; it is ended when it did not.
        """
        self._wake = wake
        self._wipe = wipe
        self._end = end
        self._seconds_left = seconds_left
        self._stopped = Event()
        self._signals, self._handler = socket.socketpair()
        self._thread = Thread(target=self._run, name="watchdog", daemon=True)
        self._attributes: Any = None

    def start(self) -> None:
        """Begin to watch."""
        for end in (self._signals, self._handler):
            end.setblocking(False)
        # A storm of signals fills the socket: to warn of it would need the loop.
        signal.set_wakeup_fd(self._handler.fileno(), warn_on_full_buffer=False)
        for number in ENDING:
            signal.signal(number, lambda *_: None)
        with suppress(termios.error, OSError):
            self._attributes = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]  # cli/ made sure
        self._thread.start()

    def stop(self) -> None:
        """The app has ended by itself: watch no more."""
        if self._stopped.is_set() or not self._thread.is_alive():
            return
        self._stopped.set()
        signal.set_wakeup_fd(-1)
        with suppress(OSError):
            self._handler.send(b"\0")
        self._thread.join()
        for end in (self._signals, self._handler):
            end.close()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        poll.register(0, 0)  # nothing but its end
        while not self._stopped.is_set():
            seen = dict(poll.poll(self._patience()))
            numbers = set[int]()
            with suppress(BlockingIOError):
                numbers.update(self._signals.recv(4096))
            if 0 in seen:
                numbers.add(signal.SIGHUP)
                poll.unregister(0)
            ending = next((number for number in ENDING if number in numbers), None)
            if ending is not None:
                self._finish(ENDED_BY_SIGNAL + ending)
            elif self._is_overdue():
                self._finish(ENDED_IDLE)
            else:
                with suppress(RuntimeError):  # the loop has ended
                    self._wake()

    def _finish(self, code: int) -> None:
        self._wipe()
        with suppress(RuntimeError):
            self._end(code)
        if not self._stopped.wait(_GRACE_SECONDS):
            self._leave(code)

    def _patience(self) -> int | None:
        """Milliseconds to wait for something to happen; ``None`` for ever."""
        if self._seconds_left is None:
            return None
        return max(1, round((self._seconds_left() + _OVERDUE_SECONDS) * 1_000))

    def _is_overdue(self) -> bool:
        return self._seconds_left is not None and self._seconds_left() <= -_OVERDUE_SECONDS

    def _leave(self, code: int) -> None:
        """End without the loop: SQLite rolls back, the clipboard's helper notices."""
        with suppress(OSError, termios.error):
            os.set_blocking(2, False)
            os.write(2, _GIVE_BACK)
            if self._attributes is not None:
                termios.tcsetattr(0, termios.TCSANOW, self._attributes)
            if code == ENDED_IDLE:
                os.write(2, _IDLE_WORDS)
        os._exit(code)
