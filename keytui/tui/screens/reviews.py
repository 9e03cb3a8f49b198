"""Access reviews, the newest first: opened from Manage Users."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from keytui.domain import clock
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview
from keytui.domain.text import folded
from keytui.services import reviews
from keytui.services.report_selection import Selection
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens.review import Review
from keytui.tui.screens.review_dialogs import OpenReview
from keytui.tui.screens.review_place import ReviewPlace
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.rows import Row

_REVIEW = Permission.REVIEW_ACCESS


class Reviews(ReviewPlace):
    """All reviews; Esc goes back to Manage Users."""

    PLACE = "Manage Users"
    COLUMNS = (
        Column("Review", 6, right=True),
        Column("Scope"),
        Column("Opened", 12, from_width=70),
        Column("By", 12, from_width=96),
        Column("Keys", 9, right=True),
        Column("Not reviewed", 12, right=True),
        Column("Signed off", 12),
    )
    ACTIONS = (
        MenuAction("view_review", "v", "View review {}", _REVIEW, on_row=True),
        MenuAction("new_review", "n", "New review...", _REVIEW),
        MenuAction("close_review", "c", "Sign off review {}...", _REVIEW, on_row=True),
        MenuAction("report", "e", "Export report of review {}...", _REVIEW, on_row=True),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("v", "View"), ("n", "New"), ("c", "Sign off"), ("e", "Export"), ("Esc", "Back"))

    def __init__(self, actor: Actor) -> None:
        """Show the reviews to ``actor``."""
        super().__init__(actor)
        self._due: int | None = None

    async def fetch(self) -> Sequence[Row]:
        """Return the reviews."""
        found = await self.keytui.background.call(reviews.list_reviews, self.actor)
        self._due = await self.keytui.background.call(reviews.due_at, self.actor)
        sought = folded(self.containing)
        present = clock.now()
        return [
            Row(
                one.review_id,
                (
                    str(one.review_id),
                    one.scope,
                    clock.ago(one.opened_at, present),
                    one.opened_by,
                    f"{one.tally.items:,}",
                    f"{one.tally.not_reviewed:,}",
                    "open" if one.closed_at is None else clock.ago(one.closed_at, present),
                ),
                one,
                dim=one.closed_at is not None,
            )
            for one in found
            if sought in folded(f"{one.review_id} {one.scope} {one.opened_by} {one.closed_by}")
        ]

    @property
    def review(self) -> AccessReview:
        """The selected review; ask only where there is one."""
        return self.record(AccessReview)

    @property
    def empty(self) -> str:
        """What an empty list says."""
        return "No reviews yet: press n to open one over all active keys."

    def summary(self) -> str:
        """Say how many there are, and when the next is due."""
        return f"Access reviews: {self.range_shown}   {due(self._due)}   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected review's dates and counts."""
        if self.listing.current is None:
            return ""
        one = self.review
        signed = (
            f"Signed off {clock.exact(one.closed_at)} by {one.closed_by}."
            if one.closed_at is not None
            else "Open."
        )
        return (
            f"Opened {clock.exact(one.opened_at)} by {one.opened_by}. {signed} {one.tally.words}."
        )

    def words(self, action: MenuAction) -> str:
        """Name the review that an action is about."""
        return action.label.format(self.review.review_id if self.listing.current else "")

    async def do_view_review(self) -> None:
        """Open the review; come back to fresh rows."""
        await self.app.push_screen_wait(Review(self.actor, self.review))
        await self.load()

    async def do_new_review(self) -> None:
        """Ask over which keys, and open it."""

        async def opening(selection: Selection, progress: Progress) -> AccessReview:
            return await self.keytui.background.call_long(
                reviews.open_review, self.actor, selection, progress
            )

        review = await self.app.push_screen_wait(OpenReview(opening))
        if review is not None:
            await self.app.push_screen_wait(Review(self.actor, review))
            await self.load(around=review.review_id)

    def leave(self) -> None:
        """Go back to Manage Users."""
        self.dismiss()


def due(at: int | None) -> str:
    """Say when the next review of all active keys is due."""
    if at is None:
        return "nothing to review"
    present = clock.now()
    if at <= present:
        return f"a review of all active keys is overdue by {clock.duration(present - at)}"
    return f"next due in {clock.duration(at - present)}"
