"""The keys of an access review, a page at a time, however many there are."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.errors import Conflict
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision, ReviewItem
from keytui.services import paging, review_records, reviews
from keytui.services.acting import Deed, looking
from keytui.services.key_records import owner_of, searched
from keytui.storage.models import ReviewItemRow
from keytui.storage.ordered import Ordered

ORDERS: Final = {"Decision": "decision", "Key ID": "key_id"}
"""By what items can be sorted. Ascending, Decision begins with what is not reviewed."""

Conditions = list[tuple[str, Sequence[object]]]


def page(actor: Actor, wanted: Wanted, review_id: int) -> Page[ReviewItem]:
    """Return a page of the items of a review.

    Args:
        actor: who asks.
        wanted: which page; ``containing`` is looked for in label, last four, number and owner
            of the key. An item's identity is its key's number.
        review_id: of which review.

    Raises:
        BadInput: there is no such review or order.
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.REVIEW_LIST, reviews.name(review_id)) as deed:
        row = _may(deed, review_id)
        if not wanted.containing and wanted.total is None:
            wanted = replace(wanted, total=row.items)  # fixed at the opening
        return paging.page(_list(wanted, review_id), wanted, _records, partial(_number, review_id))


def count(actor: Actor, wanted: Wanted, review_id: int) -> int:
    """Count the items of a list; see :func:`page`."""
    with looking(actor, Action.REVIEW_LIST, reviews.name(review_id)) as deed:
        row = _may(deed, review_id)
        return _list(wanted, review_id).count() if wanted.containing else int(row.items)


def count_left(
    actor: Actor, review_id: int, *, owner: str | None = None, containing: str = ""
) -> int:
    """Count what :func:`.review_decisions.decide_all` would decide about.

    Raises:
        BadInput: there is no such review or person.
        Refused: the actor is no administrator.
        Conflict: the review is closed, or nothing is left.
    """
    with looking(actor, Action.REVIEW_LIST, reviews.name(review_id)) as deed:
        deed.require(Permission.REVIEW_ACCESS)
        review_records.find_open(review_id)
        found = left(deed, review_id, owner, containing)
        if not found:
            raise nothing_left()
        return len(found)


def nothing_left() -> Conflict:
    """Return the refusal of a decision about no key."""
    return Conflict("There is nothing left to decide about: nothing was changed.")


def left(deed: Deed, review_id: int, owner: str | None, containing: str) -> list[int]:
    """Return the items that wait for a decision of the actor, in order of their keys.

    Not their own, and not those that ended meanwhile. Call it in a reading or a transaction.

    Raises:
        BadInput: there is no such person.
    """
    # Of each item by itself: a set of all keys would take seconds, however few items there are.
    key = "SELECT 1 FROM api_key WHERE id = key_id AND deactivated_at IS NULL AND owner_id <> ?"
    where: Conditions = [
        ("review_id = ?", (review_id,)),
        ("decision = ?", (str(Decision.NONE),)),
        (f"EXISTS ({key})", (deed.actor.row_id or 0,)),  # the host's account owns none
    ]
    if owner is not None:
        theirs = "SELECT id FROM api_key WHERE owner_id = ?"
        where.append((f"key_id IN ({theirs})", (owner_of(deed, owner),)))
    where += _containing(containing)
    return paging.ordered("review_item", {"Key ID": "id"}, Wanted(), where).ids()


def _may(deed: Deed, review_id: int) -> Any:  # noqa: ANN401 - a row, as of review_records.find
    deed.require(Permission.REVIEW_ACCESS)
    return review_records.find(review_id)


def _list(wanted: Wanted, review_id: int) -> Ordered:
    where: Conditions = [("review_id = ?", (review_id,))]
    return paging.ordered("review_item", ORDERS, wanted, where + _containing(wanted.containing))


def _containing(text: str) -> Conditions:
    if not text:
        return []
    condition, values = searched(text, owners=True)
    return [(f"key_id IN (SELECT id FROM api_key WHERE {condition})", values)]  # noqa: S608 - a fixed text


def _records(numbers: Sequence[int]) -> Mapping[int, ReviewItem]:
    present = clock.now()
    found = (
        review_records.select_items().where(ReviewItemRow.id.in_(list(numbers))).dicts()
        if numbers
        else ()
    )
    return {row["number"]: review_records.item(row, present) for row in found}


def _number(review_id: int, key_id: Hashable) -> int | None:
    row = ReviewItemRow.get_or_none(
        (ReviewItemRow.review == review_id) & (ReviewItemRow.key == key_id)
    )
    return None if row is None else int(row.id)
