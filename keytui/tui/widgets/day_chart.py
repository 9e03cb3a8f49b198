"""A small chart: how often a key was used, a column a day, the newest at the right end."""

from typing import Final

from textual.content import Content
from textual.widgets import Static

from keytui.domain import clock
from keytui.domain.daily_uses import DailyUses
from keytui.domain.text import counted
from keytui.tui.widgets.plain import plain

_ROWS: Final = 3
"""Rows of bars; each holds two steps, with glyphs that the Linux console has too."""
_TALL: Final = 20
"""Rows of the terminal from which on there is room for the bars."""


class DayChart(Static):
    """One line in words, and where there is room the bars. It never changes its height by content."""

    _uses: DailyUses | None = None

    def show(self, uses: DailyUses) -> None:
        """Show other numbers."""
        self._uses = uses
        self._draw()

    def on_mount(self) -> None:
        """Take the room that there is."""
        self.on_resize()

    def on_resize(self) -> None:
        """Take the room that there is, and draw into it."""
        self.styles.height = 1 + _ROWS + 1 if self.app.size.height >= _TALL else 1
        self._draw()

    def _draw(self) -> None:
        if self._uses is not None and self.is_attached:
            bars = drawing(self._uses, self.size.width) if self.app.size.height >= _TALL else []
            lines = [plain(line) for line in (in_words(self._uses), *bars)]
            self.update(Content("\n").join(lines), layout=False)


def in_words(uses: DailyUses) -> str:
    """Return what the chart shows, in a sentence: what counts most stands first."""
    days = len(uses.counts)
    if not uses.total:
        # A key may have been used before there was a count.
        return f"No uses counted in the last {days} days."
    day, most = uses.busiest
    return (
        f"{counted(uses.total, 'use')} on {uses.days_used} of {days} days, "
        f"at most {most:,} ({clock.day(day)})."
    )


def drawing(uses: DailyUses, width: int) -> list[str]:
    """Return the bars of the days that fit into ``width`` columns, and the line below; or nothing."""
    counts = uses.counts[-width:]
    most = max(counts)
    if not most:
        return []
    # A day of any use at all shows: rounded up.
    steps = [-(-count * 2 * _ROWS // most) for count in counts]
    rows = [
        "".join(" ▄█"[max(0, min(2, step - 2 * row))] for step in steps)
        for row in reversed(range(_ROWS))
    ]
    first, last = clock.day(uses.last_day - len(counts) + 1), "today (UTC)"
    gap = len(counts) - len(first) - len(last)
    return [*rows, f"{first}{'─' * gap}{last}"]
