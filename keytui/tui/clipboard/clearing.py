"""Emptying the clipboard again, if it still holds what keytui put there."""

from threading import Lock

from keytui.tui.clipboard.native import Mark


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

    def clear(self) -> bool:
        """Clear now if it is still ours; tell whether it was. May take some seconds."""
        with self._lock:
            mark, self._mark = self._mark, None
        return mark is not None and mark.clear()
