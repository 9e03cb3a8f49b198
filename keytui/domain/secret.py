"""One-time secrets: seen once by one person, then wiped.

A :class:`Secret` is a key text or a sign-in code in memory that its door chose:
the terminal app gives a locked page, everything else an ordinary buffer. The
service draws the characters straight into it, computes from it what may be
stored, and keeps nothing. A secret prints as dots in a log, a traceback or a
debugger's list of locals, it cannot be pickled or copied, nothing makes a
string of it, and :meth:`Secret.wipe` overwrites it for ever.
"""

from typing import NoReturn

CAPACITY = 64
"""Bytes; the longest secret there is, a key text, has 52."""


class Secret:
    """Text that must not be seen by anybody but the one it is for."""

    __slots__ = ("_length", "_memory", "_wiped")

    def __init__(self, memory: bytearray | memoryview | None = None) -> None:
        """Make an empty secret, to be drawn into once.

        Args:
            memory: where its text will be, at least :data:`CAPACITY` writable
                bytes that nobody else keeps; a buffer of its own by default.
        """
        self._memory = memoryview(bytearray(CAPACITY) if memory is None else memory)
        self._length = 0
        self._wiped = False

    def room(self, length: int) -> memoryview:
        """Take ``length`` bytes for a text and return them, to be written in place.

        What was drawn before, by an attempt that failed, is overwritten.

        Raises:
            ValueError: the secret is wiped, or too small.
        """
        if self._wiped or length > len(self._memory):
            raise ValueError("there is no room in this secret")
        self._memory[:] = bytes(len(self._memory))
        self._length = length
        return self._memory[:length]

    def view(self) -> memoryview:
        """Return the text in place, read-only, ASCII; empty once wiped.

        It is the living memory: whoever still holds it after the wipe sees zeros.
        """
        return self._memory[: self._length].toreadonly()

    def digest(self) -> bytes:
        """Return the SHA-256 of the text, 32 bytes: what may be stored.

        Raises:
            ValueError: the secret is wiped, or nothing was drawn.
        """
        import hashlib  # late: the first paint lends memory to a secret, and digests none

        digest = hashlib.sha256(self.view()).digest()
        if not self._length:  # wiped, perhaps this very moment, by another thread
            raise ValueError("there is nothing in this secret")
        return digest

    def wipe(self) -> None:
        """Overwrite the text; afterwards the secret is empty for ever."""
        self._wiped = True
        self._length = 0
        self._memory[:] = bytes(len(self._memory))

    def __del__(self) -> None:
        """Wipe what nobody holds any more, also what was drawn while it was wiped."""
        self.wipe()

    @property
    def wiped(self) -> bool:
        """Whether there is nothing left to see, and never will be."""
        return self._wiped

    def __len__(self) -> int:
        """Return how many characters the text has; 0 before it is drawn and once wiped."""
        return self._length

    def __repr__(self) -> str:
        """Show dots: this is what logs and tracebacks print."""
        return "Secret(••••)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a copy would outlive the wipe."""
        raise TypeError("a Secret cannot be copied or pickled")
