"""Emptying the clipboard again, if it still holds what keytui put there."""

from enum import Enum
from threading import Lock

from keytui.tui.clipboard import child
from keytui.tui.clipboard.native import Mark


class Cleared(Enum):
    """How clearing went; what there is to say to the person, where there is something."""

    NOTHING = ""
    """There was nothing of ours to clear."""
    DONE = "The clipboard is cleared: it still held what you copied."
    FAILED = "The clipboard could not be cleared: clear it yourself."


class Clearing:
    """Remembers the mark of the last native copy until it is cleared."""

    def __init__(self) -> None:
        """Expect nothing yet."""
        self._mark: Mark | None = None
        self._lock = Lock()

    def expect(self, mark: Mark) -> None:
        """Clear ``mark`` next; a later copy replaced the one before it."""
        with self._lock:
            self._mark = mark

    def clear(self) -> Cleared:
        """Clear now if it is still ours. May take some seconds."""
        with self._lock:
            mark, self._mark = self._mark, None
        if mark is None:
            return Cleared.NOTHING
        answer = mark.clear()
        if answer == child.COPIED:
            return Cleared.DONE
        return Cleared.NOTHING if answer == child.NOT_OURS else Cleared.FAILED
