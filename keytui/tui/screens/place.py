"""What the full screens share: the bars around the list, the places, the action menu.

A screen lists what can be done on it (:attr:`Place.ACTIONS`); its keys, its
menu, its help and the palette all come from that list, and picking an action
called ``x`` calls ``do_x``.
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keytui.domain.permissions import Role, refusal
from keytui.domain.records import Actor
from keytui.tui.menu import MenuAction
from keytui.tui.screens.action_menu import ActionMenu
from keytui.tui.screens.listed import Listed
from keytui.tui.widgets.bars import KeyBar, PlaceBar, StatusLine, TooSmall
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.listing import Listing


class Place(Listed):
    """A full screen around one list."""

    PLACE: ClassVar[str] = ""
    """Its title among the places."""
    ACTIONS: ClassVar[tuple[MenuAction, ...]] = ()
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

    AUTO_FOCUS = ""
    # By on_mount, before a key typed ahead reaches the filter.

    def __init__(self, actor: Actor) -> None:
        """Create the screen for ``actor``."""
        super().__init__(actor)
        self.acting = False

    # -- layout

    def compose(self) -> ComposeResult:
        """Lay out the bars and the list; they never move."""
        yield PlaceBar(self.keytui.places, self.PLACE, f"{self.actor.user_id} ({self.actor.role})")
        yield from self.top()
        yield Static(id="summary", markup=False)
        yield Field(id="filter", entered=self.keep_filter)
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

    @property
    def in_list(self) -> bool:  # type: ignore[override]  # read only, here and there
        """Whether the list has the focus."""
        return isinstance(self.focused, Listing)

    # -- actions

    def action_menu(self) -> None:
        """Open the action menu, where there is anything to do."""
        if self.acting or self.filtering:
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
        elif not (self.acting or self.filtering):
            # A key typed twice before the first dialog is there opens one dialog.
            self.acting = True
            self.run_worker(self._act(getattr(self, f"do_{name}")), group="action")

    async def _act(self, doing: Callable[[], Awaitable[None]]) -> None:
        loads = self.loads
        try:
            await self.perform(doing)
        finally:
            self.acting = False
        if self.loads == loads and self.is_attached:
            self.action_refresh()  # it was not done: perhaps because the list is old
