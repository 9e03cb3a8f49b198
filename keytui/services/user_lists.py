"""People a page at a time, however many there are."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from keytui.domain import text
from keytui.domain.audit import Action
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, User
from keytui.services import paging
from keytui.services.acting import looking
from keytui.services.user_records import record, select_users
from keytui.storage.models import UserRow
from keytui.storage.ordered import Ordered, contains

ORDERS: Final = {
    "User ID": "user_id",
    "Role": "role",
    "Status": "status",
    "Last sign-in": "coalesce(last_sign_in_at, 0)",
}
"""By what people can be sorted: what an index holds."""


def page(actor: Actor, wanted: Wanted) -> Page[User]:
    """Return a page of the people, with what Manage Users shows of each.

    Args:
        actor: who asks.
        wanted: which page; ``containing`` is looked for in the User IDs.

    Raises:
        BadInput: there is no such order.
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.USER_LIST) as deed:
        deed.require(Permission.MANAGE_USERS)
        return paging.page(_list(wanted), wanted, _records, _id)


def count(actor: Actor, wanted: Wanted) -> int:
    """Count the people of a list; see :func:`page`."""
    with looking(actor, Action.USER_LIST) as deed:
        deed.require(Permission.MANAGE_USERS)
        return _list(wanted).count()


def _list(wanted: Wanted) -> Ordered:
    where = [(contains("user_id"), (text.folded(wanted.containing),))] if wanted.containing else []
    return paging.ordered('"user"', ORDERS, wanted, where)


def _records(ids: Sequence[int]) -> Mapping[int, User]:
    found = select_users().where(UserRow.id.in_(list(ids))).dicts() if ids else ()
    return {row["id"]: record(row) for row in found}


def _id(user_id: Hashable) -> int | None:
    row = UserRow.get_or_none(UserRow.user_id == user_id)
    return None if row is None else int(row.id)
