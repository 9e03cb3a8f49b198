"""Deciding in an access review: keep or deactivate, each with a reason.

A deactivation ends the key at once, by the rules that hold everywhere. A kept key may
still be deactivated until the sign-off; the other way is closed. Nobody decides about
a key of their own: administrators own none that works, and an item from before a
promotion is refused.
"""

from collections.abc import Sequence
from typing import Any, Final

from keytui.domain import clock, text
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision
from keytui.domain.text import counted
from keytui.services import api_keys, review_items, review_records, reviews
from keytui.services.acting import Deed, acting, looking
from keytui.storage.models import ApiKeyRow, ReviewItemRow

_AT_ONCE: Final = {Decision.KEEP: 5_000, Decision.DEACTIVATE: 200}
"""Keys of one transaction: half a second, so that nobody else waits long. Each ends with an event,
so that what is decided stays decided when the rest is stopped."""


def decide(
    actor: Actor, review_id: int, key_id: int, decision: Decision, typed_reason: str
) -> None:
    """Decide about one key of a review.

    Args:
        actor: who decides.
        review_id: in which review.
        key_id: about which key.
        decision: to keep it, or to deactivate it, which ends it at once.
        typed_reason: why.

    Raises:
        BadInput: the reason does not fit, or there is no such review, or no such key in it.
        Refused: the actor is no administrator, or the key is their own.
        Conflict: the review is closed, or the key is decided about or ended already.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.REVIEW_DECIDE, reviews.name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        review_records.find_open(review_id)
        item = _find(review_id, key_id)
        deed.about = item.key.owner_id
        if deed.about == actor.row_id:
            raise Refused("Nobody reviews their own keys: let another administrator decide.")
        if item.decision in (Decision.DEACTIVATE, decision):
            raise Conflict(f"Key {key_id} is decided about already: nothing was changed.")
        if item.key.deactivated_at is not None:
            raise Conflict(f"Key {key_id} is inactive by now: there is nothing to decide.")
        _decide(deed, review_id, [(item.id, key_id)], decision, why)
        deed.record(f"{decision} key {key_id}: {why}")


def decide_all(  # noqa: PLR0913 - they have names at every call
    actor: Actor,
    review_id: int,
    decision: Decision,
    typed_reason: str,
    *,
    keys: int,
    owner: str | None = None,
    containing: str = "",
    progress: Progress = untold,
) -> int:
    """Decide at once about all keys of a review that nobody decided about yet, or some of them.

    The actor's own keys and those that ended meanwhile are left out. The caller has said how
    many there are.

    Args:
        actor: who decides.
        review_id: in which review.
        decision: to keep them, or to deactivate them, which ends them at once.
        typed_reason: why.
        keys: how many the actor was told; see :func:`.review_items.count_left`.
        owner: only keys of this person, by User ID.
        containing: only keys with this text in label, last four, number or owner.
        progress: told how many of how many are decided; what it raises stops it between two
            steps, and what was decided until then stays decided.

    Returns:
        How many were decided about.

    Raises:
        BadInput: the reason does not fit, or there is no such review or person.
        Refused: the actor is no administrator.
        Conflict: the review is closed, or there are not so many keys by now.
    """
    why = text.reason(typed_reason)
    some = f" of {owner}" if owner is not None else ""
    some += f" containing {containing}" if containing else ""
    waiting = _waiting(actor, review_id, owner, containing, keys)
    done = 0
    step = _AT_ONCE[decision]
    for start in range(0, len(waiting), step):
        with acting(actor, Action.REVIEW_DECIDE, reviews.name(review_id)) as deed:
            deed.require(Permission.REVIEW_ACCESS)
            review_records.find_open(review_id)
            still = _still_waiting(actor, waiting[start : start + step])
            _decide(deed, review_id, still, decision, why)
            done += len(still)
            deed.record(f"{decision} {counted(len(still), 'key')}{some}: {why}")
        progress(min(start + step, len(waiting)), len(waiting))
    return done


def _waiting(
    actor: Actor, review_id: int, owner: str | None, containing: str, keys: int
) -> list[int]:
    with looking(actor, Action.REVIEW_DECIDE, reviews.name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        review_records.find_open(review_id)
        found = review_items.left(deed, review_id, owner, containing)
    if len(found) != keys:
        raise Conflict(
            f"There {'is' if len(found) == 1 else 'are'} {counted(len(found), 'key')} to decide "
            f"about by now, not {keys:,}: look again, and say the right number."
        )
    if not found:
        raise review_items.nothing_left()
    return found


def _still_waiting(actor: Actor, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return which items others did not decide about or end meanwhile, each with its key."""
    query: Any = (
        ReviewItemRow.select(ReviewItemRow.id, ReviewItemRow.key)
        .join(ApiKeyRow, on=(ReviewItemRow.key == ApiKeyRow.id))
        .where(
            ReviewItemRow.id.in_(list(numbers))
            & (ReviewItemRow.decision == Decision.NONE)
            & ApiKeyRow.deactivated_at.is_null()
            & (ApiKeyRow.owner != (actor.row_id or 0))
        )
        .order_by(ReviewItemRow.id)
    )
    return list(query.tuples())


def _decide(
    deed: Deed,
    review_id: int,
    items: Sequence[tuple[int, int]],
    decision: Decision,
    why: str,
) -> None:
    if decision is Decision.DEACTIVATE:
        for _, key_id in items:
            api_keys.deactivate_within(deed, key_id, f"Access review {review_id}: {why}")
    ReviewItemRow.update(
        decision=str(decision),
        decided_at=clock.now(),
        decided_by=deed.actor.user_id,
        reason=why,
    ).where(ReviewItemRow.id.in_([number for number, _ in items])).execute()


def _find(review_id: int, key_id: int) -> Any:  # noqa: ANN401 - a row; Peewee's own types do not know owner_id
    row = (
        ReviewItemRow.select(ReviewItemRow, ApiKeyRow)
        .join(ApiKeyRow, on=(ReviewItemRow.key == ApiKeyRow.id))
        .where((ReviewItemRow.review == review_id) & (ReviewItemRow.key == key_id))
        .first()
    )
    if row is None:
        raise BadInput(f"There is no key {key_id} in access review {review_id}.")
    return row
