"""Deactivating many API keys in one act: all of them, or none.

What a person confirmed is a number. The keys are looked for again inside the
transaction that ends them, and another number than the confirmed one ends nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from keytui.domain import clock, text
from keytui.domain.audit import Action
from keytui.domain.clock import DAY
from keytui.domain.errors import Conflict
from keytui.domain.pages import Wanted
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor, ApiKey
from keytui.services import key_lists
from keytui.services.acting import Deed, acting, looking
from keytui.storage.models import ApiKeyRow
from keytui.storage.ordered import Ordered

SHOWN: Final = 200
"""Keys that a preview lists: those used last, which ending them may hurt."""
_AT_ONCE: Final = 250
"""Keys of one statement: fewer than the 999 values that every SQLite takes (sqlite.org/limits.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which keys: those marked, or all that a list holds.

    Deactivated ones among them stay as they are.

    Attributes:
        marked: the numbers of the marked keys; ``None`` for all of the list.
        whose: the list is one person's, by User ID; ``None`` for everybody's.
        filter: the list's filter, one of :class:`.Stale`, or empty.
        containing: the text that the list is narrowed to, or empty.
    """

    marked: frozenset[int] | None = None
    whose: str | None = None
    filter: str = ""
    containing: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What deactivating the chosen keys would do.

    Attributes:
        count: how many keys it would end: the number to confirm.
        owners: how many people they belong to.
        in_use: how many of them were used in the last day.
        keys: at most :data:`SHOWN` of them, those used last first.
    """

    count: int
    owners: int
    in_use: int
    keys: Sequence[ApiKey]


@dataclass(frozen=True, slots=True)
class Ended:
    """What was done: how many keys were ended, and the name that stands in the event of each."""

    count: int
    act: str


class KeyToEnd(NamedTuple):
    """A key that is about to be ended."""

    key_id: int
    owner_id: int


def in_use(key: ApiKey) -> bool:
    """Tell whether a key was used in the day before it was read."""
    return key.last_used_at is not None and key.last_used_at > key.as_of - DAY


def preview(actor: Actor, chosen: Chosen) -> Preview:
    """Look which keys :func:`deactivate_many` would end.

    Raises:
        BadInput: there is no such person or filter.
        Refused: some of them are somebody else's, and the actor is no administrator.
        Conflict: there are none.
    """
    with looking(actor, Action.KEY_LIST, chosen.whose or "all") as deed:
        listed = _listed(deed, chosen)
        used = f"coalesce(sum(CASE WHEN last_used_at > {clock.now() - DAY} THEN 1 ELSE 0 END), 0)"
        ((count, owners, used_lately),) = listed.select(
            f"count(*), count(DISTINCT owner_id), {used}"
        )
        if not count:
            raise _none_left()
        latest = listed.select("id", f"ORDER BY coalesce(last_used_at, 0) DESC, id LIMIT {SHOWN}")
        ids = [number for (number,) in latest]
        keys = key_lists.records(ids)
        return Preview(int(count), int(owners), int(used_lately), [keys[number] for number in ids])


def deactivate_many(
    actor: Actor,
    chosen: Chosen,
    typed_reason: str,
    expected: int,
    progress: Progress = untold,
) -> Ended:
    """End the chosen keys for good, in one transaction, with an audit event for each.

    Nobody else can write meanwhile: some seconds for ten thousand keys.

    Args:
        actor: who does it.
        chosen: which keys.
        typed_reason: why; on record with each of them.
        expected: how many the actor confirmed.
        progress: told how far it is; what it raises stops the act, and nothing is changed.

    Raises:
        BadInput: the reason does not fit, or there is no such person or filter.
        Refused: some of them are somebody else's, and the actor is no administrator.
        Conflict: they are another number by now, or none.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.KEY_DEACTIVATE, text.counted(expected, "key")) as deed:
        found = [
            KeyToEnd(*key) for key in _listed(deed, chosen).select("id, owner_id", "ORDER BY id")
        ]
        if not found:
            raise _none_left()
        if len(found) != expected:
            raise Conflict(
                f"{text.counted(len(found), 'key')} would end now, not {expected:,}: nothing was "
                "changed. Look again, and confirm the right number."
            )
        act = new_act("bulk")
        end_keys(deed, found, why, act, progress)
        return Ended(len(found), act)


def _none_left() -> Conflict:
    return Conflict("None of these keys is left to deactivate: nothing was changed.")


def new_act(kind: str) -> str:
    """Return a name for an act of many events, to find them all by: ``bulk 3fa2c1d07be4``."""
    return f"{kind} {secrets.token_hex(6)}"


def end_keys(deed: Deed, found: Sequence[KeyToEnd], why: str, act: str, progress: Progress) -> None:
    """End keys in the transaction of ``deed``, which is recorded by their events.

    Raises:
        Conflict: somebody past keytui ended one of them meanwhile.
    """
    present = clock.now()
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        ended = (
            ApiKeyRow.update(
                deactivated_at=present,
                deactivated_by=deed.actor.user_id,
                deactivation_reason=why,
            )
            .where(
                ApiKeyRow.id.in_([key.key_id for key in some]) & ApiKeyRow.deactivated_at.is_null()
            )
            .execute()
        )
        if ended != len(some):
            raise Conflict("Somebody else was first: nothing was changed. Look again.")
        for key in some:
            one = Deed(deed.actor, Action.KEY_DEACTIVATE, f"key {key.key_id}", key.owner_id)
            one.record(f"{why} ({act})")
        deed.recorded = True
        progress(start + len(some), len(found))


def _listed(deed: Deed, chosen: Chosen) -> Ordered:
    """Return the chosen keys that are left to end, if the actor may end them."""
    if chosen.marked is None:
        if chosen.whose is None:
            deed.require(Permission.DEACTIVATE_KEY)
        wanted = Wanted(containing=chosen.containing, filter=chosen.filter)
        listed = key_lists.listed(deed, wanted, chosen.whose)
        if chosen.whose is not None:
            deed.require(Permission.DEACTIVATE_KEY, owner=deed.about)
    else:
        ids = ", ".join(str(int(number)) for number in chosen.marked) or "NULL"
        listed = Ordered("api_key", "id", where=f"id IN ({ids})")
        for (owner,) in listed.select("DISTINCT owner_id"):
            deed.require(Permission.DEACTIVATE_KEY, owner=owner)
    left = "+deactivated_at IS NULL"  # with a plus for the reason that stale.py says
    return replace(listed, where=f"{listed.where} AND {left}" if listed.where else left)
