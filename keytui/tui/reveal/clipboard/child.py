"""The process in which pyperclip runs, because pyperclip cannot be trusted to fail.

Without a display it raises; with a dead one it claims success, and the helper
programs paint their errors over the screen or never return. Here it runs apart,
in a session of its own, its output thrown away, its time limited.

Run by path, isolated; ``FOLDER`` is where pyperclip is:

``python -I child.py FOLDER copy SECONDS FD`` reads one byte, the length of a
text, and the text from standard input, copies it, pastes it back, and writes its
answer, one byte, to ``FD``. Then it becomes the second, so that nothing of the
text is left in it:

``python -I child.py FOLDER clear SECONDS FD`` knows a random key and a keyed tag
of the text, from ``FD``. It waits for ``SECONDS``, or until standard input ends
because keytui did, however it did; then it clears the clipboard, if that still
holds what the tag recognises. A byte from standard input tells it to leave the
clipboard alone.
"""

import os
import select
import signal
import sys
import time
from threading import Timer
from typing import NoReturn

COPIED, NO_CLIPBOARD, NOT_CONFIRMED, NOTHING_GIVEN = b"c", b"n", b"?", b"0"
"""Answers of ``copy``."""
CLEARED, FAILED, NOT_OURS, LEFT_ALONE = 0, 1, 4, 5
"""Exit codes of ``clear``; 1 is also what Python ends with by itself."""
LIMIT_SECONDS = 3
"""How long a clipboard may take to answer; a hanging display server must not hang anything."""

_KEY_BYTES = _TAG_BYTES = 32


def copy(folder: str, seconds: str, answer_to: int) -> int:
    """Copy what standard input holds, answer, and become what clears it."""
    limit = _limit()
    try:
        import pyperclip

        to_clipboard, from_clipboard = pyperclip.determine_clipboard()
    except Exception:  # noqa: BLE001 - whatever it is, there is no clipboard
        to_clipboard = None
    # Klipper's route hands the text to another program as an argument, which
    # every user of the machine can read.
    if not to_clipboard or to_clipboard.__name__ == "copy_klipper":
        return _answer(answer_to, NO_CLIPBOARD)
    text = _given()
    if not text or 0 in text:  # wiped meanwhile, or keytui is gone
        return _answer(answer_to, NOTHING_GIVEN)
    try:
        to_clipboard(text.decode("ascii"))
        confirmed = from_clipboard().encode("utf-8", "replace") == text
    except Exception:  # noqa: BLE001 - it may be in the clipboard all the same
        confirmed = False
    limit.cancel()
    _answer(answer_to, COPIED if confirmed else NOT_CONFIRMED)
    return _become_clear(folder, seconds, text)


def clear(seconds: float, mark: bytes) -> int:
    """Wait, and clear the clipboard if it still holds what is marked."""
    import hmac

    import pyperclip

    if not _wait(seconds):
        return LEFT_ALONE
    _limit()
    to_clipboard, from_clipboard = pyperclip.determine_clipboard()
    if not to_clipboard:
        return FAILED
    key, expected = mark[:_KEY_BYTES], mark[_KEY_BYTES:]
    try:
        held = from_clipboard().encode("utf-8", "replace")
    except UnicodeError:  # a picture, or a text of another encoding
        return NOT_OURS
    if not hmac.compare_digest(_tag(key, held), expected):
        return NOT_OURS
    to_clipboard("")
    return CLEARED


def _given() -> bytes:
    length = os.read(0, 1)
    text = b""
    while length and len(text) < length[0]:
        more = os.read(0, length[0] - len(text))
        if not more:
            return b""
        text += more
    return text


def _answer(answer_to: int, answer: bytes) -> int:
    try:
        os.write(answer_to, answer)
    except OSError:  # keytui is gone
        return 1
    return 0


def _become_clear(folder: str, seconds: str, text: bytes) -> NoReturn:
    key = os.urandom(_KEY_BYTES)
    mark, mark_in = os.pipe()
    os.write(mark_in, key + _tag(key, text))
    os.close(mark_in)
    os.set_inheritable(mark, True)
    program = [sys.executable, "-I", __file__, folder, "clear", seconds, str(mark)]
    os.execv(sys.executable, program)  # noqa: S606 - this very program


def _tag(key: bytes, text: bytes) -> bytes:
    import hashlib  # late: keytui itself imports this module, for its constants

    return hashlib.blake2b(text, key=key, digest_size=_TAG_BYTES).digest()


def _wait(seconds: float) -> bool:
    """Wait for the time or the end of standard input; tell whether to go on."""
    end = _clock() + seconds
    while (left := end - _clock()) > 0:
        # In steps: a machine that slept is late by one of them at most.
        if select.select([0], [], [], min(left, 1))[0]:
            return not os.read(0, 1)
    return True


def _clock() -> float:
    """Return seconds that go on while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _limit() -> Timer:
    """End this process and what it started, if it takes too long: nobody else may be there to."""
    timer = Timer(2 * LIMIT_SECONDS, os.killpg, (0, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    return timer


if __name__ == "__main__":
    where, mode, for_seconds, number = sys.argv[1:]
    sys.path.append(where)
    if mode == "copy":
        sys.exit(copy(where, for_seconds, int(number)))
    with open(int(number), "rb") as given:
        sys.exit(clear(float(for_seconds), given.read()))
