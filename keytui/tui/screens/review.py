"""An access review at work: key by key, all of one owner, or all that a filter shows."""

from typing import ClassVar

from textual.binding import BindingType

from keytui.domain import clock, text
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview, Decision, ReviewItem
from keytui.services import review_decisions, review_items, reviews
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens import key_rows
from keytui.tui.screens.deactivating import deactivate_key
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.screens.key_details import UserKeyDetails
from keytui.tui.screens.review_dialogs import DecideAll
from keytui.tui.screens.review_place import CLOSED, ReviewPlace
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.rows import Row

_REVIEW = Permission.REVIEW_ACCESS


class Review(ReviewPlace):
    """One review; what is not reviewed comes first. Esc goes back to the list."""

    PLACE = "Manage Users"
    COLUMNS = (
        Column("Owner", 13),
        Column("Label"),
        Column("Key", 8),
        Column("Key ID", 7, right=True),
        Column("Age", 8, right=True, from_width=96),
        Column("Last used", 12, from_width=76),
        Column("Decision", 17),
    )
    ORDERS = tuple(review_items.ORDERS)
    FIRST_ORDER = ("Decision", False)
    ACTIONS = (
        MenuAction("keep", "y", "Keep...", _REVIEW, on_row=True),
        MenuAction("deactivate_key", "x", "Deactivate Key...", _REVIEW, on_row=True),
        MenuAction("keep_owner", "Y", "Keep all keys of {}...", _REVIEW, on_row=True),
        MenuAction("deactivate_owner", "X", "Deactivate all keys of {}...", _REVIEW, on_row=True),
        MenuAction("keep_shown", "F", "Keep all that the filter shows...", _REVIEW),
        MenuAction("deactivate_shown", "D", "Deactivate all that the filter shows...", _REVIEW),
        MenuAction("key_details", "i", "Key details", Permission.VIEW_KEYS, on_row=True),
        MenuAction("close_review", "c", "Sign off...", _REVIEW),
        MenuAction("report", "e", "Export report...", _REVIEW),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("y", "Keep"), ("x", "Deactivate"), ("c", "Sign off"), ("Esc", "Back"))

    def __init__(self, actor: Actor, review: AccessReview) -> None:
        """Show a review to ``actor``."""
        super().__init__(actor)
        self._review = review
        self._reason = ""

    @property
    def review(self) -> AccessReview:
        """The review, as it was when the rows were read."""
        return self._review

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the items, and count anew what is decided."""
        number = self._review.review_id
        call = self.keytui.background.call
        found = await call(review_items.page, self.actor, wanted, number)
        if wanted.total is None:
            self._review = await call(reviews.get_review, self.actor, number)
        return found.of(_row)

    async def count(self, wanted: Wanted) -> int:
        """Count the items."""
        return await self.keytui.background.call(
            review_items.count, self.actor, wanted, self._review.review_id
        )

    @property
    def selected(self) -> ReviewItem:
        """The selected item; ask only where there is one."""
        return self.record(ReviewItem)

    def summary(self) -> str:
        """Say how far the review is."""
        tally = self._review.tally
        state = "" if self._review.closed_at is None else " (signed off)"
        return (
            f"Review {self._review.review_id}{state}: {self.range_shown}   {tally.kept:,} kept   "
            f"{tally.deactivated:,} deactivated   {self.filter_shown}"
        )

    def details(self) -> str:
        """Say what changed, what was decided, and the key's dates."""
        if self.listing.current is None:
            return ""
        item = self.selected
        parts = [f"Changed since the opening: {', '.join(item.changes)}."] if item.changes else []
        if item.decided_at is not None:
            parts.append(
                f"{item.decision} by {item.decided_by} {clock.exact(item.decided_at)}: {item.reason}."
            )
        parts += [key_rows.details(item.key), f"Its owner is {item.role.with_article}."]
        return " ".join(parts)

    def words(self, action: MenuAction) -> str:
        """Name the owner whom an action is about."""
        return action.label.format(self.selected.key.user_id if self.listing.current else "a user")

    def why_not(self, action: MenuAction) -> str | None:
        """Add what a closed review, and a key that is decided about, refuse."""
        why_not = super().why_not(action)
        if why_not or action.name in ("report", "key_details"):
            return why_not
        if self._review.closed_at is not None:
            return CLOSED
        if action.name == "deactivate_shown" and not self.containing:
            return "Set a filter first (press /): this would end every key of the review."
        if action.name in ("keep", "deactivate_key"):
            item = self.selected
            if item.decision is Decision.DEACTIVATE or (
                item.decision is Decision.KEEP and action.name == "keep"
            ):
                return "This key is decided about already."
            if item.key.deactivated_at is not None:
                return "This key ended meanwhile: there is nothing to decide."
        return None

    async def do_keep(self) -> None:
        """Ask why (the last reason is offered) and keep it; go on to the next."""
        key = self.selected.key

        async def submit(values: Values) -> str:
            await self._decide(key.key_id, Decision.KEEP, values["reason"])
            return values["reason"]

        if await self.app.push_screen_wait(
            Form(
                "Keep",
                f"Why may {key_rows.name(key)} of {key.user_id} go on? The reason stays on record.",
                [Entry("reason", "Reason", self._reason)],
                submit,
                ok="Keep",
            )
        ):
            await self._next(f"Key {key.key_id} is kept.")

    async def do_deactivate_key(self) -> None:
        """Ask why (the last reason is offered), ask whether, deactivate; go on to the next."""
        key = self.selected.key
        if await deactivate_key(
            self.app,
            key,
            lambda reason: self._decide(key.key_id, Decision.DEACTIVATE, reason),
            self._reason,
        ):
            await self._next(f"Key {key.key_id} is deactivated.")

    async def do_keep_owner(self) -> None:
        """Keep what is left of the selected key's owner."""
        await self._decide_all(Decision.KEEP, owner=self.selected.key.user_id)

    async def do_deactivate_owner(self) -> None:
        """Deactivate what is left of the selected key's owner."""
        await self._decide_all(Decision.DEACTIVATE, owner=self.selected.key.user_id)

    async def do_keep_shown(self) -> None:
        """Keep what is left of what the filter shows."""
        await self._decide_all(Decision.KEEP, containing=self.containing)

    async def do_deactivate_shown(self) -> None:
        """Deactivate what is left of what the filter shows."""
        await self._decide_all(Decision.DEACTIVATE, containing=self.containing)

    async def do_key_details(self) -> None:
        """Open the key's history."""
        await self.app.push_screen_wait(UserKeyDetails(self.actor, self.selected.key.key_id))

    async def _decide(self, key_id: int, decision: Decision, reason: str) -> None:
        await self.keytui.background.call(
            review_decisions.decide,
            self.actor,
            self._review.review_id,
            key_id,
            decision,
            reason,
        )
        self._reason = reason

    async def _decide_all(
        self, decision: Decision, owner: str | None = None, containing: str = ""
    ) -> None:
        number = self._review.review_id
        keys = await self.keytui.background.call(
            review_items.count_left, self.actor, number, owner=owner, containing=containing
        )

        async def deciding(reason: str, progress: Progress) -> int:
            self._reason = reason
            return await self.keytui.background.call_long(
                review_decisions.decide_all,
                self.actor,
                number,
                decision,
                reason,
                keys=keys,
                owner=owner,
                containing=containing,
                progress=progress,
            )

        which = f"of {owner}" if owner is not None else "of this review"
        which += f" that contain {text.harmless(containing)}" if containing else ""
        done = await self.app.push_screen_wait(
            DecideAll(decision, keys, which, self._reason, deciding)
        )
        if done is not None:
            verb = "kept" if decision is Decision.KEEP else "deactivated"
            await self.done(f"{text.counted(done, 'key')} {verb}.")

    async def _next(self, sentence: str) -> None:
        """Go on to the row below: the decided one moves behind what is not reviewed."""
        below = self.listing.content.get(self.listing.cursor + 1)
        await self.done(sentence, around=None if below is None else below.key)

    def leave(self) -> None:
        """Go back to the list of reviews."""
        self.dismiss()


def _row(item: ReviewItem) -> Row:
    key = item.key
    present = clock.now()
    cells = (
        key.user_id,
        key.label,
        key.masked,
        str(key.key_id),
        f"{key.age_days(present):,} d",
        clock.ago(key.last_used_at, present),
        f"{item.outcome}{' *' if item.changes else ''}",
    )
    return Row(key.key_id, cells, item, dim=item.decision is not Decision.NONE)
