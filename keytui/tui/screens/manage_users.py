"""Manage Users: all people, for administrators; from here the report is exported."""

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from keytui.domain import clock, text
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Permission, Role
from keytui.domain.records import Actor, User
from keytui.domain.states import Status
from keytui.services import (
    key_lists,
    reviews,
    stale,
    user_lists,
    users,
)
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens.cards import Cards
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.deactivating import deactivate
from keytui.tui.screens.export import Export
from keytui.tui.screens.offboarding import offboard
from keytui.tui.screens.place import Place
from keytui.tui.screens.policy import change_policy
from keytui.tui.screens.reviews import Reviews
from keytui.tui.screens.sign_in_codes import new_user, reset_sign_in
from keytui.tui.screens.ssh_keys import UserSshKeys
from keytui.tui.screens.user_keys import AllKeys, UserKeys
from keytui.tui.surroundings import NO_REPORT
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.rows import Row

_MANAGE = Permission.MANAGE_USERS
_NOT_ONESELF = {
    "reset_sign_in": "You cannot reset your own sign-in: use Change password on Profile.",
    "deactivate_user": "You cannot deactivate yourself: ask another administrator.",
    "offboard": "You cannot offboard yourself: ask another administrator.",
}


class ManageUsers(Place):
    """The administrators' screen."""

    PLACE = "Manage Users"
    COLUMNS = (
        Column("User ID"),
        Column("Role", 13),
        Column("Status", 8),
        Column("Active keys", 11, right=True, from_width=76),
        Column("Oldest", 7, right=True, from_width=70),
        Column("Last sign-in", 13),
    )
    ACTIONS = (
        MenuAction("export", "e", "Export Account API Key...", Permission.EXPORT_REPORT),
        MenuAction("view_keys", "v", "View API keys of {}", Permission.VIEW_KEYS, on_row=True),
        MenuAction("all_keys", "w", "View all API keys", Permission.VIEW_KEYS),
        MenuAction("stale", "c", "Stale keys...", Permission.VIEW_KEYS),
        MenuAction("reviews", "R", "Access reviews", Permission.REVIEW_ACCESS),
        MenuAction("ssh_keys", "K", "SSH keys of {}", Permission.VIEW_SSH_KEYS, on_row=True),
        MenuAction("policy", "P", "Policy on keys...", Permission.CHANGE_POLICY),
        MenuAction("new_user", "n", "New user...", _MANAGE),
        MenuAction("role", "t", "Change role of {}...", _MANAGE, on_row=True),
        MenuAction("reset_sign_in", "p", "Reset sign-in of {}...", _MANAGE, on_row=True),
        MenuAction("deactivate_user", "x", "Deactivate {}...", _MANAGE, on_row=True),
        MenuAction("offboard", "O", "Offboard {}...", _MANAGE, on_row=True),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    ORDERS = tuple(user_lists.ORDERS)
    FIRST_ORDER = ("User ID", False)
    KEYS = (("e", "Export"), ("v", "Keys"), ("1", "Profile"), ("3", "Audit"))

    def __init__(self, actor: Actor) -> None:
        """Show the people to ``actor``."""
        super().__init__(actor)
        self._active: int | None = None
        self._review_due = False
        self._cards = Cards("Counting stale keys...", id="cards", markup=False)

    def under_summary(self) -> ComposeResult:
        """Leave a line for the cards."""
        yield self._cards

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the people."""
        found = await self.keytui.background.call(user_lists.page, self.actor, wanted)
        return found.of(_row)

    async def count(self, wanted: Wanted) -> int:
        """Count the people."""
        return await self.keytui.background.call(user_lists.count, self.actor, wanted)

    async def load(self, around: Hashable = None) -> None:
        """Read the people, then how many keys work: of very many that takes longer."""
        await super().load(around)
        due = await self.keytui.background.call(reviews.due_at, self.actor)
        self._review_due = due is not None and due <= clock.now()
        self._active = await self.keytui.background.call(key_lists.count_active, self.actor)
        self.summarise()
        self.run_worker(self.perform(self._count_stale), group="cards")

    async def _count_stale(self) -> None:
        # On the other thread: of very many keys it takes longer, and the list goes on meanwhile.
        await self._cards.read(lambda: self.keytui.background.call_long(stale.count, self.actor))

    def summary(self) -> str:
        """Say how many people and keys there are."""
        keys = (
            "... active keys" if self._active is None else text.counted(self._active, "active key")
        )
        due = "   review due" if self._review_due else ""
        return f"Users: {self.range_shown}   {keys}{due}   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected person's dates."""
        if self.listing.current is None:
            return ""
        user = self.selected
        origin = f" from {user.last_sign_in_from}" if user.last_sign_in_from else ""
        return (
            f"{user.user_id} was added {clock.exact(user.created_at)}. "
            f"Last sign-in: {clock.exact(user.last_sign_in_at)}{origin}."
        )

    @property
    def selected(self) -> User:
        """The selected person; ask only where there is one."""
        return self.record(User)

    def words(self, action: MenuAction) -> str:
        """Name the person whom an action is about."""
        return action.label.format(self.selected.user_id if self.listing.current else "a user")

    def why_not(self, action: MenuAction) -> str | None:
        """Add that an inactive person stays as they are."""
        why_not = super().why_not(action)
        if why_not is None and action.name == "export" and self.keytui.surroundings.forced:
            return NO_REPORT
        if why_not or not action.on_row or action.name in ("view_keys", "ssh_keys"):
            return why_not
        if self.selected.status is Status.INACTIVE and action.name != "offboard":
            return f"{self.selected.user_id} is inactive already, for good."
        if self.selected.user_id == self.actor.user_id:
            return _NOT_ONESELF.get(action.name)
        return None

    async def do_view_keys(self) -> None:
        """Open the person's keys; come back to fresh rows."""
        await self.app.push_screen_wait(UserKeys(self.actor, self.selected.user_id))
        await self.load()

    async def do_all_keys(self) -> None:
        """Open everybody's keys; come back to fresh rows."""
        await self.app.push_screen_wait(AllKeys(self.actor))
        await self.load()

    async def do_stale(self) -> None:
        """Offer the filters with their counts, open the one that is picked."""
        which = await self._cards.pick(self.app)
        if which is not None:
            await self.app.push_screen_wait(AllKeys(self.actor, which))
            await self.load()

    async def do_reviews(self) -> None:
        """Open the access reviews; come back to fresh rows."""
        await self.app.push_screen_wait(Reviews(self.actor))
        await self.load()

    async def do_ssh_keys(self) -> None:
        """Open the person's SSH keys."""
        await self.app.push_screen_wait(UserSshKeys(self.actor, self.selected.user_id))

    async def do_policy(self) -> None:
        """Show how long keys last; change it after saying whom that hits."""
        done = await change_policy(self.app, self.keytui.background, self.actor)
        if done is not None:
            await self.done(done)

    async def do_export(self) -> None:
        """Ask format and place, export."""
        said = await self.app.push_screen_wait(Export(self.actor))
        if said is not None:
            self.say(said)

    async def do_new_user(self) -> None:
        """Ask User ID and role; show the one-time sign-in code once."""
        if added := await new_user(self):
            await self.done(added.sentence, around=added.user_id)

    async def do_reset_sign_in(self) -> None:
        """Ask whether; show the new one-time sign-in code once."""
        if reset := await reset_sign_in(self, self.selected.user_id):
            await self.done(reset.sentence)

    async def do_role(self) -> None:
        """Say what a change of role does, and do it."""
        user = self.selected
        role = Role.USER if user.role is Role.ADMINISTRATOR else Role.ADMINISTRATOR
        oneself = " (yourself)" if user.user_id == self.actor.user_id else ""
        what = f"Make {user.user_id}{oneself} {role.with_article}?"
        if role is Role.ADMINISTRATOR:
            what += " Administrators hold no keys: "
            if user.active_keys:
                verb = "is" if user.active_keys == 1 else "are"
                what += f"{text.counted(user.active_keys, 'active key')} {verb} deactivated with it, for good."
            else:
                what += f"{user.user_id} has no active ones."
        else:
            what += " They lose every right of an administrator at once."
        if await self.app.push_screen_wait(
            Confirm(
                "Change role",
                f"{what} They have to sign in again.",
                "Change",
                lambda: self.keytui.background.call(
                    users.set_role,
                    self.actor,
                    user.user_id,
                    role,
                    active_keys=user.active_keys,
                ),
            )
        ):
            await self.done(f"{user.user_id} is now {role.with_article}.")

    async def do_deactivate_user(self) -> None:
        """Ask why, ask whether, deactivate."""
        user = self.selected
        if await deactivate(
            self.app,
            "Deactivate user",
            f"Why does the access of {user.user_id} end?",
            f"Deactivate {user.user_id}? Their sign-ins and their {text.counted(user.active_keys, 'active key')} "
            "stop working at once. A user is never activated again.",
            lambda reason: self.keytui.background.call(
                users.deactivate_user, self.actor, user.user_id, reason
            ),
        ):
            await self.done(f"{user.user_id} is deactivated.")

    async def do_offboard(self) -> None:
        """Ask, end everything of the person, show the receipt."""
        name = self.selected.user_id
        receipt = await offboard(self.keytui, self.actor, name)
        if receipt is not None:
            await self.done(f"{name} is offboarded: {receipt.act} in the audit trail.")


def _row(user: User) -> Row:
    present = clock.now()
    oldest = user.oldest_key_at
    cells = (
        user.user_id,
        user.role,
        user.status,
        f"{user.active_keys:,}",
        "-" if oldest is None else f"{clock.days(oldest, present):,} d",
        clock.ago(user.last_sign_in_at, present),
    )
    return Row(user.user_id, cells, user, dim=user.status is Status.INACTIVE)
