"""The bytes that ask a terminal to copy a secret, one at a time: no string of it comes to be.

OSC 52 (xterm's ctlseqs, "Manipulate Selection Data"): ``ESC ] 52 ; c ; BASE64 BEL``.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import chain
from typing import Final

_ESC: Final = 0x1B
_CHUNK: Final = 76
"""Bytes; GNU screen drops longer control strings."""
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Wrapping(IntEnum):
    """What stands around the sequence on its way."""

    PLAIN = 0
    """Nothing: a terminal takes it."""
    SCREEN = 1
    """Device control strings of 76 bytes, which GNU screen hands on."""
    TWICE = 2
    """Plain and then in tmux's envelope, for a multiplexer that the environment
    does not name: it takes one of the two and ignores the other."""


def osc52(text: memoryview, wrapping: Wrapping) -> Iterator[int]:
    """Return the bytes of the sequence that copies ``text``."""
    plain = chain(b"\x1b]52;c;", base64(text), b"\a")
    if wrapping is Wrapping.SCREEN:
        return _in_chunks(plain)
    if wrapping is Wrapping.TWICE:
        again = osc52(text, Wrapping.PLAIN)
        return chain(plain, b"\x1bPtmux;", _doubled(again), b"\x1b\\")
    return plain


def base64(text: memoryview) -> Iterator[int]:
    """Encode ``text`` in base 64 (RFC 4648 §4)."""
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = int.from_bytes(group, "big") << 8 * (3 - len(group))
        for place in range(4):
            yield _BASE64[number >> 18 - 6 * place & 63] if place <= len(group) else ord("=")


def _in_chunks(sequence: Iterable[int]) -> Iterator[int]:
    for place, byte in enumerate(sequence):
        if place % _CHUNK == 0:
            yield from b"\x1b\\\x1bP" if place else b"\x1bP"
        yield byte
    yield from b"\x1b\\"


def _doubled(sequence: Iterable[int]) -> Iterator[int]:
    for byte in sequence:
        if byte == _ESC:
            yield _ESC
        yield byte
