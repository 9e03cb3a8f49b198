"""The last gate before the terminal: no text from a person acts on it.

Textual hands ESC, OSC and bidi controls in any widget's text to the terminal
as they are, ``markup=False`` or not: a key's label could write the clipboard
of whoever reads it. The services refuse such text; this filter drops it once
more from every line of every widget, for rows that came by another way.
"""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from keytui.domain.text import harmless

# Everything that is neither plain ASCII nor a plain letter of Latin-1 is worth
# the slower look; almost no line is.
_SUSPECT = re.compile("[^\x20-\x7e\xa0-\xff]")


class Harmless(LineFilter):
    """Drops control characters and bidi overrides from every line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the signature is Textual's
        """Return the segments with harmless text."""
        return [
            Segment(harmless(text), style, control) if _SUSPECT.search(text) else segment
            for segment in segments
            for text, style, control in (segment,)
        ]
