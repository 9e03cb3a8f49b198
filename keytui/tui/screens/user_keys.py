"""A user's API keys, as an administrator sees them: masked, and to deactivate."""

from typing import ClassVar

from textual.binding import BindingType

from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.tui.menu import MenuAction, bindings
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
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("x", "Deactivate"), ("Esc", "Back"))

    def __init__(self, actor: Actor, owner: str) -> None:
        """Show the keys of ``owner``."""
        super().__init__(actor)
        self.owner = owner
        self.keys: dict[int, ApiKey] = {}

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
