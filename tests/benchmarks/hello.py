"""The yardstick of starting: the smallest Textual app there is."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """Says hello."""

    def compose(self) -> ComposeResult:
        """Draw one line."""
        yield Static("Hello, world")


if __name__ == "__main__":
    Hello().run()
