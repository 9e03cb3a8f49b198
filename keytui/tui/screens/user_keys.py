"""API keys as an administrator sees them, a user's or everybody's: masked, and to deactivate."""

from typing import ClassVar

from textual.binding import BindingType

from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.services import key_lists
from keytui.services.stale import Stale
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens import key_rows
from keytui.tui.screens.audit import UserAudit
from keytui.tui.screens.keys_place import KeysPlace
from keytui.tui.widgets.field import Field


class UserKeys(KeysPlace):
    """Opened from Manage Users; Esc goes back there."""

    PLACE = "Manage Users"
    ACTIONS = (
        MenuAction(
            "deactivate_key",
            "x",
            "Deactivate Key...",
            Permission.DEACTIVATE_KEY,
            on_row=True,
        ),
        MenuAction("key_details", "i", "Key details", Permission.VIEW_KEYS, on_row=True),
        MenuAction("events", "h", "Owner's sign-ins", Permission.READ_AUDIT),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("x", "Deactivate"), ("i", "Details"), ("Esc", "Back"))

    @property
    def empty(self) -> str:
        """What an empty list says."""
        return f"{self.owner} has no API keys."

    def summary(self) -> str:
        """Say whose keys these are."""
        return f"{self.owner}'s {super().summary()}"

    def why_not(self, action: MenuAction) -> str | None:
        """Add that where the keys are everybody's, an owner is that of a selected key."""
        why_not = super().why_not(action)
        if why_not is None and action.name == "events" and self.owner is None:
            return None if self.listing.current else "Nothing is selected."
        return why_not

    async def do_events(self) -> None:
        """Open the owner's sign-ins, from where their other events are a key away."""
        await self.app.push_screen_wait(UserAudit(self.actor, self.owner or self.selected.user_id))

    def leave(self) -> None:
        """Go back to Manage Users."""
        self.dismiss()


class AllKeys(UserKeys):
    """Everybody's keys, or those that a filter finds; Esc goes from these to all."""

    COLUMNS = key_rows.COLUMNS_OF_ALL
    ORDERS = tuple(key_lists.ORDERS)

    def __init__(self, actor: Actor, stale: Stale | None = None) -> None:
        """Show all keys to ``actor``, or only stale ones."""
        super().__init__(actor, None)
        self._stale = stale

    @property
    def narrowed_to(self) -> str:
        """The name of the filter."""
        return self._stale or ""

    @property
    def empty(self) -> str:
        """What an empty list says."""
        if self._stale:
            return f"No key is {self._stale.words}. Esc shows all."
        return "Nobody has API keys yet."

    def summary(self) -> str:
        """Say that these are all, or by which filter they were found."""
        which = f"API keys, {self._stale.words}:" if self._stale else "All API Keys:"
        return super(UserKeys, self).summary().replace("API Keys:", which, 1)

    @property
    def _marked_or_active(self) -> str:
        if self._stale and not self.chosen:
            return "* marks all"  # they are active, all of them
        return super()._marked_or_active

    def action_back(self) -> None:
        """Go one level back: out of the filters and marks one after the other."""
        field = self.query_one("#filter", Field)
        if self._stale and not (self.chosen or field.value or field.has_focus):
            self._stale = None
            self.action_refresh()
        else:
            super().action_back()
