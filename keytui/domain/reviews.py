"""Access reviews: somebody looks at every key of a scope and decides whether it may go on.

A review is opened over the keys that work at that moment, and its items are fixed
then. What becomes of a key meanwhile is not lost: it stands beside the decision.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keytui.domain.clock import DAY
from keytui.domain.permissions import Role
from keytui.domain.records import ApiKey
from keytui.domain.states import KeyState
from keytui.domain.text import counted

INTERVAL: Final = 90 * DAY
"""How often all active keys are to be reviewed, in microseconds: at least quarterly (CIS Controls
v8, safeguard 5.1: "validate that all active accounts are authorized ... at a minimum quarterly")."""

WHOLE_SCOPE: Final = "all active keys"
"""The scope of a review that leaves out no key that works: the one that is due again and again."""


class Decision(StrEnum):
    """What a reviewer decided about a key."""

    NONE = ""
    """Not reviewed yet; after the sign-off, not at all."""
    KEEP = "keep"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many keys of a review were decided in which way.

    Attributes:
        items: all of them.
        kept: those that may go on.
        deactivated: those that the review ended.
        ended: those without a decision that were deactivated by somebody else; counted at the
            sign-off, 0 before.
    """

    items: int
    kept: int
    deactivated: int
    ended: int = 0

    @property
    def not_reviewed(self) -> int:
        """Those that nobody decided about, and that did not end by themselves."""
        return self.items - self.kept - self.deactivated - self.ended

    @property
    def words(self) -> str:
        """All of it in a line."""
        ended = f"{self.ended:,} ended meanwhile, " if self.ended else ""
        return (
            f"{counted(self.items, 'key')}: {self.kept:,} kept, {self.deactivated:,} deactivated, "
            f"{ended}{self.not_reviewed:,} not reviewed"
        )


@dataclass(frozen=True, slots=True)
class AccessReview:
    """An access review. Times in microseconds UTC; ``closed_by`` signed it off."""

    review_id: int
    scope: str
    opened_at: int
    opened_by: str
    closed_at: int | None
    closed_by: str | None
    tally: Tally

    @property
    def state(self) -> str:
        """Whether it can be worked on."""
        return "open" if self.closed_at is None else "closed"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A key in a review: as it is now, what it was at the opening, and what was decided.

    Attributes:
        number: of the item; they follow the order of their keys' numbers.
        key: as it is now.
        role: its owner's.
        label: at the opening.
        last_used_at: at the opening, in microseconds UTC.
        decision: of a reviewer.
        decided_at: when, in microseconds UTC.
        decided_by: who, a User ID.
        reason: why.
    """

    number: int
    key: ApiKey
    role: Role
    label: str
    last_used_at: int | None
    decision: Decision
    decided_at: int | None
    decided_by: str | None
    reason: str | None

    @property
    def outcome(self) -> str:
        """The decision; or that it was not needed any more, or is missing."""
        if self.decision is not Decision.NONE:
            return str(self.decision)
        return "not reviewed" if self.key.deactivated_at is None else "ended meanwhile"

    @property
    def changes(self) -> tuple[str, ...]:
        """What became of the key since the opening, besides what the review itself did."""
        key = self.key
        found = []
        if self.decision is not Decision.DEACTIVATE and key.state is not KeyState.ACTIVE:
            found.append(f"{key.state} since")
        if key.last_used_at != self.last_used_at:
            found.append("used since")
        if key.label != self.label:
            found.append(f"label was {self.label}")
        return tuple(found)
