"""Emptying the clipboard again, if it still holds what keytui put there.

A helper process does it, which outlives keytui: it waits for its time, or for
the end of the pipe to it, which comes when keytui quits, crashes, is killed or
loses its terminal. All it knows is a random key and a keyed tag.
"""

import secrets
import subprocess
from contextlib import suppress
from enum import Enum

from keytui.tui.idle import monotonic
from keytui.tui.reveal.clipboard import child, native


class Cleared(Enum):
    """How clearing went; what there is to say to the person, where there is something."""

    NOTHING = ""
    """There was nothing of ours to clear."""
    DONE = "The clipboard is cleared: it still held what you copied."
    FAILED = "The clipboard could not be cleared: clear it yourself."


_CLEARED = {
    child.CLEARED: Cleared.DONE,
    child.NOT_OURS: Cleared.NOTHING,
    child.LEFT_ALONE: Cleared.NOTHING,
}


class Mark:
    """Recognises a text without holding it: a random key and a keyed tag."""

    def __init__(self, text: memoryview) -> None:
        """Mark ``text``."""
        key = secrets.token_bytes(child.TAG_KEY_BYTES)
        self.bytes = key + child.tag(key, text)


class Clearing:
    """The helper of the last native copy."""

    def __init__(self) -> None:
        """Have nothing to clear yet."""
        self._helper: subprocess.Popen[bytes] | None = None
        self._end = 0.0

    def begin(self, mark: Mark, seconds: int) -> bool:
        """Have the clipboard cleared of what was marked in ``seconds``; tell whether that could be arranged.

        What was copied before is over: this copy took its place.
        """
        self.forget()
        self._helper = native.start("clear", seconds)
        if self._helper is None or self._helper.stdin is None:
            return False
        try:
            self._helper.stdin.write(mark.bytes)
        except OSError:
            return False
        self._end = monotonic() + seconds
        return True

    @property
    def seconds_left(self) -> int | None:
        """Seconds until it is cleared, at least 0; ``None`` when there is nothing to clear."""
        return None if self._helper is None else max(0, round(self._end - monotonic()))

    def over(self) -> Cleared | None:
        """Return how it went, once, or ``None`` while there is nothing to tell."""
        if self._helper is None or self._helper.poll() is None:
            return None
        return self._ended()

    def finish(self) -> Cleared:
        """Have it cleared now, and wait until it is, some seconds at most."""
        if self._helper is None:
            return Cleared.NOTHING
        self._close()
        try:
            self._helper.wait(native.LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._helper = None  # it goes on by itself
            return Cleared.FAILED
        return self._ended()

    def forget(self) -> None:
        """Leave the clipboard alone: nothing of ours is in it."""
        if self._helper is not None and self._helper.stdin is not None:
            with suppress(OSError):
                self._helper.stdin.write(b".")
            self._close()
            self._helper = None

    def _close(self) -> None:
        if self._helper is not None and self._helper.stdin is not None:
            with suppress(OSError):
                self._helper.stdin.close()

    def _ended(self) -> Cleared:
        code = None if self._helper is None else self._helper.poll()
        self._close()
        self._helper = None
        return Cleared.FAILED if code is None else _CLEARED.get(code, Cleared.FAILED)
