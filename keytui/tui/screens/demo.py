"""The demo's door: choose whom to be."""

from textual.app import ComposeResult
from textual.widgets import Static

from keytui.services import demo, sign_in
from keytui.services.sign_in import SignedIn
from keytui.tui.screens.dialog import Dialog
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.plain import plain
from keytui.tui.widgets.rows import Row


class ChoosePerson(Dialog[SignedIn]):
    """Answers with the chosen person, signed in."""

    first_focus = "Listing"
    title_text = "Demo"

    def __init__(self, as_user: str) -> None:
        """Ask, unless ``as_user`` is given already."""
        super().__init__()
        self._as_user = as_user

    def body(self) -> ComposeResult:
        """List the people."""
        yield Static(
            plain(
                "A throw-away database: nothing here is real, and it is gone when you quit. "
                f"Whom do you want to be? Everybody's password is {demo.PASSWORD}"
            ),
            id="intro",
        )
        listing = Listing([Column("User ID", 20), Column("Role")], "")
        listing.styles.height = 8
        yield listing

    def buttons(self) -> ComposeResult:
        """Have none: Enter chooses."""
        yield from ()

    def on_mount(self) -> None:
        """Fill the list, or go on at once."""
        people = [(name, "administrator") for name in demo.ADMINISTRATORS]
        people += [(name, "user") for name in demo.USERS]
        self.query_one(Listing).set_rows([Row(name, (name, role)) for name, role in people])
        self.say("Enter chooses. Ctrl+Q quits. L signs out again later.")
        if self._as_user:
            self._enter(self._as_user)

    def on_listing_chosen(self) -> None:
        """Be the chosen person."""
        row = self.query_one(Listing).current
        if row is not None:
            self._enter(str(row.key))

    def action_cancel(self) -> None:
        """Stay: Esc never quits."""
        self.say("Ctrl+Q quits.")

    def _enter(self, name: str) -> None:
        self.attempt(lambda: self._sign_in(name), "Signing in...")

    async def _sign_in(self, name: str) -> SignedIn:
        answer = await self.keytui.background.call(
            sign_in.sign_in, name, demo.PASSWORD, self.keytui.origin
        )
        if not isinstance(answer, SignedIn):
            raise TypeError("everybody in the demo has a password")
        return answer
