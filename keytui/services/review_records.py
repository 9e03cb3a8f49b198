"""Selecting access reviews and their items as records."""

from collections.abc import Sequence
from typing import Any, Final

from keytui.domain.errors import BadInput, Conflict
from keytui.domain.permissions import Role
from keytui.domain.reviews import AccessReview, Decision, ReviewItem, Tally
from keytui.services import key_records
from keytui.storage.models import AccessReviewRow, ApiKeyRow, ReviewItemRow, UserRow, database

_OF_ITEM: Final = (
    "role",
    "number",
    "then_label",
    "then_used",
    "decision",
    "decided_at",
    "decided_by",
    "reason",
)


def find(review_id: int) -> Any:  # noqa: ANN401 - a row; Peewee's own types do not know its values
    """Return the row of a review.

    Raises:
        BadInput: there is none.
    """
    row = AccessReviewRow.get_or_none(AccessReviewRow.id == review_id)
    if row is None:
        raise BadInput(f"There is no access review {review_id}.")
    return row


def find_open(review_id: int) -> Any:  # noqa: ANN401 - likewise
    """Return the row of a review that is not signed off.

    Raises:
        BadInput: there is none.
        Conflict: it is closed.
    """
    row = find(review_id)
    if row.closed_at is not None:
        raise Conflict(
            f"Access review {review_id} is closed: nothing was changed. Open another instead."
        )
    return row


def reviews(rows: Sequence[Any]) -> list[AccessReview]:
    """Make the frozen values of rows; what was decided in open ones is counted now."""
    going_on = [row.id for row in rows if row.closed_at is None]
    counts: dict[tuple[int, str], int] = {}
    for review_id in going_on:
        found = database.execute_sql(
            "SELECT decision, count(*) FROM review_item "  # noqa: S608 - a placeholder
            f"WHERE review_id = {database.param} GROUP BY decision",
            (review_id,),
        )
        counts |= {(review_id, decision): number for decision, number in found.fetchall()}
    return [
        AccessReview(
            row.id,
            row.scope,
            row.opened_at,
            row.opened_by,
            row.closed_at,
            row.closed_by,
            Tally(
                row.items,
                counts.get((row.id, Decision.KEEP), 0) if row.kept is None else row.kept,
                counts.get((row.id, Decision.DEACTIVATE), 0)
                if row.deactivated is None
                else row.deactivated,
                row.ended or 0,
            ),
        )
        for row in rows
    ]


def select_items() -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    """Return the query to narrow and order; run it with ``.dicts()`` through :func:`item`."""
    return (
        key_records.select_keys()
        .select_extend(
            UserRow.role,
            ReviewItemRow.id.alias("number"),
            ReviewItemRow.label.alias("then_label"),
            ReviewItemRow.last_used_at.alias("then_used"),
            ReviewItemRow.decision,
            ReviewItemRow.decided_at,
            ReviewItemRow.decided_by,
            ReviewItemRow.reason,
        )
        .join_from(
            ApiKeyRow,
            ReviewItemRow,
            on=(ReviewItemRow.key == ApiKeyRow.id),
        )
    )


def item(row: dict[str, Any], present: int) -> ReviewItem:
    """Make the frozen value of a selected row, as it is at ``present``."""
    of_item = {name: row[name] for name in _OF_ITEM}
    of_key = {name: value for name, value in row.items() if name not in of_item}
    return ReviewItem(
        number=of_item["number"],
        key=key_records.record(of_key, present),
        role=Role(of_item["role"]),
        label=of_item["then_label"],
        last_used_at=of_item["then_used"],
        decision=Decision(of_item["decision"]),
        decided_at=of_item["decided_at"],
        decided_by=of_item["decided_by"],
        reason=of_item["reason"],
    )
