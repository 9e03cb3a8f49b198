"""The cards of Manage Users: how many keys are stale, and in which way."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from keytui.services.stale import Stale
from keytui.tui.menu import MenuAction
from keytui.tui.screens.action_menu import Item

Counts = Mapping[Stale, int]

_GAP: Final = "  "
_MORE: Final = "+{} more: c"


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


def items(counts: Counts | None) -> Sequence[Item]:
    """Return the cards as a menu; what is not counted yet can be picked all the same."""
    return [
        (
            MenuAction(which, str(number), which.words),
            f"{'...' if counts is None else f'{counts[which]:,}':>9}  {which.words}",
            None if counts is None or counts[which] else f"No key is {which.words}.",
        )
        for number, which in enumerate(Stale, start=1)
    ]
