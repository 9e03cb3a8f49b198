"""One of a few: ``(•) CSV  ( ) JSON lines``, on one line, by the keyboard."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """Lets a person choose one of a few words with ←, → and Space."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.focus_next", "Next", show=False),
        Binding("left", "move(-1)", "Previous", show=False),
        Binding("right,space", "move(1)", "Next", show=False),
    ]

    index: reactive[int] = reactive(0)

    class Changed(Message):
        """Another word was chosen.

        Attributes:
            value: the chosen word's value.
        """

        def __init__(self, value: str) -> None:
            """Carry the choice."""
            super().__init__()
            self.value = value

    def __init__(self, options: Sequence[tuple[str, str]], *, id: str, value: str = "") -> None:  # noqa: A002 - Textual's name
        """Offer ``options``, each its value and what it says; ``value`` is chosen at first."""
        super().__init__(id=id)
        self.options = options
        values = [one for one, _ in options]
        if value in values:
            self.set_reactive(Choice.index, values.index(value))

    @property
    def value(self) -> str:
        """The value of the chosen word."""
        return self.options[self.index][0]

    def render(self) -> Text:
        """Draw the words, the chosen one marked."""
        line = Text()
        # Closer together where there is little room.
        words = sum(len(says) + len("( ) ") for _, says in self.options)
        gap = " " * (3 if words + 3 * len(self.options) <= self.size.width else 1)
        for place, (_, says) in enumerate(self.options):
            chosen = place == self.index
            style = "reverse" if chosen and self.has_focus else ""
            line.append(f"({'•' if chosen else ' '}) {says}", style)
            line.append(gap)
        return line

    def action_move(self, by: int) -> None:
        """Choose the next or the previous word."""
        self.index = (self.index + by) % len(self.options)
        self.post_message(self.Changed(self.value))
