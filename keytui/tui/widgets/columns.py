"""The columns of a list: which are shown at a width, and the cells of a row laid out in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from keytui.domain.text import harmless

SIGNS = 3
"""Columns before the first cell: of a mark, the cursor and a space."""
_GAP = 2
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


def line(columns: Sequence[Column], cells: Sequence[str], width: int) -> str:
    """Return a row without its signs, for a list that is ``width`` columns wide with them."""
    shown = [
        (column, cell)
        for column, cell in zip(columns, cells, strict=True)
        if width >= column.from_width
    ]
    fixed = sum(column.width for column, _ in shown) + _GAP * (len(shown) - 1) + SIGNS
    left = max(width - fixed, 4)
    return (" " * _GAP).join(
        _fit(cell, column.width or left, right=column.right) for column, cell in shown
    )


def _fit(text: str, width: int, *, right: bool) -> str:
    text = harmless(text)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - length) + text if right else text + " " * (width - length)
