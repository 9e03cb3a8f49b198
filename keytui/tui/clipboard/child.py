"""The process in which pyperclip runs, because pyperclip cannot be trusted to fail.

Without a display it raises; with a dead one it claims success, and the helper
programs paint their errors over the screen or never return. Here it reads the
text from standard input, copies it, pastes it back, compares, and ends; the
parent limits its time and throws its output away.

Run by path, isolated: ``python -I child.py FOLDER copy|clear``. ``FOLDER`` is
where pyperclip is.
"""

import hashlib
import hmac
import sys

COPIED = 0
NO_CLIPBOARD = 1
NOT_CONFIRMED = 3
NOT_OURS = 4
TAG_KEY_BYTES = 32


def tag(key: bytes, text: bytes | memoryview) -> bytes:
    """Return a keyed tag by which a text is recognised without being kept."""
    return hashlib.blake2b(text, key=key, digest_size=32).digest()


def main(folder: str, mode: str) -> int:
    """Copy what standard input holds, or clear what a tag on it recognises."""
    sys.path.append(folder)
    import pyperclip

    copy, paste = pyperclip.determine_clipboard()
    # Klipper's route hands the text to another program as an argument, which
    # every user of the machine can read.
    if not copy or copy.__name__ == "copy_klipper":
        return NO_CLIPBOARD
    given = sys.stdin.buffer.read()
    if mode == "copy":
        text = given.decode("ascii")
        copy(text)
        return COPIED if paste() == text else NOT_CONFIRMED
    key, expected = given[:TAG_KEY_BYTES], given[TAG_KEY_BYTES:]
    if not hmac.compare_digest(tag(key, paste().encode("utf-8", "replace")), expected):
        return NOT_OURS
    copy("")
    return COPIED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
