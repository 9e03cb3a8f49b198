"""One-time secrets: seen once by one person, then wiped.

A :class:`Secret` carries a key text or a sign-in code from the service that
drew it to the one screen that shows it. It prints as dots in a log, a
traceback or a debugger's list of locals, it cannot be pickled or copied, and
:meth:`Secret.wipe` overwrites it. What :meth:`Secret.reveal` hands out is an
ordinary string, which Python may keep in freed memory for a while: call it as
late and as rarely as possible.
"""

import hashlib
from contextlib import suppress
from typing import NoReturn


class Secret:
    """Text that must not be seen by anybody but the one it is for."""

    __slots__ = ("_text",)

    def __init__(self, text: bytearray) -> None:
        """Take over ``text`` (ASCII); the caller keeps no other copy."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, or ``""`` once wiped."""
        return self._text.decode("ascii")

    def encoded(self) -> bytearray:
        """Return the living buffer for a write that makes no string of it."""
        return self._text

    def digest(self) -> bytes:
        """Return the SHA-256 of the text, 32 bytes: what may be stored."""
        return hashlib.sha256(self._text).digest()

    def wipe(self) -> None:
        """Overwrite the text; afterwards the secret is empty for ever."""
        self._text[:] = bytes(len(self._text))
        with suppress(BufferError):  # somebody reads it at this moment: it reads zeros
            self._text.clear()

    def __del__(self) -> None:
        """Wipe what nobody holds any more."""
        self.wipe()

    @property
    def wiped(self) -> bool:
        """Whether there is nothing left to reveal."""
        return not any(self._text)

    def __repr__(self) -> str:
        """Show dots: this is what logs and tracebacks print."""
        return "Secret(••••)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a copy would outlive the wipe."""
        raise TypeError("a Secret cannot be copied or pickled")
