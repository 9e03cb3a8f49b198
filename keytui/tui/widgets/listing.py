"""A list of rows with a cursor: what every list of keytui is drawn by.

Only the lines that can be seen are drawn, a key press repaints only the lines
that change, and a cell is always plain text: there is no markup to close and
no escape to run.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from keytui.domain.text import harmless

GAP = 2
"""Columns between cells."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        title: what stands above it.
        width: its columns; 0 takes what is left.
        right: whether it is aligned to the right, as numbers are.
        from_width: shown only where the list is at least so many columns wide.
    """

    title: str
    width: int = 0
    right: bool = False
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list.

    Attributes:
        key: its identity; the cursor stays on it through a refresh.
        cells: the text of each column.
        sort: what each column is sorted by; the cells themselves by default.
        dim: whether it is drawn dimmed.
    """

    key: Hashable
    cells: tuple[str, ...]
    sort: tuple[object, ...] = field(default=())
    dim: bool = False


class Listing(ScrollView, can_focus=True):
    """The list widget. The selected row has a ``>`` and is drawn in reverse."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "listing--header",
        "listing--cursor",
        "listing--dim",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    class Moved(Message):
        """The cursor is on another row, or the rows or their window are new.

        Attributes:
            by_person: whether a key moved the cursor.
        """

        def __init__(self, *, by_person: bool) -> None:
            """Say who moved it."""
            super().__init__()
            self.by_person = by_person

    class Chosen(Message):
        """Enter was pressed on a row."""

    def __init__(self, columns: Sequence[Column], empty: str) -> None:
        """Create the list; ``empty`` is said where there are no rows."""
        super().__init__()
        self._columns = columns
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._order: tuple[int, bool] | None = None

    @property
    def current(self) -> Row | None:
        """The selected row."""
        return self._rows[self.cursor] if self._rows else None

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, in the order shown."""
        return self._rows

    @property
    def shown_rows(self) -> tuple[int, int]:
        """The numbers of the first and last row that can be seen, from 1; 0, 0 where none."""
        if not self._rows:
            return 0, 0
        top = round(self.scroll_offset.y)
        return top + 1, min(top + self._page, len(self._rows))

    def set_rows(self, rows: Sequence[Row], empty: str | None = None) -> None:
        """Show other rows; the cursor stays on the row it was on, if that is still there."""
        selected = self.current
        self._empty = self._empty if empty is None else empty
        self._rows = self._sorted(rows)
        places = {row.key: place for place, row in enumerate(self._rows)}
        place = places.get(selected.key, self.cursor) if selected else self.cursor
        self._resize()
        self.set_reactive(Listing.cursor, max(0, min(place, len(self._rows) - 1)))
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Moved(by_person=False))

    def select(self, key: Hashable) -> None:
        """Move the cursor to the row with this identity, where there is one."""
        places = [place for place, row in enumerate(self._rows) if row.key == key]
        if places:
            self.set_reactive(Listing.cursor, places[0])
            self._keep_in_view()
            self.refresh()
            self.post_message(self.Moved(by_person=False))

    def sort_next(self) -> str:
        """Sort by the next column and way; return what it is sorted by now, in words."""
        index, down = self._order or (-1, True)
        self._order = (index, True) if not down else ((index + 1) % len(self._columns), False)
        self.set_rows(self._rows)
        index, down = self._order
        return f"Sorted by {self._columns[index].title}, {'descending' if down else 'ascending'}."

    def _sorted(self, rows: Sequence[Row]) -> Sequence[Row]:
        if self._order is None:
            return rows
        index, down = self._order

        def by(row: Row) -> tuple[bool, object]:
            value = (row.sort or row.cells)[index]
            return (value is not None, value if value is not None else 0)

        return sorted(rows, key=by, reverse=down)

    @property
    def _page(self) -> int:
        return max(self.size.height - 1, 1)  # the first line is the header

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._resize()
        self._keep_in_view()
        self.post_message(self.Moved(by_person=False))

    def watch_cursor(self, old: int, new: int) -> None:
        """Repaint the two lines that changed, and say so."""
        top = round(self.scroll_offset.y)
        self._keep_in_view()
        if round(self.scroll_offset.y) == top:
            self.refresh(*(Region(0, place - top + 1, self.size.width, 1) for place in (old, new)))
        else:
            self.refresh()
        self.post_message(self.Moved(by_person=True))

    def _keep_in_view(self) -> None:
        top = round(self.scroll_offset.y)
        if self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + self._page:
            top = self.cursor - self._page + 1
        self.scroll_to(
            y=min(top, max(0, len(self._rows) - self._page)),
            animate=False,
            immediate=True,
        )

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.cursor = max(0, min(self.cursor + by, len(self._rows) - 1))

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self.action_move(by * self._page)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.cursor = max(0, len(self._rows) - 1)

    def action_choose(self) -> None:
        """Choose the selected row."""
        self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw one line: the header, a row, or the words for an empty list."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y == 0:
            titles = self._line(tuple(column.title for column in self._columns), " ", width)
            return _strip(titles, width, base + self.get_component_rich_style("listing--header"))
        place = round(self.scroll_offset.y) + y - 1
        if not self._rows:
            words = f"   {self._empty}" if y == 1 else ""
            return _strip(words, width, base + self.get_component_rich_style("listing--dim"))
        if place >= len(self._rows):
            return _strip("", width, base)
        row = self._rows[place]
        style = base
        if row.dim:
            style += self.get_component_rich_style("listing--dim")
        if place == self.cursor:
            style = base + self.get_component_rich_style("listing--cursor")
        return _strip(
            self._line(row.cells, ">" if place == self.cursor else " ", width),
            width,
            style,
        )

    def _line(self, cells: tuple[str, ...], mark: str, width: int) -> str:
        shown = [
            (column, cell)
            for column, cell in zip(self._columns, cells, strict=True)
            if width >= column.from_width
        ]
        fixed = sum(column.width for column, _ in shown) + GAP * (len(shown) - 1) + 3
        left = max(width - fixed, 4)
        line = (" " * GAP).join(
            _fit(cell, column.width or left, right=column.right) for column, cell in shown
        )
        return f" {mark} {line}"


def _fit(text: str, width: int, *, right: bool) -> str:
    text = harmless(text)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - length) + text if right else text + " " * (width - length)


def _strip(text: str, width: int, style: object) -> Strip:
    return Strip([Segment(set_cell_size(text, width), style)], width)  # type: ignore[arg-type]  # a Rich style
