"""Help: the keys of the screen it was asked on, whole at 80x24."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from keytui.tui.menu import MenuAction
from keytui.tui.screens.dialog import Dialog
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.rows import Row

_EVERYWHERE = (
    ("Up Down j k", "one row"),
    ("PgUp PgDn", "one page"),
    ("g G", "first, last"),
    ("/", "filter"),
    ("s", "sort"),
    ("r", "refresh"),
    ("Enter a", "action menu"),
    ("1 2 3", "the places"),
    ("Ctrl+P", "palette"),
    ("Esc", "go back"),
    ("L", "sign out"),
    ("q Ctrl+Q", "quit"),
)


class Help(Dialog[None]):
    """Two columns: this screen's keys, and those of every list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,f1", "cancel", "Close", show=False, id="close_help"),
    ]
    first_focus = "Listing"

    def __init__(self, place: str, actions: Sequence[MenuAction], hint: str = "") -> None:
        """Explain the keys of ``place``; ``hint`` says what is no action of the menu."""
        super().__init__()
        self.title_text = f"Help: {place}"
        self.actions = actions
        self.hint = hint

    def body(self) -> ComposeResult:
        """Lay out the two columns."""
        listing = Listing(
            [
                Column("", 1),
                Column("On this screen", 23),
                Column("", 11),
                Column("Everywhere"),
            ],
            "",
        )
        listing.styles.height = len(_EVERYWHERE) + 1
        yield listing

    def buttons(self) -> ComposeResult:
        """Have none: Esc closes."""
        yield from ()

    def on_mount(self) -> None:
        """Fill the columns."""
        here = [(action.key, action.label.format("user").rstrip(".")) for action in self.actions]
        pairs = zip_longest(here, _EVERYWHERE, fillvalue=("", ""))
        self.query_one(Listing).set_rows(
            [Row(place, (*left, *right)) for place, (left, right) in enumerate(pairs)]
        )
        self.say(f"{self.hint} Esc closes.".strip())

    def on_listing_chosen(self) -> None:
        """Close."""
        self.action_cancel()
