"""Reading one page of a list: what the services of all long lists share."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from keytui.domain.errors import BadInput
from keytui.domain.pages import Mark, Page, Wanted
from keytui.storage.ordered import Ordered

Record = TypeVar("Record")


def ordered(
    table: str,
    orders: Mapping[str, str],
    wanted: Wanted,
    where: Sequence[tuple[str, Sequence[object]]] = (),
) -> Ordered:
    """Return the list that is wanted.

    Args:
        table: its table.
        orders: its orders by name, each an SQL expression; the first is the default.
        wanted: the order and its way.
        where: the conditions, each with its values.

    Raises:
        BadInput: it has no such order.
    """
    by = orders.get(wanted.order or next(iter(orders)))
    if by is None:
        raise BadInput(f"A list is sorted by one of {', '.join(orders)}.")
    return Ordered(
        table,
        by,
        wanted.down,
        " AND ".join(f"({condition})" for condition, _ in where),
        tuple(value for _, values in where for value in values),
    )


def page(
    found: Ordered,
    wanted: Wanted,
    records: Callable[[Sequence[int]], Mapping[int, Record]],
    row_id: Callable[[Hashable], int | None],
) -> Page[Record]:
    """Read the page that is wanted.

    Args:
        found: the list.
        wanted: which page of it.
        records: fetches rows by their numbers.
        row_id: returns the number of the row with an identity.
    """
    among, total = wanted.among, wanted.total
    narrowed = bool(wanted.containing or wanted.filter)
    if among is None and narrowed and total is None:
        among = found.few()
    if among is not None:
        total = len(among)
    elif total is None and not narrowed:
        total = found.count()
    start, size = wanted.start, wanted.size
    sought = None if wanted.around is None else row_id(wanted.around)
    if sought is not None:
        place = (
            found.place_of(sought)
            if among is None
            else next((place for place, one in enumerate(among) if one == sought), None)
        )
        if place is not None:
            start = place - size // 2
    if total is not None and start >= total:
        start = total - size  # rows went: the last page
    start = max(0, start)
    if among is None:
        start, marks = found.page(start, size, total, wanted.near)
        if total is None and len(marks) < size and (marks or not start):
            total = start + len(marks)
    else:
        marks = [Mark(0, number) for number in among[start : start + size]]
    rows = records([mark.row_id for mark in marks])
    marks = [mark for mark in marks if mark.row_id in rows]
    return Page(start, [rows[mark.row_id] for mark in marks], marks, total, among)
