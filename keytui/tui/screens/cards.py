"""The cards of Manage Users: how many keys are stale, and in which way."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from rich.cells import cell_len
from textual.app import App
from textual.widgets import Static

from keytui.services.stale import Stale
from keytui.tui.menu import MenuAction
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.widgets.plain import plain

Counts = Mapping[Stale, int]

_GAP: Final = "  "
_MORE: Final = "+{} more: c"


class Cards(Static):
    """One line, always there: as many cards as there is room for."""

    counts: Counts | None = None
    _reading = False
    _outdated = False

    async def read(self, count: Callable[[], Awaitable[Counts]]) -> None:
        """Count anew and show it; one count at a time, however often it is asked for."""
        self._outdated = True
        if self._reading:
            return
        self._reading = True
        try:
            while self._outdated:
                self._outdated = False
                self.show(await count())
        finally:
            self._reading = False

    def show(self, counts: Counts) -> None:
        """Show other counts."""
        self.counts = counts
        self.on_resize()

    def on_resize(self) -> None:
        """Draw the cards into the room that there is."""
        if self.is_attached:
            self.update(plain(line(self.counts, self.size.width)), layout=False)

    async def pick(self, app: App[Any]) -> Stale | None:
        """Offer all filters with their counts; call it from a worker."""
        items = [
            (
                MenuAction(which, str(number), which.words),
                f"{'...' if self.counts is None else f'{self.counts[which]:,}':>9}  {which.words}",
                None,
            )
            for number, which in enumerate(Stale, start=1)
        ]
        picked = await app.push_screen_wait(ActionMenu("Stale keys", items))
        return None if picked is None else Stale(picked)


def line(counts: Counts | None, width: int) -> str:
    """Return the cards that fit into ``width`` columns; those without a key are left out."""
    if counts is None:
        return "Counting stale keys..."
    cards = [f"{number:,} {which.words}" for which, number in counts.items() if number]
    if not cards:
        return "No stale keys."
    for shown in range(len(cards), 0, -1):
        left = len(cards) - shown
        parts = [*cards[:shown], *([_MORE.format(left)] if left else [])]
        if cell_len(_GAP.join(parts)) <= width:
            return _GAP.join(parts)
    return _MORE.format(len(cards))
