"""Text from people as content of a widget: no markup, and as wide as it is measured."""

from textual.content import Content

from keytui.domain.text import harmless


def plain(text: str) -> Content:
    """Return ``text`` as content that is drawn as it stands.

    Control and invisible characters are dropped here, before the line is laid
    out: dropped only at the terminal, they would leave it too long.
    """
    return Content(harmless(text))
