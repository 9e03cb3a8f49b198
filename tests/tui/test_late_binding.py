"""Late binding: placeholders everywhere, the secret only in its page and at the last write."""

import base64
import io
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from rich.cells import cell_len

from keytui.domain.secret import CAPACITY, Secret
from keytui.domain.text import harmless
from keytui.tui.reveal import page as page_module
from keytui.tui.reveal.late_binding import LateBinding, LateFile
from keytui.tui.reveal.page import OUTGOING, Page
from keytui.tui.reveal.sequences import Wrapping, osc52
from keytui.tui.reveal.sequences import base64 as base64_of

TEXT = "kt_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y"


class Terminal:
    """A file as the driver has it, and what came out at its other end."""

    def __init__(self, binding: LateBinding, path: Path, file: IO[str]) -> None:
        """Write to ``file``, which is ``path``, through ``binding``."""
        self._path = path
        self.late = LateFile(file, binding)

    @property
    def got(self) -> str:
        """Everything that was written."""
        self.late.flush()
        return self._path.read_text("utf-8")


@pytest.fixture
def binding() -> LateBinding:
    """Return a late binding of its own."""
    return LateBinding()


@pytest.fixture
def secret(binding: LateBinding) -> Iterator[Secret]:
    """Return a secret in the page that holds TEXT."""
    with binding.lend() as lent:
        lent.room(len(TEXT))[:] = TEXT.encode()
        yield lent


@pytest.fixture
def terminal(binding: LateBinding, tmp_path: Path) -> Iterator[Terminal]:
    """Return a terminal behind the late binding."""
    path = tmp_path / "terminal"
    with path.open("w", encoding="utf-8") as file:
        yield Terminal(binding, path, file)


def test_the_terminal_gets_the_text_where_placeholders_stand(
    binding: LateBinding, secret: Secret, terminal: Terminal
) -> None:
    """What stands around the placeholders comes in its order, whatever buffers there are."""
    drawn = binding.show(secret)
    terminal.late.write(f"\x1b[1mä {drawn[:20]}│{drawn[20:]} end\n")
    terminal.late.write("after\n")
    assert terminal.got == f"\x1b[1mä {TEXT[:20]}│{TEXT[20:]} end\nafter\n"
    assert bytes(binding.page.outgoing) == bytes(OUTGOING), "nothing stays in the buffer"


def test_placeholders_are_drawn_as_they_are(binding: LateBinding, secret: Secret) -> None:
    """Each takes one cell, passes the gate for people's text, and is nothing of the text."""
    drawn = binding.show(secret)
    assert len(drawn) == cell_len(drawn) == len(TEXT)
    assert {unicodedata.category(character) for character in drawn} == {"Co"}
    assert harmless(drawn) == drawn


def test_every_run_has_placeholders_of_its_own() -> None:
    """Nobody can prepare a label that is drawn as somebody's key."""
    assert len({LateBinding().show(Secret()) + LateBinding().sequence(Wrapping.PLAIN)
                for _ in range(20)}) > 15  # fmt: skip


def test_after_the_wipe_placeholders_are_spaces(
    binding: LateBinding, secret: Secret, terminal: Terminal
) -> None:
    """A frame or a copy that comes late shows and sends nothing."""
    drawn = binding.show(secret)
    binding.wipe()
    terminal.late.write(f"[{drawn}{binding.sequence(Wrapping.PLAIN)}]")
    assert terminal.got == f"[{' ' * len(TEXT)}]"


def test_the_buffer_is_zeroed_when_the_terminal_is_gone(
    binding: LateBinding, secret: Secret, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails leaves nothing in the buffer either."""

    def gone(_: int, data: memoryview) -> int:
        assert TEXT.encode() in bytes(data)
        raise OSError(5, "Input/output error")

    drawn = binding.show(secret)
    monkeypatch.setattr(os, "write", gone)
    with pytest.raises(OSError, match="Input/output"):
        terminal.late.write(drawn)
    assert bytes(binding.page.outgoing) == bytes(OUTGOING)


def test_a_terminal_that_takes_little_gets_all(
    binding: LateBinding, secret: Secret, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that takes only some bytes goes on with the next ones."""
    write = os.write
    drawn = binding.show(secret)
    monkeypatch.setattr(os, "write", lambda number, data: write(number, data[:7]))
    terminal.late.write(drawn)
    assert terminal.got == TEXT


def test_one_secret_after_another_has_a_place_of_its_own(binding: LateBinding) -> None:
    """Wiping a secret that is over late does not touch the one that came after it."""
    with binding.lend() as first:
        first.room(4)[:] = b"1111"
        with binding.lend() as second:
            second.room(4)[:] = b"2222"
            first.wipe()
            assert bytes(second.view()) == b"2222"


@pytest.mark.parametrize("length", range(1, CAPACITY + 1))
def test_base64_is_rfc_4648s(length: int) -> None:
    """Encoded by hand, byte by byte, it is what the standard library says."""
    text = bytes(range(200, 200 + length))if length <= 55 else bytes(length)  # fmt: skip
    assert bytes(base64_of(memoryview(text))) == base64.b64encode(text)


def test_screen_gets_chunks_it_takes() -> None:
    """The chunks for GNU screen hold at most 76 bytes each and make up the whole."""
    plain = bytes(osc52(memoryview(TEXT.encode()), Wrapping.PLAIN))
    chunks = bytes(osc52(memoryview(TEXT.encode()), Wrapping.SCREEN)).split(b"\x1bP")
    assert chunks[0] == b""
    assert all(chunk.endswith(b"\x1b\\") and len(chunk) <= 78 for chunk in chunks[1:])
    assert b"".join(chunk.removesuffix(b"\x1b\\") for chunk in chunks) == plain


def test_a_page_says_what_the_system_could_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the page cannot be locked, the pop-up says so instead of promising."""
    assert Page().weakness == ""
    monkeypatch.setattr(page_module, "_locked", lambda memory: False)
    assert Page().weakness == "This system may write it to its swap space."


def test_a_file_without_placeholders_is_just_a_file(binding: LateBinding) -> None:
    """Ordinary screens pass through unchanged, and no page is taken for them."""
    file = io.StringIO()
    assert LateFile(file, binding).write("│ ordinary \U0001f600 ﷺ") == 14
    assert file.getvalue() == "│ ordinary \U0001f600 ﷺ"
    assert "page" not in vars(binding)
