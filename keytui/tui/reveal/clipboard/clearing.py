"""Copying to the clipboard of this machine, and emptying it again if it still holds that."""

from enum import Enum

from keytui.tui.reveal.clipboard import child
from keytui.tui.reveal.clipboard.helper import Helper


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


class Clearing:
    """Knows the helper of the last native copy. One thread copies, another looks."""

    def __init__(self) -> None:
        """Have nothing to clear yet."""
        self._helper: Helper | None = None

    def copy(self, text: memoryview, seconds: int) -> bytes:
        """Copy ``text``, to be cleared in ``seconds``; return the child's answer, ``b""`` for none.

        May take some seconds. The copy before it is forgotten only once this one
        may have taken its place.
        """
        try:
            helper = Helper(text, seconds)
        except OSError:  # no pyperclip, no process more, no memory more
            return child.NO_CLIPBOARD
        answer = helper.answer()
        if answer in (child.COPIED, child.NOT_CONFIRMED):
            before, self._helper = self._helper, helper
            if before is not None:
                before.leave_alone()
        else:
            helper.clear_now()  # should it still come to copying
        return answer

    @property
    def seconds_left(self) -> int | None:
        """Seconds until it is cleared; ``None`` when there is nothing to clear."""
        helper = self._helper
        return helper.seconds_left if helper is not None and helper.confirmed else None

    def over(self) -> Cleared | None:
        """Return how it went, once, or ``None`` while there is nothing to tell."""
        helper = self._helper
        code = None if helper is None else helper.ended()
        if helper is None or code is None:
            return None
        helper.clear_now()
        if self._helper is helper:
            self._helper = None
        return _CLEARED.get(code, Cleared.FAILED) if helper.confirmed else Cleared.NOTHING

    def finish(self) -> Cleared:
        """Have it cleared now, and wait until it is, some seconds at most."""
        helper, self._helper = self._helper, None
        if helper is None:
            return Cleared.NOTHING
        helper.clear_now()
        code = helper.wait()
        return Cleared.FAILED if code is None else _CLEARED.get(code, Cleared.FAILED)
