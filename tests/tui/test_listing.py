"""The list widget: keys, paging, a selection that stays, widths."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

import keytui.tui
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.rows import Row

COLUMNS = (Column("Name"), Column("Number", 8, right=True), Column("More", 10, from_width=70))
PAGE = 9
"""Rows that can be seen: ten lines less the header."""


class ListApp(App[None]):
    """Only a list."""

    CSS_PATH = Path(keytui.tui.__file__).parent / "keytui.tcss"

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield Listing(COLUMNS, "Nothing here.")


def numbered(count: int) -> list[Row]:
    """Return rows whose key is their number."""
    return [Row(n, (f"row {n}", f"{n}", "x")) for n in range(count)]


@asynccontextmanager
async def listing(rows: list[Row], width: int = 40) -> AsyncIterator[tuple[Listing, Pilot[Any]]]:
    """Show rows in a list of ten lines."""
    app = ListApp()
    async with app.run_test(size=(width, PAGE + 1)) as pilot:
        widget = app.query_one(Listing)
        widget.set_rows(rows)
        widget.focus()
        await pilot.pause()
        yield widget, pilot


def drawn(widget: Listing) -> list[str]:
    """Return the lines of the list."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("down",), 1),
        (("j", "j", "k"), 1),
        (("down", "down", "up"), 1),
        (("up",), 0),
        (("pagedown",), PAGE),
        (("pagedown", "pagedown", "pageup"), PAGE),
        (("G",), 99),
        (("end",), 99),
        (("G", "down"), 99),
        (("G", "g"), 0),
        (("end", "home"), 0),
        (("G", "pagedown"), 99),
    ],
)
async def test_keys_move_the_cursor(keys: tuple[str, ...], place: int) -> None:
    """Every movement key does what its name says, and none leaves the list."""
    async with listing(numbered(100)) as (widget, pilot):
        await pilot.press(*keys)
        assert widget.cursor == place
        assert any(line.startswith(f" > row {place} ") for line in drawn(widget))


async def test_the_cursor_is_always_in_view() -> None:
    """Whatever is pressed, the selected row can be seen, and the list never scrolls past its end."""
    async with listing(numbered(30)) as (widget, pilot):
        for key in ("pagedown", "down", "G", "up", "pageup", "k", "g", "end", "pageup", "j"):
            await pilot.press(key)
            first, last = widget.shown_rows
            assert first <= widget.cursor + 1 <= last
            assert last - first + 1 == PAGE


@pytest.mark.parametrize("key", ["down", "up", "pagedown", "pageup", "home", "end", "enter"])
async def test_an_empty_list_takes_every_key(key: str) -> None:
    """No key does harm where there are no rows, and the words for it stand there."""
    async with listing([]) as (widget, pilot):
        await pilot.press(key)
        assert widget.current is None
        assert widget.cursor == 0
        assert widget.shown_rows == (0, 0)
        assert drawn(widget)[1].strip() == "Nothing here."


async def test_the_selection_stays_by_identity() -> None:
    """A refresh keeps the cursor on the row it was on, wherever that is now."""
    async with listing(numbered(50)) as (widget, pilot):
        widget.select(20)
        widget.set_rows(list(reversed(numbered(60))))
        await pilot.pause()
        assert widget.current is not None
        assert widget.current.key == 20
        first, last = widget.shown_rows
        assert first <= widget.cursor + 1 <= last


async def test_a_vanished_selection_stays_near() -> None:
    """If the selected row is gone, the cursor stays at its place, or at the new end."""
    async with listing(numbered(50)) as (widget, pilot):
        widget.select(40)
        widget.set_rows([row for row in numbered(50) if row.key != 40])
        assert widget.current is not None
        assert widget.current.key == 41
        widget.set_rows(numbered(3))
        await pilot.pause()
        assert widget.current.key == 2
        widget.set_rows([])
        assert widget.current is None


@pytest.mark.parametrize("width", [20, 40, 60, 80, 133])
@pytest.mark.parametrize(
    "text",
    [
        "漢字かな交じり文" * 9,
        "👩‍👩‍👧‍👦" * 30,
        "e\u0301" * 50,
        "plain",
        "",
        "\x1b[31m" * 20,
        "\u202e" * 40,
    ],
    ids=["wide", "emoji", "combining", "plain", "empty", "escapes", "bidi"],
)
async def test_every_line_is_exactly_the_width(text: str, width: int) -> None:
    """Whatever stands in the cells, each line has as many columns as the list."""
    rows = [Row(n, (text, "漢字" * n, text)) for n in range(4)]
    async with listing(rows, width) as (widget, _):
        inner = widget.scrollable_content_region.width
        for y in range(widget.size.height):
            strip = widget.render_line(y)
            assert cell_len(strip.text) == inner == strip.cell_length


async def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    """A cut is shown, never silent."""
    async with listing([Row(0, ("a long name indeed, longer than that", "1", ""))]) as (widget, _):
        assert "… " in drawn(widget)[1]


async def test_numbers_stand_at_the_right() -> None:
    """A column of numbers is aligned to the right, its title too."""
    async with listing(numbered(11)) as (widget, _):
        header, first = drawn(widget)[:2]
        assert header.index("Number") + len("Number") == first.rindex("0") + 1


@pytest.mark.parametrize(("width", "shown"), [(69, False), (90, True)])
async def test_a_column_needs_its_width(width: int, shown: bool) -> None:
    """A column of little weight is left out where the list is narrow."""
    async with listing(numbered(1), width) as (widget, _):
        assert ("More" in drawn(widget)[0]) is shown


async def test_the_selected_row_has_a_mark_and_is_reversed() -> None:
    """The selected row is told by a sign and by the reverse of its colours."""
    async with listing(numbered(2)) as (widget, _):
        selected, other = widget.render_line(1), widget.render_line(2)
        assert selected.text.startswith(" > ")
        assert all(segment.style and segment.style.reverse for segment in selected)
        assert not any(segment.style and segment.style.reverse for segment in other)
