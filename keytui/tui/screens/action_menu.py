"""The action menu: everything that can be done here; a letter or Enter picks."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from keytui.tui.menu import MenuAction
from keytui.tui.screens.dialog import Dialog
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.rows import Row

Item = tuple[MenuAction, str, str | None]
"""An action, what it says here, and why it cannot be picked, if it cannot."""


class ActionMenu(Dialog[str]):
    """Answers with the name of the picked action.

    What a person may not do is shown dimmed, with the reason: not hidden.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,a", "cancel", "Close", show=False, id="close_menu"),
    ]
    first_focus = "Listing"

    def __init__(self, title: str, items: Sequence[Item]) -> None:
        """Offer ``items``."""
        super().__init__()
        self.title_text = title
        self.items = items

    def body(self) -> ComposeResult:
        """List the actions."""
        listing = Listing([Column("", 1), Column("")], "")
        listing.styles.height = len(self.items) + 1
        yield listing

    def buttons(self) -> ComposeResult:
        """Have none: Enter picks."""
        yield from ()

    def on_mount(self) -> None:
        """Fill the list; start on the first thing that can be done to the selected row."""
        listing = self.query_one(Listing)
        listing.set_rows(
            [
                Row(action.name, (action.key, says), dim=bool(why_not))
                for action, says, why_not in self.items
            ]
        )
        can = [place for place, item in enumerate(self.items) if item[2] is None]
        on_row = [place for place in can if self.items[place][0].on_row]
        listing.cursor = next(iter(on_row or can), 0)

    def on_listing_moved(self) -> None:
        """Say why the selected action cannot be picked, or how to pick it."""
        listing = self.query_one(Listing)
        why_not = self.items[listing.cursor][2]
        below = len(self.items) - listing.shown_rows[1]
        more = f" {below} more below." if below else ""
        self.say(f"{why_not or 'Letter or Enter picks, Esc closes.'}{more}")

    def on_listing_chosen(self) -> None:
        """Pick the selected action."""
        self._pick(self.query_one(Listing).cursor)

    def on_key(self, event: events.Key) -> None:
        """Pick by letter."""
        for place, (action, _, _) in enumerate(self.items):
            if event.key == action.key:
                event.stop()
                self._pick(place)

    def _pick(self, place: int) -> None:
        action, _, why_not = self.items[place]
        self.query_one(Listing).cursor = place
        if why_not is None:
            self.dismiss(action.name)
        else:
            self.complain(why_not)
