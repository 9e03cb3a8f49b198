"""Access reviews: opened over the keys that work, signed off when they were looked at.

In between lie any number of sittings of any administrators; see
:mod:`keytui.services.review_decisions`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from peewee import SQL, NodeList, Value, fn

from keytui.domain import clock, user_id
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.domain.reviews import INTERVAL, WHOLE_SCOPE, AccessReview, Decision, Tally
from keytui.domain.states import Status
from keytui.domain.text import counted, harmless
from keytui.services import review_records
from keytui.services.acting import acting, looking
from keytui.services.key_records import is_working
from keytui.services.report_selection import EVERY_KEY, Selection
from keytui.storage.models import AccessReviewRow, ApiKeyRow, ReviewItemRow, UserRow, database

_AT_ONCE: Final = 20_000
"""Keys that are added at once: a tenth of a second."""


def open_review(
    actor: Actor,
    selection: Selection = EVERY_KEY,
    progress: Progress = untold,
) -> AccessReview:
    """Open an access review over the keys that work now; which those are is fixed by it.

    Args:
        actor: who opens it.
        selection: of which keys; of those that work in any case.
        progress: told how many of how many keys are looked at; what it raises stops it,
            and nothing is left of it.

    Raises:
        BadInput: no key fits, or there is no such person.
        Refused: the actor is no administrator.
    """
    owner = selection.owner
    if owner is not None:  # what is no User ID stays, for the sentence that there is no such person
        owner = user_id.folded(owner) or harmless(owner)
    chosen = replace(selection, active=True, owner=owner)
    with acting(actor, Action.REVIEW_OPEN) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        present = clock.now()
        scope = chosen.scope
        row = AccessReviewRow.create(scope=scope, opened_at=present, opened_by=actor.user_id)
        items = _take_in(row.id, chosen, present, progress)
        if not items:
            raise BadInput("No key that works fits: there is nothing to review.")
        AccessReviewRow.update(items=items).where(AccessReviewRow.id == row.id).execute()
        deed.target = name(row.id)
        deed.record(f"{scope}: {counted(items, 'key')}")
        return _get(row.id)


def close_review(actor: Actor, review_id: int) -> AccessReview:
    """Sign a review off, for good. What nobody decided stays not reviewed, and is counted so.

    Some seconds for a million keys.

    Raises:
        BadInput: there is no such review.
        Refused: the actor is no administrator.
        Conflict: it is closed already.
    """
    with acting(actor, Action.REVIEW_CLOSE, name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        review_records.find_open(review_id)
        tally = tally_now(_get(review_id))
        AccessReviewRow.update(
            closed_at=clock.now(),
            closed_by=actor.user_id,
            kept=tally.kept,
            deactivated=tally.deactivated,
            ended=tally.ended,
        ).where(AccessReviewRow.id == review_id).execute()
        deed.record(tally.words)
        return _get(review_id)


def list_reviews(actor: Actor) -> Sequence[AccessReview]:
    """Return all access reviews, the newest first.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.REVIEW_LIST) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        return review_records.reviews(
            list(AccessReviewRow.select().order_by(AccessReviewRow.id.desc()))
        )


def get_review(actor: Actor, review_id: int) -> AccessReview:
    """Return one access review.

    Raises:
        BadInput: there is no such review.
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.REVIEW_LIST, name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        return _get(review_id)


def tally_to_sign(actor: Actor, review_id: int) -> Tally:
    """Return the counts that :func:`close_review` would sign off now.

    Raises:
        BadInput: there is no such review.
        Refused: the actor is no administrator.
        Conflict: it is closed already.
    """
    with looking(actor, Action.REVIEW_LIST, name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        review_records.find_open(review_id)
        return tally_now(_get(review_id))


def due_at(actor: Actor) -> int | None:
    """Return when all active keys are to be reviewed next, in microseconds UTC.

    That is :data:`.INTERVAL` after the last sign-off of a review of all of them that left none not
    reviewed; before there was one, after the creation of the oldest key that works.

    Returns:
        The time, which may be past; ``None`` where no key works: there is nothing to review.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.REVIEW_LIST) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        inactive = UserRow.select(UserRow.id).where(UserRow.status == Status.INACTIVE)
        oldest = (
            ApiKeyRow.select(ApiKeyRow.created_at)
            .where(is_working(clock.now()) & ApiKeyRow.owner.not_in(inactive))
            .order_by(ApiKeyRow.created_at, ApiKeyRow.id)
            .tuples()
            .first()
        )
        if oldest is None:
            return None
        row = AccessReviewRow
        # The sums are NULL, which is equal to nothing, until it is closed.
        last = (
            row.select(row.closed_at)
            .where(
                (row.scope == WHOLE_SCOPE) & (row.kept + row.deactivated + row.ended == row.items)
            )
            .order_by(row.closed_at.desc())
            .tuples()
            .first()
        )
        return (last or oldest)[0] + INTERVAL


def name(review_id: int) -> str:
    """Return what a review is called in the audit trail."""
    return f"review {review_id}"


def tally_now(review: AccessReview) -> Tally:
    """Count what ended without a decision too; call it inside a transaction or a reading."""
    if review.closed_at is not None:
        return review.tally
    ended = (
        ReviewItemRow.select()
        .join(ApiKeyRow, on=(ReviewItemRow.key == ApiKeyRow.id))
        .where(
            (ReviewItemRow.review == review.review_id)
            & (ReviewItemRow.decision == Decision.NONE)
            & ApiKeyRow.deactivated_at.is_null(False)
        )
        .count()
    )
    return replace(review.tally, ended=ended)


def _take_in(
    review_id: int,
    selection: Selection,
    present: int,
    progress: Progress,
) -> int:
    """Add the items in the order of their keys: the table is read, and its copy written, in a row."""
    # The plus keeps SQLite from going through all people for each part (sqlite.org/optoverview.html).
    owner = NodeList((SQL("+"), ApiKeyRow.owner))
    query = (
        ApiKeyRow.select(
            Value(review_id),
            ApiKeyRow.id,
            ApiKeyRow.label,
            ApiKeyRow.last_used_at,
            Value(str(Decision.NONE)),
        )
        .join(UserRow, on=(owner == UserRow.id))
        .where(*selection.conditions(present))
        .order_by(ApiKeyRow.id)
    )
    last = ApiKeyRow.select(fn.MAX(ApiKeyRow.id)).scalar() or 0
    items = 0
    for first in range(1, last + 1, _AT_ONCE):
        end = min(first + _AT_ONCE - 1, last)
        statement, values = query.where(ApiKeyRow.id.between(first, end)).sql()
        items += database.execute_sql(
            "INSERT INTO review_item (review_id, key_id, label, last_used_at, decision) "
            + statement,
            values,
        ).rowcount
        progress(end, last)
    return items


def _get(review_id: int) -> AccessReview:
    (found,) = review_records.reviews([review_records.find(review_id)])
    return found
