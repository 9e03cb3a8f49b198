"""A dialog with fields to fill in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Static

from keytui.tui.screens.dialog import Dialog, T
from keytui.tui.widgets.button import Button
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.field import Field, Labelled
from keytui.tui.widgets.plain import plain

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to fill in.

    Attributes:
        name: under which its value is handed over.
        label: what stands before it.
        value: what stands in it at first.
        password: whether dots are shown for what is typed.
        options: where it is a choice, each value and what it says.
    """

    name: str
    label: str
    value: str = ""
    password: bool = False
    options: Sequence[tuple[str, str]] = ()


class Form(Dialog[T]):
    """Asks for some entries and does something with them.

    Enter goes to the next field and, in the last one, accepts.
    """

    def __init__(  # noqa: PLR0913 - a form has this many parts
        self,
        title: str,
        intro: str,
        entries: Sequence[Entry],
        submit: Callable[[Values], Awaitable[T]],
        *,
        ok: str = "OK",
        working: str = "Working...",
        start: str = "",
    ) -> None:
        """Create the form; ``submit`` is awaited with the values, by name.

        ``start`` is the entry to start in, by default the first.
        """
        super().__init__()
        self.title_text = title
        self.intro = intro
        self.entries = entries
        self.submit = submit
        self.ok = ok
        self.working = working
        self.first_focus = f"#{start or entries[0].name}"

    def body(self) -> ComposeResult:
        """Lay out the words and the entries."""
        if self.intro:
            yield Static(plain(self.intro), id="intro")
        for entry in self.entries:
            if entry.options:
                yield Labelled(entry.label, Choice(entry.options, id=entry.name, value=entry.value))
            else:
                field = Field(
                    entry.value, id=entry.name, password=entry.password, entered=self.entered
                )
                yield Labelled(entry.label, field)

    def buttons(self) -> ComposeResult:
        """Offer to accept or to cancel."""
        yield Button(self.ok, id="ok")
        yield Button("Cancel", id="cancel")

    @property
    def values(self) -> Values:
        """What is filled in, by name."""
        fields = {field.id or "": field.value for field in self.query(Field)}
        return fields | {choice.id or "": choice.value for choice in self.query(Choice)}

    def entered(self, field: Field) -> None:
        """Go on with Enter: to the next field, and from the last one accept."""
        names = [entry.name for entry in self.entries if not entry.options]
        if field.id == names[-1]:
            self.accept()
        else:
            self.set_focus(self.query_one(f"#{names[names.index(str(field.id)) + 1]}"))

    def accept(self) -> None:
        """Hand the values over."""
        self.attempt(self._submit, self.working)

    async def _submit(self) -> T:
        result = await self.submit(self.values)
        self._forget_passwords()
        return result

    def on_unmount(self) -> None:
        """Keep no password, however the form was left."""
        self._forget_passwords()

    def _forget_passwords(self) -> None:
        for field in self.query(Field):
            if field.password:
                field.value = ""

    def clear(self, *names: str) -> None:
        """Empty some fields and start again at the first of them."""
        for name in names:
            self.query_one(f"#{name}", Field).value = ""
        self.query_one(f"#{names[0]}").focus()
