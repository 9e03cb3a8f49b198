"""The receipt of an offboarding on the screen, and into a file on wish."""

from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from keytui.domain.paths import absolute_path
from keytui.services import receipt
from keytui.services.receipt import Receipt
from keytui.tui.screens.dialog import Dialog
from keytui.tui.screens.export import proposed_path
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.surroundings import NO_FILE_HERE
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.rows import Row

_WIDTH = 52
"""Characters of a line: what a dialog holds at 60 columns."""


class ReceiptShown(Dialog[None]):
    """Shows a receipt until OK."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "save", "Save to file", show=False, id="save_receipt"),
    ]

    def __init__(self, shown: Receipt) -> None:
        """Show a receipt."""
        super().__init__()
        self.title_text = f"Receipt: {shown.user_id} is offboarded"
        self.receipt = shown

    def body(self) -> ComposeResult:
        """List its lines."""
        yield Listing((Column(""),), "")

    def buttons(self) -> ComposeResult:
        """Offer a file."""
        yield Button("OK", id="ok")
        yield Button("Save to file...", id="save")

    def on_mount(self) -> None:
        """Fill the list."""
        lines = [part for line in self.receipt.lines for part in wrap(line, _WIDTH) or [""]]
        self.query_one(Listing).set_rows([Row(n, (line,)) for n, line in enumerate(lines)])
        self.say("f saves it to a file; the audit trail keeps all of it.")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save, too."""
        if event.button.id == "save":
            self.action_save()

    def action_save(self) -> None:
        """Ask where to, and write it there; not on the server of a forced session."""
        if self.keytui.surroundings.forced:
            self.complain(NO_FILE_HERE)
            return

        async def write(values: Values) -> str:
            path = absolute_path(values["path"])
            await self.keytui.background.call(receipt.save, self.receipt, path)
            return str(path)

        self.app.push_screen(
            Form(
                "Save receipt",
                "A new file that only you can read.",
                [Entry("path", "File", proposed_path(receipt.proposed_name(self.receipt)))],
                write,
                ok="Save",
            ),
            self._saved,
        )

    def _saved(self, path: str | None) -> None:
        if path is not None:
            self.say(f"The receipt is in {path}.")
