"""Selecting API keys as records: everything of a key but its digest."""

from typing import Any

from keytui.domain import key_text, text, user_id
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.records import ApiKey
from keytui.domain.states import Status
from keytui.services.acting import Deed
from keytui.storage.models import ApiKeyRow, UserRow
from keytui.storage.ordered import contains

_Successor = ApiKeyRow.alias("successor")


def of_successor(name: str) -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    """Return a column of the key that replaces a selected one, as a column to select too."""
    column = getattr(_Successor, name)
    return _Successor.select(column).where(_Successor.replaces == ApiKeyRow.id)


def select_keys() -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    """Return the query to narrow and order; run it with ``.dicts()`` through :func:`record`."""
    return ApiKeyRow.select(
        ApiKeyRow.id.alias("key_id"),
        UserRow.user_id,
        UserRow.status.alias("owner_status"),
        ApiKeyRow.label,
        ApiKeyRow.last_four,
        ApiKeyRow.created_at,
        ApiKeyRow.expires_at,
        ApiKeyRow.confirmed_at,
        ApiKeyRow.last_used_at,
        ApiKeyRow.last_used_from,
        ApiKeyRow.deactivated_at,
        ApiKeyRow.deactivated_by,
        ApiKeyRow.deactivation_reason,
        ApiKeyRow.replaces.alias("replaces"),
        of_successor("id").alias("replaced_by"),
        of_successor("created_at").alias("replaced_at"),
        ApiKeyRow.late_uses,
        ApiKeyRow.late_used_at,
        ApiKeyRow.late_used_from,
    ).join(UserRow, on=(ApiKeyRow.owner == UserRow.id))


def is_working(present: int) -> Any:  # noqa: ANN401 - a Peewee expression has no useful type
    """Return the condition that a key is neither deactivated nor expired."""
    ends_later = ApiKeyRow.expires_at.is_null() | (ApiKeyRow.expires_at > present)
    return ApiKeyRow.deactivated_at.is_null() & ends_later


def of_inactive() -> Any:  # noqa: ANN401 - as above
    """Return the condition that a key's owner is inactive: whatever else, it does not work then."""
    inactive = UserRow.select(UserRow.id).where(UserRow.status == Status.INACTIVE)
    return ApiKeyRow.owner.in_(inactive)


def record(row: dict[str, Any], present: int) -> ApiKey:
    """Make the frozen value of a selected row, as it is at ``present``."""
    return ApiKey(**{**row, "owner_status": Status(row["owner_status"])}, as_of=present)


def owner_of(deed: Deed, name: str, permission: Permission = Permission.VIEW_KEYS) -> int:
    """Return the row of the person whose keys, or what else, the actor wants to see, if they may.

    Raises:
        BadInput: there is no such person.
        Refused: it is somebody else and the actor is no administrator.
    """
    owner = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
    deed.about = owner.id if owner else None
    deed.require(permission, owner=deed.about)
    if owner is None:
        raise BadInput(f"There is no user {text.harmless(name)[:64]}.")
    return int(owner.id)


def searched(containing: str, *, owners: bool) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a key's label, last four, number or owner holds a text.

    Literally, but whatever the case and accents; with ``?`` for each value.

    Args:
        containing: the text.
        owners: whether the owner's User ID counts too.
    """
    typed = text.folded(containing)
    if not typed:  # accents alone: not every key, which a review or a bulk act would take
        return "1 = 0", ()
    conditions = [contains("label_folded")]
    if len(typed) <= key_text.SHOWN_LENGTH:
        conditions.append(contains("lower(last_four)"))
    if typed.isdecimal():
        conditions.append(contains("CAST(id AS TEXT)"))
    if owners:
        conditions.append(f'owner_id IN (SELECT id FROM "user" WHERE {contains("user_id")})')  # noqa: S608 - a fixed text
    return " OR ".join(conditions), (typed,) * len(conditions)
