"""API keys as rows of a list: the same on Profile, on a user's keys and on all keys."""

from dataclasses import replace
from typing import Final

from keytui.domain import clock
from keytui.domain.records import ApiKey
from keytui.domain.states import KeyState
from keytui.domain.text import harmless, times
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.rows import Row

COLUMNS = (
    Column("Label"),
    Column("Key", 8),
    Column("Key ID", 7, right=True),
    Column("Status", 14),
    Column("Age", 8, right=True, from_width=70),
    Column("Expires", 8, right=True, from_width=90),
    Column("Last used", 12),
)


_NEEDS: Final = {"Key ID": 70, "Age": 96, "Expires": 106}
COLUMNS_OF_ALL: Final = (
    Column("Owner", 13),
    *(
        replace(column, from_width=_NEEDS.get(column.title, column.from_width))
        for column in COLUMNS
    ),
)
"""Where the keys are not one person's."""


def row(key: ApiKey, *, owner: bool = False) -> Row:
    """Return the row of a key; ``owner`` has its first cell say whose it is."""
    present = clock.now()
    cells = (
        key.label,
        key.masked,
        str(key.key_id),
        key.state_shown,
        f"{key.age_days(present):,} d",
        clock.until(key.expires_at, present),
        clock.ago(key.last_used_at, present),
    )
    return Row(
        key.key_id, (key.user_id, *cells) if owner else cells, key, dim=key.status != "active"
    )


def details(key: ApiKey) -> str:
    """Return a key's dates in words: exact, and who ended it and why. Few fit: urgent ones first."""
    if key.state is KeyState.OVERLAPPING:
        return _overlapping(key)
    parts = _late(key)
    parts.append(f'Key {key.key_id} "{key.label}" created {clock.exact(key.created_at)}.')
    if key.replaces is not None:
        parts.append(f"It replaces key {key.replaces}.")
    if key.replaced_by is not None:
        parts.append(f"Key {key.replaced_by} replaces it.")
    if key.last_used_at is None:
        lost = key.status == "active" and not key.confirmed
        parts.append("Never used, its text not confirmed." if lost else "Never used.")
    else:
        parts.append(f"Last used {clock.exact(key.last_used_at)}{_origin(key.last_used_from)}.")
    if key.expires_at is not None:
        over = key.expires_at <= key.as_of
        ends = "Expired" if over else f"Expires {clock.until(key.expires_at, key.as_of)},"
        parts.append(f"{ends} {clock.exact(key.expires_at)}.")
    if key.deactivated_at is not None:
        parts.append(
            f"Deactivated {clock.exact(key.deactivated_at)} by {key.deactivated_by}: "
            f"{key.deactivation_reason}"
        )
    elif key.owner_status != "active":
        parts.append("It does not work: its owner is inactive.")
    return " ".join(parts)


def _overlapping(key: ApiKey) -> str:
    """Say first whether anything still uses the old key: so one sees when it is safe to end."""
    used = "Not used since it was replaced."
    if key.last_used_at is not None and key.last_used_at >= (key.replaced_at or 0):
        ago = clock.ago(key.last_used_at, key.as_of)
        used = f"Still used {ago}{_origin(key.last_used_from)}."
    return (
        f'{used} Key {key.replaced_by} replaces key {key.key_id} "{key.label}", '
        f"which works until {clock.exact(key.expires_at)}."
    )


def _late(key: ApiKey) -> list[str]:
    if key.late_used_at is None:
        return []
    last = f"{clock.ago(key.late_used_at, key.as_of)}{_origin(key.late_used_from)}"
    return [f"Tried {times(key.late_uses)} after its rotation, last {last}: refused."]


def _origin(origin: str | None) -> str:
    return f" from {harmless(origin)}" if origin else ""


def name(key: ApiKey) -> str:
    """Return how a key is called in a question: ``key 17 "laptop" ••••aB3x``."""
    return f'key {key.key_id} "{harmless(key.label)}" {key.masked}'
