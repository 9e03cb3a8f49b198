"""A person's SSH keys: their own, reached from Profile, or a user's, from Manage Users."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from keytui.domain import clock
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, SshKey
from keytui.domain.ssh_key import TYPES
from keytui.domain.text import harmless
from keytui.services import ssh_keys
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens.deactivating import deactivate
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.place import Place
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.rows import Row

_REMOVE = ("remove_ssh_key", "x", "Remove SSH key...", Permission.REMOVE_SSH_KEY)


class SshKeys(Place):
    """A full screen around one person's SSH keys; Esc goes back to where it was opened."""

    COLUMNS = (
        Column("Label"),
        Column("Type", 10),
        Column("Status", 8),
        Column("Fingerprint", 50, from_width=115),
        Column("Added", 12),
        Column("Last used", 12),
    )

    def __init__(self, actor: Actor, owner: str) -> None:
        """Show the SSH keys of ``owner``, a User ID."""
        super().__init__(actor)
        self.owner = owner
        self._active = 0

    async def fetch(self) -> Sequence[Row]:
        """Return the owner's SSH keys."""
        found = await self.keytui.background.call(
            ssh_keys.list_keys, self.actor, self.owner, self.containing
        )
        self._active = sum(key.removed_at is None for key in found)
        present = clock.now()
        return [
            Row(
                key=key.ssh_key_id,
                cells=(
                    key.label,
                    TYPES.get(key.type, key.type),
                    "active" if key.removed_at is None else "removed",
                    key.fingerprint,
                    clock.ago(key.added_at, present),
                    clock.ago(key.last_used_at, present),
                ),
                record=key,
                dim=key.removed_at is not None,
            )
            for key in found
        ]

    @property
    def selected(self) -> SshKey:
        """The selected key; ask only where there is one."""
        return self.record(SshKey)

    def summary(self) -> str:
        """Say whose these are, and how many let their owner in."""
        return f"{self.owner}'s SSH keys: {self.range_shown}   {self._active:,} active   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected key's fingerprint and dates."""
        if self.listing.current is None:
            return ""
        key = self.selected
        removed = (
            f" Removed {clock.exact(key.removed_at)} by {key.removed_by}." if key.removed_at else ""
        )
        return (
            f"{key.fingerprint}. Added {clock.exact(key.added_at)}. "
            f"Last used: {clock.exact(key.last_used_at)}.{removed}"
        )

    def why_not(self, action: MenuAction) -> str | None:
        """Add that a removed key stays removed."""
        why_not = super().why_not(action)
        if why_not is None and action.on_row and self.selected.removed_at is not None:
            return "This SSH key is removed already, for good."
        return why_not

    async def do_remove_ssh_key(self) -> None:
        """Ask why, ask whether, remove."""
        key = self.selected
        what = f'SSH key {key.ssh_key_id} "{harmless(key.label)}"'
        here = " You came with this key: your session ends." * (
            key.ssh_key_id == self.actor.ssh_key_id
        )
        if await deactivate(
            self.app,
            "Remove SSH key",
            f"Why does {what} of {key.user_id} end?",
            f"Remove {what}? It lets {key.user_id} in no more, and whoever came with it is "
            f"stopped.{here}",
            lambda reason: self.keytui.background.call(
                ssh_keys.remove_key, self.actor, key.ssh_key_id, reason
            ),
            ok="Remove",
        ):
            await self.done(f"SSH key {key.ssh_key_id} is removed.")

    def leave(self) -> None:
        """Go back."""
        self.dismiss()


class OwnSshKeys(SshKeys):
    """One's own: opened from Profile."""

    PLACE = "Profile"
    ACTIONS = (
        MenuAction("add_ssh_key", "n", "Add SSH key...", Permission.ADD_SSH_KEY, own=True),
        MenuAction(
            "edit_label", "l", "Edit label...", Permission.ADD_SSH_KEY, own=True, on_row=True
        ),
        MenuAction(*_REMOVE, own=True, on_row=True),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("n", "Add"), ("l", "Label"), ("x", "Remove"), ("Esc", "Back"))

    @property
    def empty(self) -> str:
        """What an empty list says."""
        return "No SSH keys yet: press n to add one, and sign in over SSH without a password."

    async def do_add_ssh_key(self) -> None:
        """Ask the key and its label, add it."""

        async def submit(values: Values) -> SshKey:
            return await self.keytui.background.call(
                ssh_keys.add_key, self.actor, values["key"], values["label"]
            )

        key = await self.app.push_screen_wait(
            Form[SshKey](
                "Add SSH key",
                "Paste the one line of your .pub file. Without a label it is called by its comment.",
                [Entry("key", "Public key"), Entry("label", "Label")],
                submit,
                ok="Add",
            )
        )
        if key is not None:
            await self.done(f"SSH key {key.ssh_key_id} lets you in: {key.fingerprint}.")
            self.listing.select(key.ssh_key_id)

    async def do_edit_label(self) -> None:
        """Ask another label."""
        key = self.selected

        async def submit(values: Values) -> str:
            await self.keytui.background.call(
                ssh_keys.edit_label, self.actor, key.ssh_key_id, values["label"]
            )
            return values["label"]

        if await self.app.push_screen_wait(
            Form(
                "Edit label",
                f"Another label for SSH key {key.ssh_key_id}:",
                [Entry("label", "Label", key.label)],
                submit,
                ok="Save",
            )
        ):
            await self.done(f"SSH key {key.ssh_key_id} has another label.")


class UserSshKeys(SshKeys):
    """A user's, as an administrator sees them: opened from Manage Users."""

    PLACE = "Manage Users"
    ACTIONS = (MenuAction(*_REMOVE, on_row=True),)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("x", "Remove"), ("Esc", "Back"))

    @property
    def empty(self) -> str:
        """What an empty list says."""
        return f"{self.owner} has no SSH keys."
