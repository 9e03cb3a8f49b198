"""A page of a long list: what is asked for, and what comes back.

A list is never held whole. A page is found by where it begins, and read from
whatever is nearest: an end of the list, or a row whose place is known already.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

PAGE_SIZE = 64
"""Rows read at once: three screens of a terminal at its usual size."""

Record = TypeVar("Record")
Other = TypeVar("Other")


class Mark(NamedTuple):
    """Where a row stands in an order: what it is sorted by, and its number among equals."""

    value: int | str
    row_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page.

    Attributes:
        order: the name of the order, one of the list's own.
        down: whether the largest comes first.
        containing: only rows with this text, literally, whatever its case.
        filter: only rows of this filter, by its name, where the list has filters.
        start: the place of the first row, from 0.
        size: how many rows.
        total: how many rows the list has, where that is known already.
        near: a known row near the page, and its place.
        among: the numbers of all rows, in order, where an earlier page told them.
        around: the identity of a row that the page shall hold, wherever it stands now.
    """

    order: str = ""
    down: bool = False
    containing: str = ""
    filter: str = ""
    start: int = 0
    size: int = PAGE_SIZE
    total: int | None = None
    near: tuple[int, Mark] | None = None
    among: Sequence[int] | None = None
    around: Hashable = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """Some rows of a list.

    Attributes:
        start: the place of the first row, from 0.
        rows: the rows.
        marks: where each stands in the order.
        total: how many rows the list has; ``None`` where counting them would take long.
        among: the numbers of all rows, in order, where they are few; for the next :class:`Wanted`.
    """

    start: int
    rows: Sequence[Record]
    marks: Sequence[Mark]
    total: int | None
    among: Sequence[int] | None = None

    def of(self, other: Callable[[Record], Other]) -> "Page[Other]":
        """Return the page with ``other`` made of each row."""
        rows = [other(row) for row in self.rows]
        return Page(self.start, rows, self.marks, self.total, self.among)


def whole(rows: Sequence[Record]) -> Page[Record]:
    """Return all rows of a short list as its one page."""
    return Page(0, rows, [Mark(place, place) for place in range(len(rows))], len(rows))
