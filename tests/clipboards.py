"""Clipboards for the tests: a stand-in for xclip that keeps what it is given."""

import base64
import sys
from typing import Final

from tests.home import Home

_HONEST: Final = """
if "-o" in sys.argv:
    sys.stdout.buffer.write(clipboard.read_bytes() if clipboard.exists() else b"")
else:
    clipboard.write_bytes(sys.stdin.buffer.read())
"""
_DEAD: Final = """
sys.stdin.buffer.read()
print("Error: Can't open display: :0", file=sys.stderr)
print("Error: Can't open display: :0", file=open("/dev/tty", "w"))
sys.exit(1)
"""
_HANGING: Final = "signal.pause()\n"


class Xclip:
    """A program named ``xclip``, alone in the PATH of a home."""

    def __init__(self, home: Home, does: str) -> None:
        """Install it; ``does`` is its body."""
        folder = home.folder.parent / "bin"
        folder.mkdir()
        self.clipboard = home.folder.parent / "clipboard"
        self.spied = home.folder.parent / "spied"
        program = folder / "xclip"
        program.write_text(
            f"#!{sys.executable} -I\n"
            "import os, signal, sys\n"
            "from pathlib import Path\n"
            f"clipboard, spied = Path({str(self.clipboard)!r}), Path({str(self.spied)!r})\n"
            'with spied.open("ab") as file:\n'
            '    for process in Path("/proc").glob("[0-9]*"):\n'
            '        for kind in ("cmdline", "environ"):\n'
            "            try:\n"
            "                file.write((process / kind).read_bytes())\n"
            "            except OSError:\n"
            "                pass\n"
            f"{does}"
        )
        program.chmod(0o755)
        home.environ |= {
            "PATH": str(folder),
            "DISPLAY": ":0",
            "KEYTUI_CLIPBOARD": "auto",
        }

    @classmethod
    def honest(cls, home: Home) -> "Xclip":
        """Install one that copies and pastes."""
        return cls(home, _HONEST)

    @classmethod
    def dead(cls, home: Home) -> "Xclip":
        """Install one whose display is gone: it complains, also past its standard error."""
        return cls(home, _DEAD)

    @classmethod
    def hanging(cls, home: Home) -> "Xclip":
        """Install one whose display does not answer."""
        return cls(home, _HANGING)


def osc52(key: str, selection: bytes = b"c") -> bytes:
    """Return the sequence that copies a key to the terminal's clipboard."""
    return b"\x1b]52;%s;%s\x07" % (selection, base64.b64encode(key.encode()))
