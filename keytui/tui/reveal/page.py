"""The one page of memory in which secrets live."""

import mmap
import sys
from itertools import cycle
from typing import Final

from keytui.domain.secret import CAPACITY

OUTGOING: Final = 1024
"""Bytes at the page's end in which what goes to the terminal is put together."""

_MADV_WIPEONFORK: Final = 18
"""Linux 4.14 (madvise(2)): a forked child finds zeros. Python has no name for it."""


class Page:
    """An anonymous page: locked, left out of core dumps, empty in a forked child.

    Where the system has no such call the page is ordinary memory, and
    :attr:`weakness` says so.

    Attributes:
        outgoing: memory for what is on its way to the terminal, zero at rest.
        weakness: what this system could not promise, a sentence; or empty.
    """

    def __init__(self) -> None:
        """Take the page from the system."""
        if hasattr(mmap, "MAP_PRIVATE"):
            memory = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        else:
            memory = mmap.mmap(-1, mmap.PAGESIZE)
        # Before anything is in it. Never unmapped: somebody may still look at it.
        self.weakness = "" if _locked(memory) else "This system may write it to its swap space."
        _advised(memory)
        self._all = memoryview(memory)
        self.outgoing = self._all[-OUTGOING:]
        # Each secret has a place of its own, so that wiping one that is over
        # never touches the one after it.
        self._starts = cycle(range(0, mmap.PAGESIZE - OUTGOING, CAPACITY))

    def place(self) -> memoryview:
        """Return memory for the next secret."""
        start = next(self._starts)
        return self._all[start : start + CAPACITY]


def _locked(memory: mmap.mmap) -> bool:
    """Keep the page out of the swap space, where the system can (mlock(2))."""
    import ctypes  # late: only a start that shows a secret pays for it

    try:
        libc = ctypes.CDLL(None, use_errno=True)
        start = ctypes.c_char.from_buffer(memory)
        return bool(
            libc.mlock(ctypes.c_void_p(ctypes.addressof(start)), ctypes.c_size_t(len(memory))) == 0
        )
    except (OSError, AttributeError, TypeError):  # no such library or call here
        return False


def _advised(memory: mmap.mmap) -> None:
    """Keep the page out of core dumps and forked children, where the system can."""
    advices = [getattr(mmap, "MADV_DONTDUMP", None)]
    if sys.platform == "linux":
        advices.append(_MADV_WIPEONFORK)
    for advice in advices:
        if advice is not None:
            try:
                memory.madvise(advice)
            except OSError:  # an older kernel
                continue
