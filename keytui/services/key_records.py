"""Selecting API keys as records: everything of a key but its digest."""

from typing import Any

from keytui.domain.records import ApiKey
from keytui.domain.states import Status
from keytui.storage.models import ApiKeyRow, UserRow


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
    ).join(UserRow, on=(ApiKeyRow.owner == UserRow.id))


def is_working(present: int) -> Any:  # noqa: ANN401 - a Peewee expression has no useful type
    """Return the condition that a key is neither deactivated nor expired."""
    ends_later = ApiKeyRow.expires_at.is_null() | (ApiKeyRow.expires_at > present)
    return ApiKeyRow.deactivated_at.is_null() & ends_later


def record(row: dict[str, Any], present: int) -> ApiKey:
    """Make the frozen value of a selected row, as it is at ``present``."""
    return ApiKey(**{**row, "owner_status": Status(row["owner_status"])}, as_of=present)
