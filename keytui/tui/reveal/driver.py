"""Textual's driver for this system, writing through late binding."""

import signal
import sys
from typing import Any

from textual.driver import Driver

from keytui.tui.reveal.late_binding import LateBinding, LateFile

if sys.platform == "win32":
    from textual.drivers.windows_driver import WindowsDriver as SystemDriver
else:
    from textual.drivers.linux_driver import LinuxDriver as SystemDriver


def late_driver(binding: LateBinding) -> type[Driver]:
    """Return the class of a driver whose last step before the terminal is ``binding``."""

    class LateDriver(SystemDriver):
        """Writes placeholders as what they stand for, and cannot be suspended."""

        def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
            super().__init__(*args, **options)
            self._file: Any = LateFile(self._file, binding)
            if hasattr(signal, "SIGTSTP"):
                # Textual's own would leave the secret on the shell's screen, and
                # start a second writer when it comes back.
                signal.signal(signal.SIGTSTP, signal.SIG_IGN)
                signal.signal(signal.SIGCONT, signal.SIG_DFL)

        @property
        def can_suspend(self) -> bool:
            return False

    return LateDriver
