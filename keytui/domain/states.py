"""Whether a key or a person works, and why: one rule for screens, reports and verification."""

from enum import StrEnum


class Status(StrEnum):
    """The report's word for a key, and what a person is: working or not."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class KeyState(StrEnum):
    """Why a key works or does not."""

    ACTIVE = "active"
    OVERLAPPING = "overlapping"
    """Another key replaces it, and it still works."""
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    OWNER_INACTIVE = "owner inactive"

    @property
    def works(self) -> bool:
        """Whether a key of this state is good: the report calls it active."""
        return self in (KeyState.ACTIVE, KeyState.OVERLAPPING)


def state_of(
    deactivated_at: int | None,
    expires_at: int | None,
    owner_status: str,
    at: int,
    *,
    replaced: bool = False,
) -> KeyState:
    """Return why a key works at the time ``at``, or why not: the one rule for everybody.

    Whether it is ``replaced`` by another does not decide whether it works.
    """
    if deactivated_at is not None:
        return KeyState.DEACTIVATED
    if expires_at is not None and expires_at <= at:
        return KeyState.EXPIRED
    if owner_status != Status.ACTIVE:
        return KeyState.OWNER_INACTIVE
    return KeyState.OVERLAPPING if replaced else KeyState.ACTIVE
