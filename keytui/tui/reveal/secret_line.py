"""A secret on one line, drawn character by character."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from keytui.domain.secret import Secret


class SecretLine(Widget):
    """Shows a secret; it keeps no text of its own and is empty once the secret is wiped."""

    def __init__(self, secret: Secret) -> None:
        """Show ``secret``."""
        super().__init__()
        self._secret = secret

    def render_line(self, y: int) -> Strip:
        """Draw the line from single characters: Textual caches what it is given."""
        characters = self._secret.view() if y == 0 else b""
        style = self.rich_style
        return Strip([Segment(chr(character), style) for character in characters])
