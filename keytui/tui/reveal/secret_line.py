"""The line that shows a secret: placeholders as far as Textual can tell."""

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

_GROUP = 4


class SecretLine(Widget):
    """A secret on one line; where it does not fit, in lines of whole groups of four."""

    def __init__(self, text: str) -> None:
        """Show ``text``: placeholders, or later a mask."""
        super().__init__()
        self._text = text

    def put(self, text: str) -> None:
        """Show something else instead, no longer than what was there."""
        self._text = text
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - the signature is Textual's
        """Return how many lines it takes."""
        return max(1, -(-len(self._text) // self._room(width)))

    def render_line(self, y: int) -> Strip:
        """Draw one of its lines."""
        room = self._room(self.size.width)
        return Strip([Segment(self._text[y * room : (y + 1) * room], self.rich_style)])

    def _room(self, width: int) -> int:
        return (
            len(self._text) or 1 if len(self._text) <= width else max(1, width // _GROUP) * _GROUP
        )
