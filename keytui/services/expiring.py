"""Which keys end soon: told to their owners at sign-in, listed for whoever asks."""

from collections.abc import Iterator
from typing import Any, Final, cast

from peewee import Tuple, fn

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.clock import DAY
from keytui.domain.permissions import PERMISSIONS, Permission, Reach
from keytui.domain.policy import SOON_DAYS
from keytui.domain.records import Actor, ApiKey
from keytui.domain.states import KeyState
from keytui.domain.text import counted, harmless
from keytui.services.acting import looking
from keytui.services.key_records import of_successor, record, select_keys
from keytui.storage.models import ApiKeyRow

WARNED_DAYS: Final = (1, 7, SOON_DAYS)
"""How long before a key's end its owner is told so, the nearest first; GitLab mails 60, 30 and 7
days before."""
_NAMED: Final = 3
"""How many keys a notice names; more would fill the screen."""
_LABEL: Final = 20
"""Characters of a label in a notice."""
_BATCH: Final = 1_000
"""Rows read at once: some 10 ms."""


def notices(owner: int, present: int) -> list[str]:
    """Return what a person must know of the ends of their keys, at their sign-in: a sentence or none.

    Call it inside a transaction.

    Args:
        owner: the person's row.
        present: the present time.
    """
    soon = ApiKeyRow.select(ApiKeyRow.label, ApiKeyRow.expires_at).where(
        (ApiKeyRow.owner == owner) & _ends(present, SOON_DAYS)
    )
    in_order = soon.order_by(ApiKeyRow.expires_at, ApiKeyRow.id).tuples()
    keys: list[tuple[str, int]] = list(cast("Any", in_order))
    for within in WARNED_DAYS:
        near = [key for key in keys if key[1] <= present + within * DAY]
        if near:
            named = ", ".join(
                f"{_short(label)} {clock.until(end, present)}" for label, end in near[:_NAMED]
            )
            more = ", ..." if len(near) > _NAMED else ""
            later = len(keys) - len(near)
            others = f"; {later:,} more within {SOON_DAYS} days" if later else ""
            verb = "expires" if len(near) == 1 else "expire"
            return [
                f"{len(near):,} of your keys {verb} within {counted(within, 'day')}: {named}{more}{others}."
            ]
    return []


def each(actor: Actor, within_days: int) -> Iterator[ApiKey]:
    """Yield the working keys that end within so many days, the first to end first.

    A key that was rotated is none of them: it ends on purpose, and its owner chose when. A user's own; all people's for an administrator. They are read a thousand at a time,
    each time as ``actor``.

    Raises:
        Refused, SignedOut: the actor may not.
    """
    present = clock.now()
    # Of very many keys that end at one moment each page is found by the number too.
    after = (present, 2**63 - 1)
    while True:
        target = "all" if actor.row_id is None else actor.user_id
        with looking(actor, Action.KEY_LIST, target) as deed:
            deed.require(Permission.VIEW_KEYS, owner=actor.row_id)
            # Without their owners: a join would be read by owners, and sorted whole for each page.
            page = ApiKeyRow.select(ApiKeyRow.id).where(
                (Tuple(ApiKeyRow.expires_at, ApiKeyRow.id) > Tuple(*after))
                & (ApiKeyRow.expires_at <= present + within_days * DAY)
                & ApiKeyRow.deactivated_at.is_null()
            )
            if PERMISSIONS[Permission.VIEW_KEYS][deed.role] is not Reach.ANY:
                page = page.where(ApiKeyRow.owner == actor.row_id)
            page = page.order_by(ApiKeyRow.expires_at, ApiKeyRow.id).limit(_BATCH)
            numbers = [row.id for row in page]
            query = select_keys().where(ApiKeyRow.id.in_(numbers))
            order = query.order_by(ApiKeyRow.expires_at, ApiKeyRow.id).dicts()
            found = [record(row, present) for row in order] if numbers else []
        yield from (key for key in found if key.state is KeyState.ACTIVE)
        if len(found) < _BATCH:
            return
        after = (found[-1].expires_at or 0, found[-1].key_id)


def _ends(present: int, within_days: int) -> Any:  # noqa: ANN401 - a Peewee expression has no useful type
    later = (ApiKeyRow.expires_at > present) & (ApiKeyRow.expires_at <= present + within_days * DAY)
    # A key that was rotated ends on purpose, and its owner chose when.
    rotated = fn.EXISTS(of_successor("id"))
    return later & ApiKeyRow.deactivated_at.is_null() & ~rotated


def _short(label: str) -> str:
    shown = harmless(label)
    return shown if len(shown) <= _LABEL else f"{shown[: _LABEL - 3]}..."
