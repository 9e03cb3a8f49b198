"""The rows of a list as far as they were read."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keytui.domain.pages import PAGE_SIZE, Mark, Page, Wanted

_KEPT: Final = 2_048
"""Rows kept at most; those farthest from what is looked at go first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list.

    Attributes:
        key: its identity; the cursor stays on it through a refresh.
        cells: the text of each column.
        record: what it was made of.
        dim: whether it is drawn dimmed.
    """

    key: Hashable
    cells: tuple[str, ...]
    record: object = None
    dim: bool = False


Read = Callable[[Wanted], Awaitable[Page[Row]]]


class Rows:
    """Rows by their places, a page on each side of what is looked at read ahead."""

    def __init__(self, page: Page[Row], wanted: Wanted, read: Read) -> None:
        """Begin with one page; ``read`` reads others of the same list."""
        self._wanted = replace(wanted, around=None)
        self._read = read
        self._rows: dict[int, Row] = {}
        self._marks: dict[int, Mark] = {}
        self._total = page.total
        self._take(page)

    @property
    def total(self) -> int:
        """How many rows there are, as far as is known."""
        if self._total is not None:
            return self._total
        return max(self._rows, default=-1) + 1

    @property
    def counted(self) -> bool:
        """Whether :attr:`total` is all, and not only what was met."""
        return self._total is not None

    def count(self, total: int) -> None:
        """Take in how many rows there are."""
        self._total = max(total, max(self._rows, default=-1) + 1)

    @property
    def known(self) -> Sequence[Row]:
        """The rows that were read, in order."""
        return [self._rows[place] for place in sorted(self._rows)]

    def get(self, place: int) -> Row | None:
        """Return a row, if it was read."""
        return self._rows.get(place)

    def place_of(self, key: Hashable) -> int | None:
        """Return the place of a row that was read."""
        return next((place for place, row in self._rows.items() if row.key == key), None)

    def has(self, first: int, last: int) -> bool:
        """Tell whether the rows of these places were read; places outside the list count as read."""
        places = range(max(first, 0), min(last + 1, self.total))
        return all(place in self._rows for place in places) and (self.counted or last < self.total)

    async def read(self, first: int, last: int) -> None:
        """Read what is missing of these places and a page on each side."""
        span = range(max(first - PAGE_SIZE, 0), last + PAGE_SIZE + 1)
        if self._total is not None:
            span = range(span.start, min(span.stop, self._total))
        missing = [place for place in span if place not in self._rows]
        if not missing:
            return
        start, size = missing[0], missing[-1] - missing[0] + 1
        near = min(self._marks, key=lambda place: abs(place - start), default=None)
        wanted = replace(
            self._wanted,
            start=start,
            size=size,
            total=self._total,
            near=None if near is None else (near, self._marks[near]),
        )
        page = await self._read(wanted)
        if len(page.rows) < min(size, len(span)) or page.start != start:
            # Rows went meanwhile: what was read before may stand elsewhere now.
            self._rows.clear()
            self._marks.clear()
            self._total = page.start + len(page.rows)
        self._take(page)
        for place in sorted(self._rows, key=lambda place: abs(place - first))[_KEPT:]:
            del self._rows[place], self._marks[place]

    def _take(self, page: Page[Row]) -> None:
        for place, (row, mark) in enumerate(
            zip(page.rows, page.marks, strict=True), start=page.start
        ):
            self._rows[place] = row
            self._marks[place] = mark
        if page.among is not None:
            self._wanted = replace(self._wanted, among=page.among)
