"""A list of rows with a cursor: what every list of keytui is drawn by.

Only the lines that can be seen are held and drawn, a key press repaints only the
lines that change, and a cell is always plain text: there is no markup to close
and no escape to run. The cursor goes only where rows were read: until then the
list stays as it is, and says what it is missing.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from keytui.domain.pages import Page, Wanted, whole
from keytui.tui.widgets.columns import Column, line
from keytui.tui.widgets.rows import Row, Rows

_LEAP = 4
"""A list whose cursor leaves the window scrolls by a part of it, one in so many: scrolling
sends every line again, and a slow link should not have to carry that at every key press."""


class Listing(ScrollView, can_focus=True):
    """The list widget. The selected row has a ``>`` and is drawn in reverse, a marked one a ``*``."""

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

    class Missing(Message):
        """Rows have to be read before the cursor can go where it was sent, or for the next time."""

    class Chosen(Message):
        """Enter was pressed on a row."""

    def __init__(self, columns: Sequence[Column], empty: str) -> None:
        """Create the list; ``empty`` is said where there are no rows."""
        super().__init__()
        self._columns = columns
        self._empty = empty
        self._sorted: tuple[str, bool] | None = None
        self._aim: int | None = None
        self._blank = False
        self.content = _in_memory(())
        self.is_marked: Callable[[Row], bool] = lambda row: False  # noqa: ARG005 - of a list without marks

    @property
    def current(self) -> Row | None:
        """The selected row."""
        return self.content.get(self.cursor)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that were read, in the order shown."""
        return self.content.known

    @property
    def shown_rows(self) -> tuple[int, int]:
        """The numbers of the first and last row that can be seen, from 1; 0, 0 where none."""
        if not self.content.total:
            return 0, 0
        return self._top + 1, min(self._top + self._page, self.content.total)

    @property
    def missing(self) -> tuple[int, int] | None:
        """The places of rows that have to be read now, or soon; ``None`` where all is there."""
        top = self._top if self._aim is None else self._top_for(self._aim)
        now = (top, top + self._page - 1)
        if not self.content.has(*now):
            return now
        soon = (top - self._page, top + 2 * self._page - 1)
        return None if self.content.has(*soon) else soon

    def set_rows(self, rows: Sequence[Row], empty: str | None = None) -> None:
        """Show all rows of a short list; the cursor stays on the row it was on, if that is there."""
        self.show(_in_memory(rows), empty)

    def show(
        self,
        content: Rows,
        empty: str | None = None,
        ordered: tuple[str, bool] | None = None,
        key: Hashable = None,
        otherwise: int | None = None,
    ) -> None:
        """Show other rows.

        Args:
            content: the rows.
            empty: what is said where there are none.
            ordered: the title of the column they are sorted by, and whether the largest is first.
            key: the row to select; by default the one that was, if it is still there.
            otherwise: the place to select where there is no such row; by default the old one.
        """
        sought = key if key is not None else self.current.key if self.current else None
        self._empty = self._empty if empty is None else empty
        self._sorted = ordered
        self.content = content
        place = None if sought is None else content.place_of(sought)
        self._aim = None
        self._resize()
        fallback = self.cursor if otherwise is None else otherwise
        self._set(fallback if place is None else place)

    def counted(self) -> None:
        """Show that it is known now how many rows there are."""
        self._resize()
        self.post_message(self.Moved(by_person=False))

    def select(self, key: Hashable) -> None:
        """Move the cursor to the row with this identity, where it was read."""
        place = self.content.place_of(key)
        if place is not None:
            self._set(place)

    def arrived(self) -> None:
        """Go on to where the cursor was sent: rows were read."""
        self._resize()
        if self._blank:
            self._blank = False
            self.refresh()
        if self._aim is not None:
            self._go(self._aim)

    @property
    def _page(self) -> int:
        return max(self.size.height - 1, 1)  # the first line is the header

    @property
    def _top(self) -> int:
        return round(self.scroll_offset.y)

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.content.total + 1)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._resize()
        self._scroll()
        self.post_message(self.Moved(by_person=False))
        self._ask()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Have the rows read that a mouse scrolled to."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_focus(self) -> None:
        """Take the terminal's cursor along, for whoever reads by it."""
        self._point()

    def watch_cursor(self, old: int, new: int) -> None:
        """Repaint the two lines that changed, and say so."""
        top = self._top
        self._scroll()
        if self._top == top:
            self.refresh(*(Region(0, place - top + 1, self.size.width, 1) for place in (old, new)))
        else:
            self.refresh()
        self.post_message(self.Moved(by_person=True))

    def _set(self, place: int) -> None:
        """Put the cursor somewhere, not by a key, and draw everything anew."""
        last = max(0, self.content.total - 1)
        self.set_reactive(Listing.cursor, max(0, min(place, last)))
        self._scroll()
        self.refresh()
        self.post_message(self.Moved(by_person=False))
        self._ask()

    def _go(self, place: int) -> None:
        """Move the cursor, or have the rows read that are in the way."""
        place = max(0, min(place, self.content.total - 1))
        top = self._top_for(place)
        if self.content.has(top, top + self._page - 1):
            self._aim = None
            self.cursor = place
        else:
            self._aim = place
        self._ask()

    def _ask(self) -> None:
        if self.missing is not None:
            self.post_message(self.Missing())

    def _top_for(self, place: int) -> int:
        top = self._top
        leap = self._page // _LEAP
        if place < top:
            top = min(place, top - leap)
        elif place >= top + self._page:
            top = max(place - self._page + 1, top + leap)
        return max(0, min(top, self.content.total - self._page))

    def _scroll(self) -> None:
        top = self._top_for(self.cursor)
        if top != self.scroll_offset.y:  # even a scroll to where one is repaints the scrollbar
            self.scroll_to(y=top, animate=False, immediate=True)
        self._point()

    def _point(self) -> None:
        if self.has_focus:
            line = self.cursor - self._top + 1
            self.app.cursor_position = self.content_region.offset + Offset(1, line)

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go((self.cursor if self._aim is None else self._aim) + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self.action_move(by * self._page)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._go(self.content.total - 1)

    def action_choose(self) -> None:
        """Choose the selected row."""
        self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        """Draw one line: the header, a row, or the words for an empty list."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y == 0:
            return _strip(
                f"   {line(self._columns, self._titles, width)}",
                width,
                base + self.get_component_rich_style("listing--header"),
            )
        place = self._top + y - 1
        if not self.content.total:
            words = f"   {self._empty}" if y == 1 else ""
            return _strip(words, width, base + self.get_component_rich_style("listing--dim"))
        row = self.content.get(place)
        if row is None:
            self._blank = self._blank or place < self.content.total
            return _strip("", width, base)
        style = base
        if row.dim:
            style += self.get_component_rich_style("listing--dim")
        if place == self.cursor:
            style = base + self.get_component_rich_style("listing--cursor")
        signs = f"{'*' if self.is_marked(row) else ' '}{'>' if place == self.cursor else ' '} "
        return _strip(signs + line(self._columns, row.cells, width), width, style)

    @property
    def _titles(self) -> tuple[str, ...]:
        title, down = self._sorted or (None, False)
        mark = "↓" if down else "↑"
        return tuple(
            f"{column.title}{mark}" if column.title == title else column.title
            for column in self._columns
        )


def _strip(text: str, width: int, style: object) -> Strip:
    return Strip([Segment(set_cell_size(text, width), style)], width)  # type: ignore[arg-type]  # a Rich style


def _in_memory(rows: Sequence[Row]) -> Rows:
    async def read(wanted: Wanted) -> Page[Row]:  # noqa: ARG001 - never asked: all is there
        return whole(rows)

    return Rows(whole(rows), Wanted(), read)
