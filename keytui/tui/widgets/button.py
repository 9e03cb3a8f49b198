"""Textual's button, of one line, whose label says where it begins and ends."""

from textual import widgets

from keytui.tui.widgets.plain import plain


class Button(widgets.Button, inherit_css=False):
    """A button that looks as ``keytui.tcss`` says.

    Textual's own look is as many rules as all of keytui's: 3 ms before the first paint.
    """

    DEFAULT_CSS = ""

    def __init__(self, label: str, *, id: str) -> None:  # noqa: A002 - Textual's name
        """Show ``label`` in brackets."""
        super().__init__(plain(f"[ {label} ]"), id=id, compact=True)
