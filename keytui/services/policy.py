"""The policy on how long keys last: read by everybody, changed by administrators.

A change writes a nearer end into every key that it shortens. So there is one
rule for whether a key works, verification stays one lookup, and every list and
report shows the end that counts. No change ever lengthens anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from peewee import Case, fn

from keytui.domain import clock, text
from keytui.domain.audit import Action
from keytui.domain.clock import DAY
from keytui.domain.errors import Conflict
from keytui.domain.permissions import Permission
from keytui.domain.policy import Policy
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.domain.text import counted
from keytui.services import policy_rows
from keytui.services.acting import acting, looking
from keytui.services.key_records import is_working, of_inactive
from keytui.storage.database import reading
from keytui.storage.models import ApiKeyRow, PolicyRow, UserRow

_NAMED: Final = 3
"""How many of the people whom a change hits are named: those with the most keys."""
_BATCH: Final = 5_000
"""Keys looked at between two tellings of how far it is: a few hundredths of a second."""


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """The policy that counts. Times in microseconds UTC.

    Attributes:
        number: its number; 0 where there is none yet.
        policy: what it says.
        changed_at: since when.
        changed_by: by whom.
        reason: why.
        binds_from: when the keys stop, at the earliest, that it shortened.
    """

    number: int
    policy: Policy
    changed_at: int | None = None
    changed_by: str = ""
    reason: str = ""
    binds_from: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a change would hit.

    Attributes:
        seen: the number of the policy that it would change.
        keys: how many working keys would end sooner than now.
        people: how many people's they are.
        named: the first of them, with the number of their keys.
        first_end: when the first of those keys would stop, in microseconds UTC.
    """

    seen: int
    keys: int
    people: int
    named: Sequence[tuple[str, int]]
    first_end: int | None

    @property
    def words(self) -> str:
        """Whom it would hit, in one or two sentences."""
        if not self.keys:
            return "No key that works now ends sooner by it."
        names = ", ".join(f"{name} ({keys:,})" for name, keys in self.named)
        more = self.people - len(self.named)
        names += f" and {more:,} more" if more else ""
        people = "1 person" if self.people == 1 else f"{self.people:,} people"
        return (
            f"{counted(self.keys, 'key')} of {people} {_end(self.keys)} sooner by it: {names}. "
            f"The first stops on {clock.exact(self.first_end)}."
        )


def current() -> PolicyRecord:
    """Return the policy that counts now."""
    with reading():
        return _record(policy_rows.newest())


def end_of(typed: str) -> int | None:
    """Return when a key created now would end; see :meth:`.Policy.end`, which also raises."""
    return current().policy.end(typed, clock.now())


def preview(actor: Actor, wish: Policy, warning_days: int) -> Preview:
    """Say whom a change would hit, if it were made now.

    Args:
        actor: who would change it.
        wish: what the policy would say.
        warning_days: how long the keys that it shortens would go on at least.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.POLICY_CHANGE) as deed:
        deed.require(Permission.CHANGE_POLICY)
        row = policy_rows.newest()
        seen = row.id if row else 0
        if wish.longest_days is None:
            return Preview(seen, 0, 0, (), None)
        present = clock.now()
        new_end, shortened = _shortened(wish.longest_days, wish.no_end, present, warning_days)
        by_person = (
            ApiKeyRow.select(
                UserRow.user_id,
                fn.COUNT(ApiKeyRow.id).alias("keys"),
                fn.MIN(new_end).alias("first"),
            )
            .join(UserRow, on=(ApiKeyRow.owner == UserRow.id))
            .where(shortened)
            .group_by(UserRow.user_id)
            .order_by(fn.COUNT(ApiKeyRow.id).desc(), UserRow.user_id)
            .tuples()
        )
        hit: list[tuple[str, int, int]] = list(cast("Any", by_person))
        return Preview(
            seen,
            sum(keys for _, keys, _ in hit),
            len(hit),
            [(name, keys) for name, keys, _ in hit[:_NAMED]],
            min((first for _, _, first in hit), default=None),
        )


def change(  # noqa: PLR0913 - each is a part of the change
    actor: Actor,
    wish: Policy,
    typed_reason: str,
    *,
    warning_days: int,
    seen: int,
    progress: Progress = untold,
) -> int:
    """Let another policy count from now on, and shorten the keys that last longer.

    A million keys take some seconds, during which nobody else writes.

    Args:
        actor: who changes it.
        wish: what it says from now on.
        typed_reason: why, in their words.
        warning_days: how long the keys that it shortens go on at least.
        seen: the number of the policy that the actor has seen, of :class:`Preview`.
        progress: told how many of how many keys were looked at; what it raises
            stops the change, and nothing is left of it.

    Returns:
        How many keys end sooner by it.

    Raises:
        BadInput: the reason does not fit.
        Refused: the actor is no administrator.
        Conflict: somebody changed the policy meanwhile.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.POLICY_CHANGE) as deed:
        deed.require(Permission.CHANGE_POLICY)
        newest = policy_rows.newest()
        if newest is not None and newest.id != seen:
            raise Conflict(
                f"{newest.changed_by} changed the policy meanwhile: look at it, then try again."
            )
        present = clock.now()
        binds_from = present + warning_days * DAY
        keys = _shorten(wish, present, warning_days, progress)
        row = PolicyRow.create(
            changed_at=present,
            changed_by=actor.user_id,
            reason=why,
            default_days=wish.default_days,
            longest_days=wish.longest_days,
            no_end=int(wish.no_end),
            binds_from=binds_from,
        )
        deed.target = f"policy {row.id}"
        deed.record(
            f"{wish.words}; {counted(keys, 'key')} shortened, none stops before "
            f"{clock.iso(binds_from)}: {why}"
        )
        return keys


def changed(keys: int) -> str:
    """Say that the policy was changed and how many keys end sooner by it."""
    return f"The policy is changed: {counted(keys, 'key')} {_end(keys)} sooner by it."


def _end(keys: int) -> str:
    return "ends" if keys == 1 else "end"


def _shorten(wish: Policy, present: int, warning_days: int, progress: Progress) -> int:
    if wish.longest_days is None:
        return 0
    new_end, shortened = _shortened(wish.longest_days, wish.no_end, present, warning_days)
    last = ApiKeyRow.select(fn.MAX(ApiKeyRow.id)).scalar() or 0
    keys = 0
    for first in range(1, last + 1, _BATCH):
        keys += (
            ApiKeyRow.update(expires_at=new_end)
            .where(ApiKeyRow.id.between(first, first + _BATCH - 1) & shortened)
            .execute()
        )
        progress(min(first + _BATCH - 1, last), last)
    return keys


def _shortened(longest_days: int, no_end: bool, present: int, warning_days: int) -> tuple[Any, Any]:
    """Return the end that a key may have at most, and whether a working key has a later one."""
    by_age = ApiKeyRow.created_at + longest_days * DAY
    binds_from = present + warning_days * DAY
    new_end = Case(None, [(by_age > binds_from, by_age)], binds_from)
    later = ApiKeyRow.expires_at > new_end
    if not no_end:
        later |= ApiKeyRow.expires_at.is_null()
    return new_end, is_working(present) & ~of_inactive() & later


def _record(row: PolicyRow | None) -> PolicyRecord:
    policy = policy_rows.of(row)
    if row is None:
        return PolicyRecord(0, policy)
    return PolicyRecord(row.id, policy, row.changed_at, row.changed_by, row.reason, row.binds_from)
