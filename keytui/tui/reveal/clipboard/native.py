"""The clipboard of this machine, through pyperclip in a child process."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from keytui.tui.reveal.clipboard import child

LIMIT_SECONDS: Final = child.LIMIT_SECONDS

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


def copy(text: memoryview) -> int | None:
    """Copy ``text``; return the child's answer, ``None`` when it had to be stopped."""
    process = start("copy")
    return child.NO_CLIPBOARD if process is None else hand_over(process, text)


def start(mode: str, seconds: int = 0) -> subprocess.Popen[bytes] | None:
    """Start the child in a session of its own; ``None`` where there can be none."""
    found = importlib.util.find_spec("pyperclip")
    if found is None or found.origin is None:
        return None
    folder = str(Path(found.origin).parent.parent)
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        return fed([sys.executable, "-I", child.__file__, folder, mode, str(seconds)], environ)
    except OSError:  # no process more, no memory more
        return None


def fed(
    command: Sequence[str], environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that reads from an unbuffered pipe and whose output nobody sees."""
    return subprocess.Popen(  # noqa: S603 - fixed words, nothing of a person's
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,
        bufsize=0,  # no buffer that would keep what went through it
    )


def hand_over(process: subprocess.Popen[bytes], text: memoryview) -> int | None:
    """Give a program its whole input, straight from ``text``; return how it ended, ``None``: stopped."""
    if process.stdin is None:
        raise ValueError("the program reads from no pipe")
    with suppress(OSError):  # it ended without reading: its exit code says so
        process.stdin.write(text)
    with suppress(OSError):
        process.stdin.close()
    try:
        return process.wait(LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
