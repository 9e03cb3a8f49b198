"""What the list of reviews and a review share: the sign-off and the report."""

from keytui.domain.reviews import AccessReview
from keytui.services import reviews
from keytui.tui.menu import MenuAction
from keytui.tui.screens.confirm import Confirm
from keytui.tui.screens.place import Place
from keytui.tui.screens.review_dialogs import Report
from keytui.tui.surroundings import NO_FILE_HERE

CLOSED = "This review is signed off already, for good."


class ReviewPlace(Place):
    """A full screen about one access review, or the one that is selected."""

    @property
    def review(self) -> AccessReview:
        """The review it is about."""
        raise NotImplementedError

    async def do_close_review(self) -> None:
        """Say what signing off means, and do it."""
        review = self.review
        # Not what the list shows: others decide too, and keys end.
        tally = await self.keytui.background.call(
            reviews.tally_to_sign, self.actor, review.review_id
        )
        if await self.app.push_screen_wait(
            Confirm(
                "Sign off",
                f"Sign off access review {review.review_id}? {tally.words}. What is not "
                "reviewed stays so, and a review that is signed off is never changed.",
                "Sign off",
                lambda: self.keytui.background.call(
                    reviews.close_review, self.actor, review.review_id
                ),
            )
        ):
            await self.done(f"Review {review.review_id} is signed off. e exports its report.")

    def why_not(self, action: MenuAction) -> str | None:
        """Add that a forced session writes no file, and that a closed review stays closed."""
        if action.name == "report" and self.keytui.surroundings.forced:
            return NO_FILE_HERE
        why_not = super().why_not(action)
        if why_not is None and action.name == "close_review" and self.review.closed_at is not None:
            return CLOSED
        return why_not

    async def do_report(self) -> None:
        """Ask format and place, write the report."""
        said = await self.app.push_screen_wait(Report(self.actor, self.review.review_id))
        if said is not None:
            self.say(said)
