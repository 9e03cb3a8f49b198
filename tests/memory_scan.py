"""Searching the memory of another process for a text, as a debugger would.

A text is found in every form in which Python, Textual or a terminal may keep
it: 8 bits a character, UCS-2, UCS-4, and base 64 whatever came before it; and
not only whole: any :data:`PIECE` characters of it in a row are a find.
"""

import base64
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PIECE: Final = 12
"""Characters in a row that are a find."""

_BLOCK: Final = 6
"""Characters that are searched for: whatever PIECE characters are, one of the
text's blocks of so many is in it whole, and fewer blocks are found sooner."""
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 1 << 10
"""Bytes: more than a whole text in the widest form."""
_WIDTHS: Final = {"8 bit": 1, "UCS-2": 2, "UCS-4": 4}
_NOT_TEXT: Final = bytes(
    set(range(256)) - set(f"{string.ascii_letters}{string.digits}+-/_".encode())
)
"""Bytes that are in no text and no base 64."""
_UNREADABLE: Final = ("[vvar", "[vsyscall", "[vdso")


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of a process's memory.

    Attributes:
        start: its first address.
        end: the address after its last.
        name: what the system calls it: a file, ``[heap]``, or "anonymous".
    """

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a text is in memory, whole or in part.

    Attributes:
        region: where it was found.
        address: of the first character of what is there.
        form: how it is written there.
        length: how many characters of the text (or of its base 64) are there.
    """

    region: Region
    address: int
    form: str
    length: int

    def __str__(self) -> str:
        """Return it in one line, without what was found."""
        return f"{self.length} characters, {self.form}, at {self.address:#x} in {self.region.name}"


def writable_regions(process: int) -> list[Region]:
    """Return what a process can write to."""
    regions = []
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        addresses, rights, *_, name = f"{line} ".split(" ", 5)
        if "w" in rights and not name.strip().startswith(_UNREADABLE):
            start, end = (int(address, 16) for address in addresses.split("-"))
            regions.append(Region(start, end, name.strip() or "anonymous"))
    return regions


def copies(process: int, *texts: str) -> list[Hit]:
    """Return where any of ``texts`` is in the memory of ``process``, by address.

    Raises:
        ProcessLookupError: there is no such process any more.
        PermissionError: its memory cannot be read.
    """
    hits: set[Hit] = set()
    needles = [needle for text in texts for needle in _needles(text)]
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for region in writable_regions(process):
            for address in range(region.start, region.end, _CHUNK):
                length = min(_CHUNK + _OVERLAP, region.end - address)
                try:
                    memory.seek(address)
                    chunk = memory.read(length)
                except OSError:  # given back to the system meanwhile
                    continue
                # Without the bytes between them the characters of every width
                # follow each other: most of a memory needs but one quick look.
                close = chunk.translate(None, _NOT_TEXT)
                if any(needle.may_be_in(close) for needle in needles):
                    found = [
                        hit for needle in needles for hit in needle.hits(chunk, region, address)
                    ]
                    hits.update(hit for hit in found if _is_whole(hit, address))
    return sorted(hits, key=lambda hit: hit.address)


def _is_whole(hit: Hit, address: int) -> bool:
    """Tell whether a hit is not one that the piece of memory before or after shows whole."""
    inside = hit.address == hit.region.start or hit.address > address
    return inside and hit.address <= address + _CHUNK


class _Needle:
    """A text in one form."""

    def __init__(self, text: bytes, form: str, width: int) -> None:
        self._width = width
        self._form = form
        self._whole = b"".join(bytes([byte]) + bytes(width - 1) for byte in text)
        step = _BLOCK * width
        self._blocks = [
            (start, self._whole[start : start + step])
            for start in range(0, len(self._whole) - step + 1, step)
        ]

    def may_be_in(self, close: bytes) -> bool:
        return self._width == 1 and any(block in close for _, block in self._blocks)

    def hits(self, chunk: bytes, region: Region, address: int) -> Iterator[Hit]:
        for start, block in self._blocks:
            found = chunk.find(block)
            while found >= 0:
                first, last = self._reach(chunk, start, found)
                length = (last - first) // self._width
                if length >= PIECE:
                    yield Hit(region, address + first, self._form, length)
                found = chunk.find(block, found + 1)

    def _reach(self, chunk: bytes, start: int, found: int) -> tuple[int, int]:
        """Return where what is there begins and ends, given that a block is at ``found``."""
        first, place = found, start
        while place and first and chunk[first - 1] == self._whole[place - 1]:
            first, place = first - 1, place - 1
        last, place = found, start
        while place < len(self._whole) and last < len(chunk) and chunk[last] == self._whole[place]:
            last, place = last + 1, place + 1
        return first, last


def _needles(text: str) -> Iterator[_Needle]:
    plain = text.encode("ascii")
    written = {"": plain}
    for before in range(3):
        # The first and the last characters also depend on what is around it.
        encoded = base64.b64encode(bytes(before) + plain)
        whole = encoded[-(-before * 4 // 3) : (before + len(plain)) * 4 // 3]
        written[f"base 64 after {before}, "] = whole
    for form, characters in written.items():
        for width_form, width in _WIDTHS.items():
            yield _Needle(characters, form + width_form, width)
