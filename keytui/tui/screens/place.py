"""What the full screens share: the bars, the list, the filter, the action menu.

A screen lists what can be done on it (:attr:`Place.ACTIONS`); its keys, its
menu, its help and the palette all come from that list, and picking an action
called ``x`` calls ``do_x``.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from itertools import product
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from keytui.domain.errors import KeytuiError, SignedOut
from keytui.domain.pages import PAGE_SIZE, Page, Wanted, whole
from keytui.domain.permissions import Role, refusal
from keytui.domain.records import Actor
from keytui.tui.menu import MenuAction
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.sized import Sized
from keytui.tui.widgets.bars import KeyBar, PlaceBar, StatusLine, TooSmall
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.listing import Column, Listing
from keytui.tui.widgets.plain import plain
from keytui.tui.widgets.rows import Row, Rows

FILTER_DELAY = 0.1
"""Seconds after the last key before a filter asks the database."""


class Place(Sized, Screen[None]):
    """A full screen around one list."""

    PLACE: ClassVar[str] = ""
    """Its title among the places."""
    ACTIONS: ClassVar[tuple[MenuAction, ...]] = ()
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    HINT: ClassVar[str] = ""
    """What help says of keys that are no actions of the menu."""
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The keys that the bottom line names after Help and Actions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "menu", "Actions", show=False, id="actions"),
        Binding("slash", "filter", "Filter", show=False, id="filter"),
        Binding("s", "sort", "Sort", show=False, id="sort"),
        Binding("r", "reread", "Refresh", show=False, id="refresh"),
        Binding("1", "app.place('Profile')", "Profile", show=False, id="profile"),
        Binding(
            "2",
            "app.place('Manage Users')",
            "Manage Users",
            show=False,
            id="manage_users",
        ),
        Binding("3", "app.place('Audit')", "Audit", show=False, id="audit"),
        Binding("L", "app.sign_out", "Sign out", show=False, id="sign_out"),
        Binding("q", "app.quit", "Quit", show=False, id="quit"),
        Binding("question_mark,f1", "app.help", "Help", show=False, id="help"),
        Binding("ctrl+l", "app.redraw", "Redraw", show=False, id="redraw"),
        Binding("escape", "back", "Back", show=False, id="back"),
    ]

    ORDERS: ClassVar[tuple[str, ...]] = ()
    """The titles of the columns that the rows can be sorted by."""
    FIRST_ORDER: ClassVar[tuple[str, bool]] = ("", False)
    """By which they are at first, and whether the largest is first."""

    AUTO_FOCUS = ""
    # By on_mount, before a key typed ahead reaches the filter.

    def __init__(self, actor: Actor) -> None:
        """Create the screen for ``actor``."""
        super().__init__()
        self.actor = actor
        self.containing = ""
        self._details_shown = True
        self._pause: Timer | None = None
        self._acting = False
        self._filtering = False
        self._filling = False
        self._loads = 0
        self._order = self.FIRST_ORDER
        self._shown: tuple[str, tuple[str, bool]] | None = None
        self._summary = ""
        self.listing = Listing(self.COLUMNS, "Reading...")

    # -- layout

    def compose(self) -> ComposeResult:
        """Lay out the bars and the list; they never move."""
        yield PlaceBar(self.keytui.places, self.PLACE, f"{self.actor.user_id} ({self.actor.role})")
        yield from self.top()
        yield Static(id="summary", markup=False)
        yield Field(id="filter", entered=self._keep_filter)
        yield from self.under_summary()
        yield self.listing
        yield StatusLine(id="status", markup=False)
        yield KeyBar(
            (
                ("?", "Help"),
                *([("a", "Actions")] if self.ACTIONS else []),
                *self.keys_shown,
                ("/", "Filter"),
                ("q", "Quit"),
            )
        )
        yield TooSmall()

    @property
    def keys_shown(self) -> tuple[tuple[str, str], ...]:
        """The keys that the bottom line names."""
        return self.KEYS

    def top(self) -> ComposeResult:
        """Yield what stands above the list."""
        yield from ()

    def under_summary(self) -> ComposeResult:
        """Yield what stands between the summary and the list."""
        yield from ()

    def on_mount(self) -> None:
        """Show the list and fetch its rows."""
        self.query_one("#filter").display = False
        self.set_focus(self.listing)
        self.action_refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line until the cursor moves."""
        self._details_shown = False
        self.query_one("#status", StatusLine).say(sentence)

    def complain(self, sentence: str) -> None:
        """Show in the status line what did not work, until the cursor moves."""
        self._details_shown = False
        self.query_one("#status", StatusLine).complain(sentence)

    def on_key(self, event: events.Key) -> None:
        """Hand on what was typed ahead, to where it belongs by now."""
        if self._acting:
            event.stop()  # a dialog is on its way: nothing here is meant
        elif isinstance(self.focused, Field) and event.is_printable:
            event.stop()
            self.focused.post_message(events.Key(event.key, event.character))

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
        self._filtering = False
        self._loads += 1
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
        self._filtering = True
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(FILTER_DELAY, self.action_refresh)

    def _keep_filter(self, field: Field) -> None:  # noqa: ARG002 - there is one
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

    # -- actions

    def action_menu(self) -> None:
        """Open the action menu, where there is anything to do."""
        if self._acting or self._filtering:
            return  # a dialog is on its way, or these are not the rows asked for
        if not self.ACTIONS:
            self.say("There is nothing to do here, only to read.")
            return
        items = [(action, self.words(action), self.why_not(action)) for action in self.ACTIONS]
        self.app.push_screen(ActionMenu(self.menu_title, items), self._picked)

    def on_listing_chosen(self) -> None:
        """Open the action menu on Enter."""
        self.action_menu()

    @property
    def menu_title(self) -> str:
        """The action menu's title."""
        return "Actions"

    def words(self, action: MenuAction) -> str:
        """Return what an action says here."""
        return action.label

    def why_not(self, action: MenuAction) -> str | None:
        """Return why an action cannot be picked now, or ``None``."""
        if action.permission is not None:
            why_not = refusal(Role(self.actor.role), action.permission, own=action.own)
            if why_not:
                return why_not
        if action.on_row and self.listing.current is None:
            return "Nothing is selected."
        return None

    def _picked(self, name: str | None) -> None:
        if name is not None:
            self.action_pick(name)

    def action_pick(self, name: str) -> None:
        """Do an action, or say why it cannot be done."""
        action = next(action for action in self.ACTIONS if action.name == name)
        why_not = self.why_not(action)
        if why_not:
            self.complain(why_not)
        elif not (self._acting or self._filtering):
            # A key typed twice before the first dialog is there opens one dialog.
            self._acting = True
            self.run_worker(self._act(getattr(self, f"do_{name}")), group="action")

    async def _act(self, doing: Callable[[], Awaitable[None]]) -> None:
        loads = self._loads
        try:
            await self.perform(doing)
        finally:
            self._acting = False
        if self._loads == loads and self.is_attached:
            self.action_refresh()  # it was not done: perhaps because the list is old

    async def perform(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Await ``doing``; what goes wrong is said in the status line."""
        try:
            await doing()
        except SignedOut as error:
            self.keytui.ask_sign_in(str(error))
        except KeytuiError as error:
            self.complain(str(error))

    async def done(self, sentence: str, around: Hashable = None) -> None:
        """Read the rows anew and say what was done; the cursor goes to ``around``."""
        self.say(sentence)
        await self.load(around)
