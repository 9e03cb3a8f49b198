"""API keys a page at a time, however many there are: one person's, or everybody's."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.services import paging, stale
from keytui.services.acting import Deed, looking
from keytui.services.key_records import (
    is_working,
    of_inactive,
    owner_of,
    record,
    searched,
    select_keys,
)
from keytui.storage.models import ApiKeyRow
from keytui.storage.ordered import Ordered

_WORKS: Final = "(CASE WHEN deactivated_at IS NULL THEN 1 ELSE 0 END)"
ORDERS: Final = {
    "Status": _WORKS,
    "Label": "label_folded",
    "Key ID": "id",
    "Age": "created_at",
}
"""By what all keys can be sorted: what an index holds. Descending, Status begins with the newest
that is not deactivated."""
_LAST_USED: Final = {"Last used": "coalesce(last_used_at, 0)"}
"""No index: it would double the cost of writing when keys were used. One person's keys are few."""
ORDERS_OF_ONE: Final = (*ORDERS, *_LAST_USED)
"""By what one person's keys can be sorted."""


def page(actor: Actor, wanted: Wanted, whose: str | None) -> Page[ApiKey]:
    """Return a page of a person's keys, or of all there are.

    Args:
        actor: who asks.
        wanted: which page; ``containing`` is looked for in label, last four, number
            and, where all keys are listed, owner; ``filter`` is one of :class:`.Stale`.
        whose: the owner's User ID; ``None`` for everybody's keys.

    Raises:
        BadInput: there is no such person, order or filter.
        Refused: they are somebody else's and the actor is no administrator.
    """
    with looking(actor, Action.KEY_LIST, whose or "all") as deed:
        return paging.page(listed(deed, wanted, whose), wanted, records, _id)


def count(actor: Actor, wanted: Wanted, whose: str | None) -> int:
    """Count the keys of a list; see :func:`page`. A tenth of a second for a million."""
    with looking(actor, Action.KEY_LIST, whose or "all") as deed:
        return listed(deed, wanted, whose).count()


def count_active(actor: Actor, whose: str | None = None) -> int:
    """Count the keys that work; of all people by default. Raises as :func:`page` does."""
    with looking(actor, Action.KEY_LIST, whose or "all") as deed:
        works = is_working(clock.now())
        if _whose(deed, whose):
            works &= ApiKeyRow.owner == deed.about
        found = ApiKeyRow.select().where(works)
        # Of two counts the second is small, where a join would go through all people.
        return int(found.count() - found.where(of_inactive()).count())


def listed(deed: Deed, wanted: Wanted, whose: str | None) -> Ordered:
    """Return the list of which :func:`page` is a page; raises as it does."""
    where = _whose(deed, whose)
    if wanted.filter:
        where.append(stale.condition(stale.named(wanted.filter), clock.now()))
    if wanted.containing:
        where.append(searched(wanted.containing, owners=whose is None))
    orders = ORDERS if whose is None else ORDERS | _LAST_USED
    return paging.ordered("api_key", orders, wanted, where)


def _whose(deed: Deed, whose: str | None) -> list[tuple[str, Sequence[object]]]:
    if whose is not None:
        return [("owner_id = ?", (owner_of(deed, whose),))]
    deed.require(Permission.VIEW_KEYS)
    return []


def records(ids: Sequence[int]) -> Mapping[int, ApiKey]:
    """Return keys by their numbers."""
    present = clock.now()
    found = select_keys().where(ApiKeyRow.id.in_(list(ids))).dicts() if ids else ()
    return {row["key_id"]: record(row, present) for row in found}


def _id(key: Hashable) -> int | None:
    return key if isinstance(key, int) else None
