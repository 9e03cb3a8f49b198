"""What Profile and a user's keys share: a list of API keys that can be deactivated."""

from collections.abc import Hashable
from typing import ClassVar, cast

from keytui.domain.errors import BadInput
from keytui.domain.pages import Page, Wanted
from keytui.domain.records import Actor, ApiKey
from keytui.services import api_keys, key_lists
from keytui.tui.menu import MenuAction
from keytui.tui.screens import key_rows
from keytui.tui.screens.deactivating import deactivate
from keytui.tui.screens.key_details import KeyDetails, UserKeyDetails
from keytui.tui.screens.place import Place
from keytui.tui.widgets.listing import Column
from keytui.tui.widgets.rows import Row


class KeysPlace(Place):
    """A full screen around one person's API keys."""

    COLUMNS: ClassVar[tuple[Column, ...]] = key_rows.COLUMNS
    ORDERS: ClassVar[tuple[str, ...]] = key_lists.ORDERS_OF_ONE
    FIRST_ORDER = ("Status", True)
    DETAILS: ClassVar[type[KeyDetails]] = UserKeyDetails
    """What opens on a key."""

    def __init__(self, actor: Actor, owner: str | None) -> None:
        """Show the keys of ``owner``, a User ID, or everybody's."""
        super().__init__(actor)
        self.owner = owner
        self._active: int | None = None

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the keys."""
        keys = await self.keytui.background.call(key_lists.page, self.actor, wanted, self.owner)
        return keys.of(lambda key: key_rows.row(key, owner=self.owner is None))

    async def count(self, wanted: Wanted) -> int:
        """Count the keys."""
        return await self.keytui.background.call(key_lists.count, self.actor, wanted, self.owner)

    async def load(self, around: Hashable = None) -> None:
        """Read the keys, then how many of them work: of very many that takes longer."""
        await super().load(around)
        self._active = await self.keytui.background.call(
            key_lists.count_active, self.actor, self.owner
        )
        self.summarise()

    @property
    def selected(self) -> ApiKey:
        """The selected key; ask only where there is one."""
        row = self.listing.current
        if row is None:
            raise BadInput("No API key is selected.")
        return cast("ApiKey", row.record)

    def summary(self) -> str:
        """Say how many keys there are and how many work."""
        active = "..." if self._active is None else f"{self._active:,}"
        return f"API Keys: {self.range_shown}   {active} active   {self.filter_shown}"

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

    async def do_key_details(self) -> None:
        """Open the key's history."""
        await self.app.push_screen_wait(self.DETAILS(self.actor, self.selected.key_id))

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
