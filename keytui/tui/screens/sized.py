"""What every screen and dialog shares."""

from typing import TYPE_CHECKING, cast

from textual import events

from keytui.tui.widgets.bars import SMALLEST

if TYPE_CHECKING:
    from textual.screen import Screen

    from keytui.tui.app import KeytuiApp


class Sized:
    """Mixed into every screen: below 60x16 it says so instead of drawing clipped."""

    in_list = False
    """Whether a list has the focus, so that a key is one of the screen's or none."""
    acting = False
    """Whether a dialog is on its way: keys are not meant for what is here."""

    def say(self, sentence: str) -> None:
        """Show a sentence where the screen has its line for that."""
        raise NotImplementedError

    @property
    def keytui(self) -> "KeytuiApp":
        """The app, by its own type."""
        return cast("KeytuiApp", cast("Screen[object]", self).app)

    def on_resize(self, event: events.Resize) -> None:
        """Show the content or the words, by the size."""
        columns, rows = SMALLEST
        small = event.size.width < columns or event.size.height < rows
        cast("Screen[object]", self).set_class(small, "-too-small")
