"""Late binding: placeholders travel through Textual, the secret is put in at the last write.

Whatever Textual, Rich and their caches keep for the rest of the process are
placeholders: private-use characters, one for each character of the secret and
one for each sequence that copies it. Which they are is drawn anew by every run,
so that nobody can put one of them into the database beforehand.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from random import SystemRandom
from typing import IO, Final

from keytui.domain.secret import CAPACITY, Secret
from keytui.tui.reveal.page import Page
from keytui.tui.reveal.sequences import Wrapping, osc52

_PRIVATE_USE: Final = range(0xF0000, 0xFFF00)
"""Supplementary private-use area A (Unicode 23.5): no terminal gives it a meaning."""


class LateBinding:
    """Lends memory to secrets, and knows which one is on show."""

    def __init__(self) -> None:
        """Choose the placeholders of this run."""
        count = CAPACITY + len(Wrapping)
        # By what ``secrets`` draws by, without the digests that come with it.
        self._first = SystemRandom().choice(_PRIVATE_USE[:-count])
        last = self._first + count - 1
        self.placeholder = re.compile(f"[{chr(self._first)}-{chr(last)}]+")
        self._lent: list[Secret] = []
        self._shown: Secret | None = None

    @cached_property
    def page(self) -> Page:
        """The page; taken from the system for the first secret."""
        return Page()

    @contextmanager
    def lend(self) -> Iterator[Secret]:
        """Lend memory to one secret for as long as the block runs, then wipe it."""
        secret = Secret(self.page.place())
        self._lent.append(secret)
        try:
            yield secret
        finally:
            self._lent.remove(secret)
            secret.wipe()

    def show(self, secret: Secret) -> str:
        """Make ``secret`` the one that placeholders stand for; return what to draw for it."""
        self._shown = secret
        return "".join(chr(self._first + place) for place in range(len(secret)))

    def sequence(self, wrapping: Wrapping) -> str:
        """Return what to write for the sequence that copies the secret on show."""
        return chr(self._first + CAPACITY + wrapping)

    def wipe(self) -> None:
        """Overwrite every secret there is, and what of one is on its way to the terminal.

        From any thread, without waiting for anybody.
        """
        for secret in (*self._lent, *filter(None, [self._shown])):
            secret.wipe()
        self.clear_outgoing()

    def clear_outgoing(self) -> None:
        """Overwrite what is on its way to the terminal: its writer may stand still for ever."""
        self.page.outgoing[:] = bytes(len(self.page.outgoing))

    def characters(self, placeholders: str) -> Iterator[int]:
        """Return the bytes that ``placeholders`` stand for; spaces, once it is wiped."""
        text = self._shown.view() if self._shown is not None else memoryview(b"")
        for placeholder in placeholders:
            place = ord(placeholder) - self._first
            if place < CAPACITY:
                yield text[place] if place < len(text) else ord(" ")
            elif text:
                yield from osc52(text, Wrapping(place - CAPACITY))


class LateFile:
    """The file that the driver writes to: puts the secret in where placeholders stand."""

    def __init__(self, file: IO[str], binding: LateBinding) -> None:
        """Stand before ``file``, the terminal."""
        self._file = file
        self._binding = binding

    def write(self, text: str) -> int:
        """Write ``text``; its placeholders as what they stand for."""
        start = 0
        for found in self._binding.placeholder.finditer(text):
            self._file.write(text[start : found.start()])
            self._file.flush()  # what follows goes past the file's own buffer
            self._pour(found[0])
            start = found.end()
        self._file.write(text[start:] if start else text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        self._file.flush()

    def fileno(self) -> int:
        """Return the terminal's number."""
        return self._file.fileno()

    def _pour(self, placeholders: str) -> None:
        # A terminal that stopped reading keeps us here for as long as it likes:
        # nobody waits for us, and a wipe meanwhile makes zeros of what is to come.
        buffer = self._binding.page.outgoing
        length = 0
        try:
            for byte in self._binding.characters(placeholders):
                buffer[length] = byte
                length += 1
            done = 0
            while done < length:
                done += os.write(self.fileno(), buffer[done:length])
        finally:
            buffer[:] = bytes(len(buffer))
