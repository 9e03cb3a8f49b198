"""API keys as an administrator sees them, a user's or everybody's: masked, and to deactivate."""

from typing import ClassVar

from textual.binding import BindingType

from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.services import key_lists
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens import key_rows
from keytui.tui.screens.keys_place import KeysPlace


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

    def leave(self) -> None:
        """Go back to Manage Users."""
        self.dismiss()


class AllKeys(UserKeys):
    """Everybody's keys."""

    COLUMNS = key_rows.COLUMNS_OF_ALL
    ORDERS = tuple(key_lists.ORDERS)

    def __init__(self, actor: Actor) -> None:
        """Show all keys to ``actor``."""
        super().__init__(actor, None)

    @property
    def empty(self) -> str:
        """What an empty list says."""
        return "Nobody has API keys yet."

    def summary(self) -> str:
        """Say that these are all."""
        return super(UserKeys, self).summary().replace("API Keys:", "All API Keys:", 1)
