"""The search through another process's memory finds what it is for."""

import base64
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.memory_scan import PIECE, copies

TEXT = "kt_8sKq0ZxY2wVbN4mTfGhJ1pLrC6dE7aQ9uIoP3sXzWvKeRtYnM"
_KEEPER = """
import mmap, sys
memory = mmap.mmap(-1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
place = (1 << 20) - 7  # across the pieces in which it is searched
for byte in iter(lambda: sys.stdin.buffer.raw.read(1), b"."):
    memory[place] = byte[0] ^ 0x55
    place += 1
print("kept", flush=True)
sys.stdin.buffer.raw.read(1)
"""


def _base64(before: int) -> bytes:
    return base64.b64encode(b"\xff" * before + TEXT.encode())


@pytest.fixture
def keep() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that keeps what it is given, and holds it nowhere else."""
    with subprocess.Popen(
        [sys.executable, "-c", _KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        yield process
        process.kill()


def _give(process: subprocess.Popen[bytes], kept: bytes) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(bytes(byte ^ 0x55 for byte in kept) + b".")
    assert process.stdout.readline() == b"kept\n"


@pytest.mark.parametrize(
    ("kept", "form", "length"),
    [
        (TEXT.encode(), "8 bit", 52),
        (TEXT.encode("utf-16-le"), "UCS-2", 52),
        (TEXT.encode("utf-32-le"), "UCS-4", 52),
        (TEXT[17 : 17 + PIECE].encode(), "8 bit", PIECE),
        (TEXT[-PIECE:].encode("utf-16-le"), "UCS-2", PIECE),
        (_base64(0), "base 64 after 0, 8 bit", 69),
        (_base64(1), "base 64 after 1, 8 bit", 68),
        (_base64(2), "base 64 after 2, 8 bit", 69),
        (_base64(2)[20 : 20 + PIECE], "base 64 after 2, 8 bit", PIECE),
        (_base64(1).decode().encode("utf-32-le"), "base 64 after 1, UCS-4", 68),
    ],
    ids=map(str, range(10)),  # pytest puts them into the environment, which is memory too
)
def test_every_form_is_found(
    keep: subprocess.Popen[bytes], kept: bytes, form: str, length: int
) -> None:
    """A text is found once, in any form, whole or in part, also where two searched pieces meet."""
    _give(keep, kept)
    (hit,) = copies(keep.pid, TEXT)
    assert (hit.form, hit.length, hit.region.name) == (form, length, "anonymous")
    assert hit.region.start <= hit.address < hit.region.end


def test_what_is_not_there_is_not_found(keep: subprocess.Popen[bytes]) -> None:
    """One character less than a piece is no find, nor is the start that all key texts share."""
    _give(keep, TEXT[: PIECE - 1].encode())
    assert copies(keep.pid, TEXT) == []
