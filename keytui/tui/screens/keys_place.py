"""What Profile and a user's keys share: a list of API keys that can be deactivated, one or many."""

from collections.abc import Hashable
from dataclasses import replace
from typing import ClassVar, cast

from textual.binding import Binding, BindingType

from keytui.domain import text
from keytui.domain.pages import Page, Wanted
from keytui.domain.progress import Progress
from keytui.domain.records import Actor, ApiKey
from keytui.services import api_keys, bulk, key_lists
from keytui.services.bulk import Chosen, Ended
from keytui.tui.menu import MenuAction
from keytui.tui.screens import key_rows
from keytui.tui.screens.deactivating import deactivate_key
from keytui.tui.screens.ending import Ending, rows_of
from keytui.tui.screens.key_details import KeyDetails, UserKeyDetails
from keytui.tui.screens.place import Place
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.field import Field
from keytui.tui.widgets.rows import Row


class KeysPlace(Place):
    """A full screen around one person's API keys, or everybody's. Marks stay on their keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, id="mark"),
        Binding("asterisk,A", "mark_all", "Mark all", show=False, id="mark_all"),
    ]
    HINT = "Space marks a key, * all that are listed."
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
        self._marks: frozenset[int] = frozenset()
        self._all_marked = False
        self._marked_of = ""
        self.listing.is_marked = self._is_marked

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the keys."""
        keys = await self.keytui.background.call(key_lists.page, self.actor, wanted, self.owner)
        return keys.of(lambda key: key_rows.row(key, owner=self.owner is None))

    async def count(self, wanted: Wanted) -> int:
        """Count the keys."""
        return await self.keytui.background.call(key_lists.count, self.actor, wanted, self.owner)

    async def load(self, around: Hashable = None) -> None:
        """Read the keys, then how many of them work: of very many that takes longer."""
        if self._all_marked and self._marked_of != self.containing:
            self._all_marked = False  # it was another list that was taken whole
        await super().load(around)
        self._active = await self.keytui.background.call(
            key_lists.count_active, self.actor, self.owner
        )
        self.summarise()

    @property
    def selected(self) -> ApiKey:
        """The selected key; ask only where there is one."""
        return self.record(ApiKey)

    def summary(self) -> str:
        """Say how many keys there are and how many work."""
        return f"API Keys: {self.range_shown}   {self._marked_or_active}   {self.filter_shown}"

    @property
    def _marked_or_active(self) -> str:
        if self._all_marked:
            return "all marked"
        if self._marks:
            return f"{len(self._marks):,} marked"
        return "... active" if self._active is None else f"{self._active:,} active"

    def details(self) -> str:
        """Say the selected key's dates."""
        return key_rows.details(self.selected) if self.listing.current else ""

    # -- marks

    def _is_marked(self, row: Row) -> bool:
        key = cast("ApiKey", row.record)
        return key.key_id in self._marks or (self._all_marked and key.deactivated_at is None)

    @property
    def chosen(self) -> Chosen | None:
        """The marked keys, if there are any."""
        if self._all_marked:
            return Chosen(whose=self.owner, filter=self.narrowed_to, containing=self.containing)
        return Chosen(marked=self._marks) if self._marks else None

    def action_mark(self) -> None:
        """Mark the selected key, or take its mark away, and go on to the next."""
        if self.listing.current is None or self.filtering:
            return
        key = self.selected
        if self._all_marked:
            self.say("All are marked: * or Esc takes the marks away.")
        elif key.deactivated_at is not None:
            self.complain("This key is inactive already, for good.")
        else:
            self._show_marks(self._marks ^ {key.key_id})
            self.listing.action_move(1)

    def action_mark_all(self) -> None:
        """Mark whatever the list holds, or take all marks away."""
        if self.listing.content.total and not self.filtering:
            self._marked_of = self.containing
            self._show_marks(frozenset(), everything=not self.chosen)

    def _show_marks(self, marks: frozenset[int], *, everything: bool = False) -> None:
        self._marks, self._all_marked = marks, everything
        self.summarise()
        self.listing.refresh()

    def action_back(self) -> None:
        """Go one level back: out of the filter line, then take the marks away, then further."""
        if self.chosen and not self.query_one("#filter", Field).has_focus:
            self._show_marks(frozenset())
        else:
            super().action_back()

    def words(self, action: MenuAction) -> str:
        """Say how many keys are marked."""
        if action.name == "deactivate_key" and self.chosen:
            return f"Deactivate {self._marked_or_active.removesuffix(' marked')} marked..."
        return super().words(action)

    # -- deactivating

    def why_not(self, action: MenuAction) -> str | None:
        """Add that an inactive key stays inactive."""
        if action.name == "deactivate_key" and self.chosen:
            return super().why_not(replace(action, on_row=False))
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
        """Ask why, ask whether, deactivate: the marked keys, or else the selected one."""
        if self.chosen:
            await self._deactivate_marked(self.chosen)
            return
        key = self.selected
        if await deactivate_key(
            self.app,
            key,
            lambda reason: self.keytui.background.call(
                api_keys.deactivate_key, self.actor, key.key_id, reason
            ),
        ):
            await self.done(f"Key {key.key_id} is deactivated.")

    async def _deactivate_marked(self, chosen: Chosen) -> None:
        background = self.keytui.background
        # On the thread for long work: the list below can still be read.
        found = await background.call_long(bulk.preview, self.actor, chosen)
        keys = text.counted(found.count, "key")

        async def end(reason: str, progress: Progress) -> Ended:
            return await background.call_long(
                bulk.deactivate_many, self.actor, chosen, reason, found.count, progress
            )

        ended = await self.app.push_screen_wait(
            Ending(
                "Deactivate Keys",
                f"Deactivate {keys} of {text.counted(found.owners, 'owner')}, for good? Whatever "
                f"uses them stops at once. Used in the last day (!): {found.in_use:,}.",
                rows_of(found.keys, found.count - len(found.keys)),
                str(found.count),
                doing=end,
                ok="Deactivate",
            )
        )
        if ended is not None:
            self._show_marks(frozenset())
            await self.done(f"{keys} deactivated, each on record as {ended.act}.")
