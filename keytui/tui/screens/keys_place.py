"""What Profile and a user's keys share: a list of API keys that can be deactivated."""

from collections.abc import Sequence

from keytui.domain.errors import BadInput
from keytui.domain.records import Actor, ApiKey
from keytui.domain.states import KeyState
from keytui.services import api_keys
from keytui.tui.menu import MenuAction
from keytui.tui.screens import key_rows
from keytui.tui.screens.deactivating import deactivate
from keytui.tui.screens.place import Place
from keytui.tui.widgets.listing import Row


class KeysPlace(Place):
    """A full screen around one person's API keys."""

    COLUMNS = key_rows.COLUMNS

    def __init__(self, actor: Actor, owner: str) -> None:
        """Show the keys of ``owner``, a User ID."""
        super().__init__(actor)
        self.owner = owner
        self.keys: dict[int, ApiKey] = {}

    async def fetch(self) -> Sequence[Row]:
        """Return the owner's keys."""
        keys = await self.keytui.background.call(
            api_keys.list_keys, self.actor, self.owner, self.containing
        )
        self.keys = {key.key_id: key for key in keys}
        return key_rows.rows(keys)

    @property
    def selected(self) -> ApiKey:
        """The selected key; ask only where there is one."""
        row = self.listing.current
        if row is None:
            raise BadInput("No API key is selected.")
        return self.keys[row.key]  # type: ignore[index]  # the rows' keys are key ids

    def summary(self) -> str:
        """Say how many keys there are and how many work."""
        active = sum(key.state is KeyState.ACTIVE for key in self.keys.values())
        return f"API Keys: {self.range_shown}   {active:,} active   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected key's dates."""
        return key_rows.details(self.selected) if self.listing.current else ""

    def why_not(self, action: MenuAction) -> str | None:
        """Add that an inactive key stays inactive."""
        why_not = super().why_not(action)
        if why_not or action.name != "deactivate_key":
            return why_not
        if self.selected.deactivated_at is not None:
            return "This key is inactive already, for good."
        return None

    async def do_deactivate_key(self) -> None:
        """Ask why, ask whether, deactivate."""
        key = self.selected
        what = key_rows.name(key)

        if await deactivate(
            self.app,
            "Deactivate Key",
            f"Why does {what} of {key.user_id} end?",
            f"Deactivate {what} of {key.user_id}? Whatever uses it stops working at once. "
            "A key is never activated again.",
            lambda reason: self.keytui.background.call(
                api_keys.deactivate_key, self.actor, key.key_id, reason
            ),
        ):
            await self.done(f"Key {key.key_id} is deactivated.")
