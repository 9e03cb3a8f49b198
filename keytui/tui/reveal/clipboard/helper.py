"""The child process of one native copy: it copies a text, and clears it away again."""

import importlib.util
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from keytui.tui.idle import monotonic
from keytui.tui.reveal.clipboard import child

_PASSED_ON: Final = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "HOME",
    "LANG",
    "LC_ALL",
    "PATH",
    "SYSTEMROOT",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
)


class Helper:
    """Copies a text at once; clears it after its time, or when keytui is gone.

    Attributes:
        confirmed: whether the text was read back: only then is clearing spoken of.
    """

    def __init__(self, text: memoryview, seconds: int) -> None:
        """Start the process, and give it ``text`` to copy and ``seconds`` to wait.

        Raises:
            OSError: there can be no such process.
        """
        found = importlib.util.find_spec("pyperclip")
        if found is None or found.origin is None:
            raise OSError("pyperclip is not installed")
        folder = str(Path(found.origin).parent.parent)
        self._answers, answer_to = os.pipe()
        program = [sys.executable, "-I", child.__file__, folder, "copy", str(seconds)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - nothing of a person's
                [*program, str(answer_to)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                pass_fds=(answer_to,),
                start_new_session=True,
                bufsize=0,  # no buffer that would keep what went through it
            )
        except OSError:
            os.close(self._answers)
            raise
        finally:
            os.close(answer_to)
        self.confirmed = False
        self._end = monotonic() + seconds
        self._tell(bytes([len(text)]))
        self._tell(text)

    def answer(self) -> bytes:
        """Return one of the child's answers, or ``b""`` when none came in time."""
        try:
            ready, _, _ = select.select([self._answers], [], [], child.LIMIT_SECONDS)
            answer = os.read(self._answers, 1) if ready else b""
        finally:
            os.close(self._answers)
        self.confirmed = answer == child.COPIED
        return answer

    @property
    def seconds_left(self) -> int:
        """Seconds until the clipboard is cleared, at least 0."""
        return max(0, round(self._end - monotonic()))

    def ended(self) -> int | None:
        """Return its exit code, or ``None`` while it waits."""
        return self._process.poll()

    def leave_alone(self) -> None:
        """Have it end without touching the clipboard."""
        self._tell(b".")
        self.clear_now()

    def clear_now(self) -> None:
        """Have it clear the clipboard now; it ends by itself, at once or soon."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def wait(self) -> int | None:
        """Wait until it ended, some seconds at most; return its exit code."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(child.LIMIT_SECONDS)
        return None

    def _tell(self, given: bytes | memoryview) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):  # it has ended: its answer says so
                self._process.stdin.write(given)
