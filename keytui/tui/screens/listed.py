"""One list on a screen: its rows read a page at a time, sorted, filtered, and summed up.

The rows are read off the screen's thread, and an answer to a question that was
asked anew meanwhile is dropped. A screen of few rows has :meth:`Listed.fetch`,
one of many has :meth:`Listed.page` and :meth:`Listed.count`.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from itertools import product
from typing import ClassVar

from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from keytui.domain.errors import BadInput, KeytuiError, SignedOut
from keytui.domain.pages import PAGE_SIZE, Page, Record, Wanted, whole
from keytui.domain.records import Actor
from keytui.tui.screens.sized import Sized
from keytui.tui.widgets.bars import StatusLine
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.plain import plain
from keytui.tui.widgets.rows import Row, Rows

FILTER_DELAY = 0.06
"""Seconds after the last key before a filter asks the database."""


class Listed(Sized, Screen[None]):
    """A screen around one list, above it ``#summary`` and ``#filter``, below it ``#status``."""

    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    ORDERS: ClassVar[tuple[str, ...]] = ()
    """The titles of the columns that the rows can be sorted by."""
    FIRST_ORDER: ClassVar[tuple[str, bool]] = ("", False)
    """By which they are at first, and whether the largest is first."""

    def __init__(self, actor: Actor) -> None:
        """Create the screen for ``actor``."""
        super().__init__()
        self.actor = actor
        self.containing = ""
        self.filtering = False
        self.loads = 0
        self._details_shown = True
        self._pause: Timer | None = None
        self._filling = False
        self._order = self.FIRST_ORDER
        self._shown: tuple[str, tuple[str, bool]] | None = None
        self._summary = ""
        self.listing = Listing(self.COLUMNS, "Reading...")

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line until the cursor moves."""
        self._details_shown = False
        self.query_one("#status", StatusLine).say(sentence)

    def complain(self, sentence: str) -> None:
        """Show in the status line what did not work, until the cursor moves."""
        self._details_shown = False
        self.query_one("#status", StatusLine).complain(sentence)

    # -- rows

    async def page(self, wanted: Wanted) -> Page[Row]:  # noqa: ARG002 - of a long list
        """Return a page of the rows that contain :attr:`containing`."""
        return whole(await self.fetch())

    async def fetch(self) -> Sequence[Row]:
        """Return all rows, where they are few; a long list has :meth:`page` instead."""
        raise NotImplementedError

    async def count(self, wanted: Wanted) -> int:
        """Count the rows of a long list whose page did not tell."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the line above the list."""
        raise NotImplementedError

    def record(self, kind: type[Record]) -> Record:
        """Return what the selected row was made of; ask only where there is one.

        Raises:
            BadInput: nothing is selected.
        """
        row = self.listing.current
        if row is None or not isinstance(row.record, kind):
            raise BadInput("Nothing is selected.")
        return row.record

    def details(self) -> str:
        """Return more about the selected row."""
        return ""

    def action_reread(self) -> None:
        """Fetch the rows anew; a complaint that stood there is over then."""
        self.run_worker(self.perform(self._reread), exclusive=True, group="load")

    async def _reread(self) -> None:
        await self.load()
        if self.query_one("#status", StatusLine).has_class("-error"):
            self.say("Read anew.")

    def action_refresh(self) -> None:
        """Fetch the rows anew, silently."""
        self.run_worker(self.perform(self.load), exclusive=True, group="load")

    async def load(self, around: Hashable = None) -> None:
        """Read the rows and show them; the cursor stays on its row, or goes to ``around``."""
        listing = self.listing
        selected = listing.current.key if listing.current else None
        sought = selected if around is None else around
        order, down = self._order
        shown = (self.containing + self.narrowed_to, self._order)
        moved = self._shown is not None and shown != self._shown
        place = 0 if moved else listing.cursor
        wanted = Wanted(
            order,
            down,
            self.containing,
            self.narrowed_to,
            start=max(0, place - PAGE_SIZE // 2),
            size=max(PAGE_SIZE, 2 * self.size.height),
            around=sought,
        )
        try:
            page = await self.page(wanted)
        except KeytuiError:
            if not listing.rows:
                listing.set_rows((), "Nothing could be read: r tries again.")
            raise
        if not listing.is_attached:
            return  # the app is on its way out
        self.filtering = False
        self.loads += 1
        self._shown = shown
        content = Rows(page, wanted, self.page)
        ordered = self._order if order else None
        listing.show(content, self.nothing, ordered, sought, place)
        if not content.counted:
            content.count(await self.count(wanted))
            listing.counted()

    def on_listing_missing(self) -> None:
        """Read the rows that the list is missing; one reading at a time, the newest wish last."""
        if not self._filling:
            self._filling = True
            self.run_worker(self.perform(self._fill), group="rows")

    async def _fill(self) -> None:
        try:
            while self.listing.is_attached and (span := self.listing.missing):
                await self.listing.content.read(*span)
                self.listing.arrived()
        finally:
            self._filling = False

    @property
    def narrowed_to(self) -> str:
        """The named filter of the list, where it has filters; see :attr:`.Wanted.filter`."""
        return ""

    @property
    def empty(self) -> str:
        """What the list says where there is nothing at all."""
        return "Nothing here yet."

    @property
    def nothing(self) -> str:
        """What the list says where there are no rows."""
        return (
            f"Nothing contains {self.containing!r}. Esc clears the filter."
            if self.containing
            else self.empty
        )

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Show where the list is, and more about the selected row."""
        self.summarise()
        if event.by_person or self._details_shown:
            self.query_one("#status", StatusLine).say(self.details())
            self._details_shown = True

    def summarise(self) -> None:
        """Write the line above the list anew, if it says something else now."""
        words = self.summary()
        if self.listing.is_attached and words != self._summary:
            self._summary = words
            self.query_one("#summary", Static).update(plain(words), layout=False)

    async def action_sort(self) -> None:
        """Sort by the next column and way."""
        if not self.ORDERS:
            self.say("These rows are few, and always in this order.")
            return
        ways = list(product(self.ORDERS, (False, True)))
        self._order = ways[(ways.index(self._order) + 1) % len(ways)]
        title, down = self._order
        self.say(f"Sorted by {title}, {'descending' if down else 'ascending'}.")
        self.action_refresh()

    @property
    def range_shown(self) -> str:
        """Return ``1-18 of 4,312``."""
        first, last = self.listing.shown_rows
        content = self.listing.content
        if not last:
            return "none"
        more = "" if content.counted else "more than "
        return f"{first:,}-{last:,} of {more}{content.total:,}"

    @property
    def filter_shown(self) -> str:
        """Return the filter, or how to get one."""
        return f"Filter: {self.containing}" if self.containing else "Filter: (press /)"

    # -- filter

    def action_filter(self) -> None:
        """Open the filter line."""
        field = self.query_one("#filter", Field)
        # In the summary's place, so that the list below does not move.
        self.query_one("#summary").display = False
        field.display = True
        self.set_focus(field)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as the person types, once they pause."""
        event.stop()
        self.containing = event.value.strip()
        self.filtering = True
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(FILTER_DELAY, self.action_refresh)

    def keep_filter(self, field: Field) -> None:  # noqa: ARG002 - there is one
        """Go back to the list and leave it filtered; Enter in the filter line."""
        self._close_filter()
        if self._pause is not None:
            self._pause.stop()
        self.action_refresh()

    def on_field_paste_refused(self, event: Field.PasteRefused) -> None:
        """Say why a paste was not taken."""
        self.complain(event.sentence)

    def _close_filter(self) -> None:
        self.set_focus(self.listing)
        self.query_one("#filter").display = False
        self.query_one("#summary").display = True

    def action_back(self) -> None:
        """Go one level back: first out of the filter, then out of the screen."""
        field = self.query_one("#filter", Field)
        if field.value or field.has_focus:
            field.value = ""
            self._close_filter()
        else:
            self.leave()

    def leave(self) -> None:
        """Leave the screen, where there is something below it."""

    async def perform(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Await ``doing``; what goes wrong is said in the status line."""
        try:
            await doing()
        except SignedOut as error:
            self.keytui.ask_sign_in(str(error))
        except KeytuiError as error:
            self.complain(str(error))

    async def done(self, sentence: str, around: Hashable = None) -> None:
        """Read the rows anew, then say what was done; the cursor goes to ``around``.

        Said before, it would invite to a next key while keys do not count yet.
        """
        await self.load(around)
        if self.listing.is_attached:
            self.say(sentence)
