"""The table that a benchmark prints: what was measured, beside what, and whether that is enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

_HEAD = ("what", "measured", "yardstick", "ratio", "bar", "reached")


class Bar(NamedTuple):
    """What a figure must reach."""

    limit: float
    unit: str = "×"
    at_most: bool = False

    def reached_by(self, figure: float) -> bool:
        """Tell whether ``figure`` is good enough."""
        return figure <= self.limit if self.at_most else figure >= self.limit

    def __str__(self) -> str:
        """Write it as the issue does: ``≥ 0.75 ×``."""
        return f"{'≤' if self.at_most else '≥'} {self.limit:,.6g} {self.unit}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what is measured, and of how much.
        bar: what the figure must reach.
        measured: keytui's own figure.
        yardstick: the figure that it is held against.
        figure: what the bar is about, in the bar's unit; ``None`` when it was not measured.
        flaw: why the bar is missed whatever the figure says; empty when there is nothing.
    """

    what: str
    bar: Bar
    measured: str
    yardstick: str
    figure: float | None
    flaw: str = ""

    @classmethod
    def unmeasured(cls, what: str, bar: Bar, reason: str) -> "Row":
        """Make the row of something that could not be measured: it says why and invents nothing."""
        return cls(what, bar, f"not measured: {reason}", "–", None)

    @property
    def cells(self) -> tuple[str, ...]:
        """What the row shows, from left to right."""
        if self.figure is None:
            return (self.what, self.measured, self.yardstick, "–", str(self.bar), "–")
        reached = self.bar.reached_by(self.figure) and not self.flaw
        verdict = "yes" if reached else f"**no**{self.flaw and f' ({self.flaw})'}"
        ratio = f"{_short(self.figure)} {self.bar.unit}"
        return (self.what, self.measured, self.yardstick, ratio, str(self.bar), verdict)


def markdown(rows: Iterable[Row]) -> str:
    """Return the rows as one Markdown table."""
    lines = [_HEAD, ("---",) * len(_HEAD), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
