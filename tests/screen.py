"""What a person sees: the bytes a program prints, drawn on a screen (pyte)."""

import re

import pyte

# What pyte would print instead of ignoring: control strings other than OSC,
# mode queries, and the keyboard protocol.
_NOT_FOR_PYTE = re.compile(
    rb"\x1b[P_^X].*?\x1b\\|\x1b\[[<=>?][0-9;]*[$]?[pu]|\x1b\[[0-9;?>]*[ $][a-zA-Z]",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    rb"\x1b(?:\[[0-9;<=>?:$ ]*|[P_^X](?:(?!\x1b\\).)*|\](?:(?!\x07|\x1b\\).)*)?\Z",
    re.DOTALL,
)


class Screen:
    """A terminal's screen."""

    def __init__(self, columns: int, rows: int) -> None:
        """Make an empty one."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._undrawn = b""

    def draw(self, printed: bytes) -> None:
        """Draw what a program printed, but for a sequence whose end is still to come."""
        fresh = self._undrawn + printed
        unfinished = _UNFINISHED.search(fresh)
        end = unfinished.start() if unfinished else len(fresh)
        self._undrawn = fresh[end:]
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", fresh[:end]))

    def resize(self, columns: int, rows: int) -> None:
        """Become larger or smaller."""
        self._screen.resize(rows, columns)

    @property
    def lines(self) -> list[str]:
        """The lines, without the spaces at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """The screen as one line, without borders: text that is wrapped is found in it."""
        return " ".join(re.sub("[│─╭╮╰╯]", " ", self.text).split())

    @property
    def picture(self) -> str:
        """The screen in a frame, for a failure's message."""
        width = self._screen.columns
        frame = "+" + "-" * width + "+"
        return "\n".join([frame, *(f"|{line:<{width}}|" for line in self.lines), frame])

    def is_reversed(self, text: str) -> bool:
        """Tell whether ``text`` is there in reverse: where the focus or the cursor is."""
        for y, line in enumerate(self._screen.display):
            x = line.find(text)
            if x >= 0 and self._screen.buffer[y][x + len(text) // 2].reverse:
                return True
        return False

    def has_cursor(self, label: str) -> bool:
        """Tell whether the cursor is in the field of a dialog that has this label."""
        for y, line in enumerate(self._screen.display):
            left, right = line.find("│"), line.rfind("│")
            if left >= 0 and line[left + 1 : right].strip().startswith(label):
                return any(self._screen.buffer[y][x].reverse for x in range(left, right))
        return False
