"""The clipboard of this machine, through pyperclip in a child process."""

import importlib.util
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from keytui.tui.clipboard import child

LIMIT_SECONDS: Final = 3
"""How long the child may take; a hanging display server must not hang keytui."""

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


class Mark:
    """Recognises what was copied without holding it: a random key and a keyed tag."""

    def __init__(self, text: bytes | memoryview) -> None:
        """Mark ``text``."""
        self._key = secrets.token_bytes(child.TAG_KEY_BYTES)
        self._tag = child.tag(self._key, text)

    def clear(self) -> int | None:
        """Clear the clipboard if it still holds what was marked; return the child's answer."""
        return _child("clear", self._key + self._tag)


def copy(text: bytes | memoryview) -> int | None:
    """Copy ``text``; return the child's answer, ``None`` when it had to be stopped."""
    return _child("copy", text)


def _child(mode: str, given: bytes | memoryview) -> int | None:
    found = importlib.util.find_spec("pyperclip")
    if found is None or found.origin is None:
        return child.NO_CLIPBOARD
    folder = str(Path(found.origin).parent.parent)
    try:
        process = _start([sys.executable, "-I", child.__file__, folder, mode])
    except OSError:  # no process more, no memory more
        return child.NO_CLIPBOARD
    try:
        process.communicate(memoryview(given), timeout=LIMIT_SECONDS)  # type: ignore[arg-type]  # any buffer does
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return process.returncode


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and file, nothing of a person's
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
        bufsize=0,
    )
