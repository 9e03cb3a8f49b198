# ruff: noqa: S608 - tables and orders are fixed texts of this program, values are parameters
"""Rows of one table in the order of an index, read by their place in it.

Numbers only: whoever asks fetches the rows themselves, so that a jump walks a
small index and not the table (at a million keys 3 ms instead of 300). Sorted
by what stands in an index together with ``id``, both always NOT NULL, the
engines agree on the order and on what is greater.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from keytui.domain.pages import Mark
from keytui.storage.database import open_location
from keytui.storage.location import is_postgresql
from keytui.storage.models import database

FEW: Final = 2_000
"""Up to so many numbers are kept instead of being looked for again."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A list that the database holds.

    Attributes:
        table: its table.
        by: what it is sorted by, an SQL expression that an index holds before ``id``.
        down: whether the largest comes first.
        where: which rows, an SQL condition with ``?`` for each of ``values``; empty for all.
        values: the values of ``where``.
    """

    table: str
    by: str
    down: bool = False
    where: str = ""
    values: tuple[object, ...] = ()

    def count(self) -> int:
        """Count the rows; with a condition this looks at all of them."""
        return int(self._run(f"SELECT count(*) FROM {self._from()}", ())[0][0])

    def select(self, columns: str, then: str = "") -> list[Any]:
        """Return columns of all rows; ``then`` orders or limits them. Both are fixed texts."""
        return self._run(f"SELECT {columns} FROM {self._from()} {then}", ())

    def ids(self) -> list[int]:
        """Return the numbers of all rows, in order: 36 MB for a million."""
        query = f"SELECT id FROM {self._from()} ORDER BY {self._order(self.down)}"
        return [row_id for (row_id,) in self._run(query, ())]

    def few(self) -> list[int] | None:
        """Return the numbers of all rows, in order, where they are at most :data:`FEW`."""
        found = self._run(f"SELECT id FROM {self._from()} LIMIT {FEW + 1}", ())
        if len(found) > FEW:
            return None
        ids = ", ".join(str(row_id) for (row_id,) in found)
        order = self._order(self.down)
        return (
            [
                row_id
                for (row_id,) in database.execute_sql(
                    f"SELECT id FROM {self.table} WHERE id IN ({ids}) ORDER BY {order}"
                ).fetchall()
            ]
            if found
            else []
        )

    def page(
        self, start: int, size: int, total: int | None, near: tuple[int, Mark] | None
    ) -> tuple[int, list[Mark]]:
        """Read rows by their places, walking from what is nearest.

        Args:
            start: the place of the first, from 0.
            size: how many at most.
            total: how many there are, or ``None``: then not from the end.
            near: a row whose place is known.

        Returns:
            The place of the first, and the rows' marks. Where rows went or came since
            ``total`` and ``near`` were true the place is theirs, not today's.
        """
        if total is not None:
            size = max(0, min(size, total - start))
        end = start + size
        if near is not None and abs(near[0] - start) < min(start, (total or start) - end + size):
            place, mark = near
            if place < start:
                return start, self._walk(self.down, size, start - place - 1, mark)
            if place >= end:
                found = self._walk(not self.down, size, place - end, mark)[::-1]
                if len(found) == size:
                    return start, found
                return 0, self._walk(self.down, size, 0)  # rows went: it is the beginning
        if total is not None and total - end < start:
            return start, self._walk(not self.down, size, total - end)[::-1]
        return start, self._walk(self.down, size, start)

    def place_of(self, row_id: int) -> int | None:
        """Return how many rows stand before a row; ``None`` where it is none of these."""
        found = self._run(f"SELECT {self.by} FROM {self._from('id = ?')}", (row_id,))
        if not found:
            return None
        before, values = self._beyond(Mark(found[0][0], row_id), ">" if self.down else "<")
        return int(self._run(f"SELECT count(*) FROM {self._from(before)}", values)[0][0])

    def _walk(self, down: bool, size: int, skipped: int, after: Mark | None = None) -> list[Mark]:
        beyond, values = self._beyond(after, "<" if down else ">") if after else ("", ())
        return [
            Mark(*row)
            for row in self._run(
                f"SELECT {self.by}, id FROM {self._from(beyond)} ORDER BY {self._order(down)} "
                f"LIMIT {size} OFFSET {max(skipped, 0)}",
                values,
            )
        ]

    def _beyond(self, mark: Mark, sign: str) -> tuple[str, tuple[object, ...]]:
        if self.by == "id":
            return f"id {sign} ?", (mark.row_id,)
        return f"({self.by}, id) {sign} (?, ?)", tuple(mark)

    def _order(self, down: bool) -> str:
        way = " DESC" if down else ""
        return f"id{way}" if self.by == "id" else f"{self.by}{way}, id{way}"

    def _from(self, also: str = "") -> str:
        conditions = [f"({each})" for each in (self.where, also) if each]
        return self.table + (f" WHERE {' AND '.join(conditions)}" if conditions else "")

    def _run(self, query: str, values: Sequence[object]) -> list[Any]:
        found = database.execute_sql(
            query.replace("?", database.param), (*self.values, *values)
        ).fetchall()
        return list(found)


def contains(column: str, sought: str = "?") -> str:
    """Return the SQL condition that a column holds a text, literally; ``?`` stands for the text."""
    function = "strpos" if is_postgresql(open_location()) else "instr"
    return f"{function}({column}, {sought}) > 0"
