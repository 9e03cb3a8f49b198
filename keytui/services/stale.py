"""Stale keys: which filters there are, what each means, and how many keys it finds.

One definition for the cards on Manage Users, the lists they open, the acts on whole
filters and the report's ``--idle-days`` and ``--older-days``. A filter is of keys that are
neither deactivated nor expired: those that somebody could still end.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from peewee import SQL, Case

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.clock import DAY
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.policy import SOON_DAYS
from keytui.domain.records import Actor
from keytui.domain.states import Status
from keytui.services.acting import looking
from keytui.storage.models import ApiKeyRow, database

IDLE_DAYS: Final = 45
"""CIS AWS Foundations Benchmark 2.11: disable credentials unused for 45 days or more."""
OLD_DAYS: Final = 90
"""CIS AWS Foundations Benchmark 2.12: rotate access keys every 90 days or less."""


class Stale(StrEnum):
    """The filters, in the order of their cards."""

    NEVER_USED = "never-used"
    IDLE = "idle"
    OLD = "old"
    NEVER_EXPIRES = "never-expires"
    EXPIRING = "expiring"
    OWNER_INACTIVE = "owner-inactive"
    NOT_CONFIRMED = "not-confirmed"

    @property
    def words(self) -> str:
        """The filter as screens and sentences call it."""
        return _WORDS.get(self, self.value.replace("-", " "))


_WORDS: Final = {
    Stale.IDLE: f"idle {IDLE_DAYS} d",
    Stale.OLD: f"older than {OLD_DAYS} d",
    Stale.EXPIRING: f"expiring in {SOON_DAYS} d",
}


def named(name: str) -> Stale:
    """Return the filter with this name.

    Raises:
        BadInput: there is none.
    """
    try:
        return Stale(name)
    except ValueError:
        raise BadInput(f"A filter is one of {', '.join(Stale)}.") from None


def idle_for(days: int, present: int) -> Any:  # noqa: ANN401 - a Peewee expression has no useful type
    """Return the condition that so many days passed since the later of creation and last use."""
    born, used = ApiKeyRow.created_at, ApiKeyRow.last_used_at
    return Case(None, [(used > born, used)], born) <= present - days * DAY


def older_than(days: int, present: int) -> Any:  # noqa: ANN401 - as above
    """Return the condition that so many days passed since the key's creation."""
    return ApiKeyRow.created_at <= present - days * DAY


def condition(which: Stale, present: int) -> tuple[str, tuple[object, ...]]:
    """Return the SQL condition on ``api_key`` by which a filter finds keys, and its values.

    Args:
        which: the filter.
        present: what is now, in microseconds UTC.
    """
    if which is Stale.OWNER_INACTIVE:
        found, values = _sql(_ends_later(present))
        return f"deactivated_at IS NULL AND {found} AND {_OF_INACTIVE}", values
    return _sql(_ALIVE & _ends_later(present) & _MEANING[which](present))


def count(actor: Actor) -> Mapping[Stale, int]:
    """Count what each filter finds among all keys: some tenths of a second for a million.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.KEY_LIST, "all") as deed:
        deed.require(Permission.VIEW_KEYS)
        present = clock.now()
        sums: list[str] = []
        values: list[object] = []
        for meaning in _MEANING.values():
            text, given = _sql(meaning(present))
            sums.append(f"coalesce(sum(CASE WHEN {text} THEN 1 ELSE 0 END), 0)")
            values += given
        where, given = _sql(_ALIVE & _ends_later(present))
        # One walk along the table for all but one, which an index finds.
        scan = f"SELECT {', '.join(sums)} FROM api_key WHERE {where}"  # noqa: S608 - fixed texts
        found = database.execute_sql(scan, (*values, *given)).fetchone()
        counts = {which: int(number) for which, number in zip(_MEANING, found, strict=True)}
        where, given = condition(Stale.OWNER_INACTIVE, present)
        ask = f"SELECT count(*) FROM api_key WHERE {where}"  # noqa: S608 - a fixed text
        counts[Stale.OWNER_INACTIVE] = int(database.execute_sql(ask, given).fetchone()[0])
        return {which: counts[which] for which in Stale}


# With a plus the condition is of no index: at a million keys SQLite would walk along one and look
# each row up in the table, 5 s instead of 0.2 (sqlite.org/optoverview.html, "unary +").
_ALIVE: Final[Any] = SQL("+deactivated_at IS NULL")
_OF_INACTIVE: Final = f"owner_id IN (SELECT id FROM \"user\" WHERE status = '{Status.INACTIVE}')"  # noqa: S608 - a fixed text

# A key that was rotated ends on purpose, and its owner chose when.
_NOT_ROTATED: Final[Any] = SQL(
    "id NOT IN (SELECT replaces_id FROM api_key WHERE replaces_id IS NOT NULL)"
)

_MEANING: Final[Mapping[Stale, Callable[[int], Any]]] = {
    Stale.NEVER_USED: lambda present: ApiKeyRow.last_used_at.is_null(),  # noqa: ARG005 - as the others
    Stale.IDLE: lambda present: idle_for(IDLE_DAYS, present),
    Stale.OLD: lambda present: older_than(OLD_DAYS, present),
    Stale.NEVER_EXPIRES: lambda present: ApiKeyRow.expires_at.is_null(),  # noqa: ARG005 - as the others
    Stale.EXPIRING: lambda present: (
        (ApiKeyRow.expires_at <= present + SOON_DAYS * DAY) & _NOT_ROTATED
    ),
    Stale.NOT_CONFIRMED: lambda present: (  # noqa: ARG005 - as the others
        ApiKeyRow.confirmed_at.is_null() & ApiKeyRow.last_used_at.is_null()
    ),
}


def _ends_later(present: int) -> Any:  # noqa: ANN401 - as above
    return ApiKeyRow.expires_at.is_null() | (ApiKeyRow.expires_at > present)


def _sql(expression: Any) -> tuple[str, tuple[object, ...]]:  # noqa: ANN401 - as above
    """Write an expression with its columns as they are called in the table itself."""
    context = database.get_sql_context()
    with context.scope_values():
        text, values = context.sql(expression).query()
    return text, tuple(values)
