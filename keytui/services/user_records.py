"""Selecting people as records: what Manage Users shows of each."""

from typing import Any

from peewee import JOIN, fn

from keytui.domain import clock
from keytui.domain.permissions import Role
from keytui.domain.records import User
from keytui.domain.states import Status
from keytui.services.key_records import is_working
from keytui.storage.models import ApiKeyRow, UserRow


def select_users() -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    """Return the query to narrow and order; run it with ``.dicts()`` through :func:`record`."""
    works = (
        (ApiKeyRow.owner == UserRow.id)
        & (UserRow.status == Status.ACTIVE)
        & is_working(clock.now())
    )
    return (
        UserRow.select(
            UserRow.id,
            UserRow.user_id,
            UserRow.role,
            UserRow.status,
            UserRow.last_sign_in_at,
            UserRow.last_sign_in_from,
            UserRow.created_at,
            fn.COUNT(ApiKeyRow.id).alias("active_keys"),
            fn.MIN(ApiKeyRow.created_at).alias("oldest_key_at"),
        )
        .join(ApiKeyRow, JOIN.LEFT_OUTER, on=works)
        .group_by(UserRow.id)
    )


def record(row: dict[str, Any]) -> User:
    """Make the frozen value of a selected row."""
    kept = {name: value for name, value in row.items() if name != "id"}
    return User(
        row_id=row["id"],
        **{**kept, "role": Role(row["role"]), "status": Status(row["status"])},
    )
