"""The process in which pyperclip runs, because pyperclip cannot be trusted to fail.

Without a display it raises; with a dead one it claims success, and the helper
programs paint their errors over the screen or never return. Here it runs apart:
the parent limits its time and throws its output away.

Run by path, isolated: ``python -I child.py FOLDER copy|clear SECONDS``, where
``FOLDER`` is where pyperclip is.

``copy`` reads a text from standard input, copies it, pastes it back, compares,
ends. ``clear`` reads a key and a tag, and waits: for ``SECONDS``, or until its
standard input ends because the parent did, however it did; then it clears the
clipboard if it still holds what the tag recognises. Any byte more tells it to
leave the clipboard alone.
"""

import hashlib
import hmac
import os
import signal
import sys
from collections.abc import Callable
from threading import Thread

Copy = Callable[[str], object]
Paste = Callable[[], str]

CLEARED = COPIED = 0
NO_CLIPBOARD = 1
NOT_CONFIRMED = 3
NOT_OURS = 4
LEFT_ALONE = 5
TAG_KEY_BYTES = TAG_BYTES = 32
LIMIT_SECONDS = 3
"""How long a clipboard may take to answer; a hanging display server must not hang anything."""


def tag(key: bytes, text: bytes | memoryview) -> bytes:
    """Return a keyed tag by which a text is recognised without being kept."""
    return hashlib.blake2b(text, key=key, digest_size=TAG_BYTES).digest()


def main(folder: str, mode: str, seconds: str) -> int:
    """Do it, and return how it went."""
    sys.path.append(folder)
    import pyperclip

    # Klipper's route hands the text to another program as an argument, which
    # every user of the machine can read.
    copy, paste = pyperclip.determine_clipboard()
    if not copy or copy.__name__ == "copy_klipper":
        return NO_CLIPBOARD
    return _copy(copy, paste) if mode == "copy" else _clear(copy, paste, float(seconds))


def _copy(copy: Copy, paste: Paste) -> int:
    _limit()
    text = sys.stdin.buffer.read().decode("ascii")
    copy(text)
    return COPIED if paste() == text else NOT_CONFIRMED


def _clear(copy: Copy, paste: Paste, seconds: float) -> int:
    key, expected = sys.stdin.buffer.read(TAG_KEY_BYTES), sys.stdin.buffer.read(TAG_BYTES)
    more: list[bytes] = []
    waiting = Thread(target=lambda: more.append(sys.stdin.buffer.read(1)), daemon=True)
    waiting.start()
    waiting.join(seconds)
    if more and more[0]:
        return LEFT_ALONE
    _limit()
    if not hmac.compare_digest(tag(key, paste().encode("utf-8", "replace")), expected):
        return NOT_OURS
    copy("")
    return CLEARED


def _limit() -> None:
    # The parent may be gone: then nobody else stops us and what we started.
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
        signal.alarm(2 * LIMIT_SECONDS)


if __name__ == "__main__":
    # Past the interpreter's own end: a thread may still wait for standard input.
    os._exit(main(*sys.argv[1:]))
