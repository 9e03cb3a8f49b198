"""The lines that never move: places on top, status and keys at the bottom."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from keytui.tui.widgets.plain import plain

SMALLEST = (60, 16)
"""Columns and rows below which only a line says which size is needed."""


class PlaceBar(Widget):
    """Where one can be, where one is, and who one is."""

    def __init__(self, places: Sequence[tuple[str, str]], here: str, who: str) -> None:
        """Show ``places`` (key and title), mark ``here``, name ``who``."""
        super().__init__()
        self._places = places
        self._here = here
        self._who = who

    def render(self) -> Text:
        """Draw the line, the person at its right end where there is room."""
        line = Text(" keytui  ", style="bold", end="")
        for key, title in self._places:
            words = f"{key} {title}"
            if title == self._here:
                line.append(f"[{words}]", "reverse")
                line.append(" ")
            else:
                line.append(f" {words}  ", "not bold")
        room = self.size.width - line.cell_len - 1
        who = next(
            (form for form in (self._who, self._who.partition(" ")[0]) if cell_len(form) <= room),
            "",
        )
        line.append(who.rjust(room), "not bold")
        return line


class StatusLine(Static):
    """What just happened, or more about the selected row. Two lines, always there."""

    _sentence = ""
    _remark = ""

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self.remove_class("-error")
        self._show(sentence, self._remark)

    def complain(self, sentence: str) -> None:
        """Show a sentence about what did not work."""
        self.add_class("-error")
        self._show(sentence, self._remark)

    def remark(self, sentence: str) -> None:
        """Have ``sentence`` stand after whatever is said, until another or none takes its place."""
        if sentence != self._remark:
            self._show(self._sentence, sentence)

    def _show(self, sentence: str, remark: str) -> None:
        self._sentence, self._remark = sentence, remark
        self.update(plain(f"{sentence} {remark}".strip()), layout=False)


class KeyBar(Widget):
    """The keys of this screen; as many as fit, the most important first."""

    def __init__(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show ``keys``, each a key and what it does."""
        super().__init__()
        self._keys = keys

    def render(self) -> Text:
        """Draw the keys that fit."""
        *others, last = self._keys
        shown: list[tuple[str, str]] = []
        for key in others:
            if _width([*shown, key, last]) > self.size.width:  # how to quit is always said
                break
            shown.append(key)
        line = Text(" ", end="")
        for letter, does in (*shown, last):
            line.append(letter, "bold")
            line.append(f" {does}  ")
        return line


def _width(keys: Sequence[tuple[str, str]]) -> int:
    return 1 + cell_len("  ".join(f"{key} {does}" for key, does in keys))


class TooSmall(Static):
    """Covers the screen when the terminal is too small, and says which size is needed."""

    def on_mount(self) -> None:
        """Word it."""
        columns, rows = SMALLEST
        self.update(plain(f"keytui needs {columns}x{rows}: make the terminal larger."))
