"""The values that services hand out."""

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from keytui.domain.clock import DAY
from keytui.domain.records import Actor, ApiKey, User
from keytui.domain.states import KeyState, Status

KEY = ApiKey(
    key_id=17,
    user_id="maria",
    owner_status=Status.ACTIVE,
    label="CI runner",
    last_four="x7Qz",
    created_at=100 * DAY,
    expires_at=None,
    confirmed_at=None,
    last_used_at=None,
    last_used_from=None,
    deactivated_at=None,
    deactivated_by=None,
    deactivation_reason=None,
    as_of=110 * DAY,
)


@pytest.mark.parametrize(
    ("deactivated_at", "owner_status", "state", "status"),
    [
        (None, Status.ACTIVE, KeyState.ACTIVE, Status.ACTIVE),
        (None, Status.INACTIVE, KeyState.OWNER_INACTIVE, Status.INACTIVE),
        (120 * DAY, Status.ACTIVE, KeyState.DEACTIVATED, Status.INACTIVE),
        (120 * DAY, Status.INACTIVE, KeyState.DEACTIVATED, Status.INACTIVE),
    ],
    ids=["works", "owner inactive", "deactivated", "both"],
)
def test_a_key_is_active_only_if_it_and_its_owner_are(
    deactivated_at: int | None, owner_status: Status, state: KeyState, status: Status
) -> None:
    """The state says why a key works or not; the status is active or inactive."""
    key = replace(KEY, deactivated_at=deactivated_at, owner_status=owner_status)
    assert (key.state, key.status) == (state, status)


@pytest.mark.parametrize(
    ("expires_at", "state"),
    [
        (110 * DAY + 1, KeyState.ACTIVE),
        (110 * DAY, KeyState.EXPIRED),
        (109 * DAY, KeyState.EXPIRED),
    ],
    ids=["a moment before", "at the moment", "after it"],
)
def test_a_key_works_until_its_end(expires_at: int, state: KeyState) -> None:
    """From the moment of its end on a key is expired, and so inactive."""
    key = replace(KEY, expires_at=expires_at)
    assert key.state is state
    assert (key.status is Status.ACTIVE) == (state is KeyState.ACTIVE)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, KeyState.OVERLAPPING),
        ({"expires_at": 110 * DAY + 1}, KeyState.OVERLAPPING),
        ({"expires_at": 110 * DAY}, KeyState.EXPIRED),
        ({"deactivated_at": 109 * DAY}, KeyState.DEACTIVATED),
        ({"owner_status": Status.INACTIVE}, KeyState.OWNER_INACTIVE),
    ],
)
def test_a_replaced_key_overlaps_as_long_as_it_works(
    change: dict[str, Any], state: KeyState
) -> None:
    """Overlapping is active; that it was replaced never makes a key work that does not."""
    key = replace(KEY, replaced_by=18, **change)
    assert key.state is state
    assert (key.status is Status.ACTIVE) == (state is KeyState.OVERLAPPING)


def test_a_living_key_ages_until_now() -> None:
    """The age of a key is counted in whole days until the present."""
    assert KEY.age_days(100 * DAY) == 0
    assert KEY.age_days(141 * DAY - 1) == 40
    assert KEY.age_days(141 * DAY) == 41


def test_a_deactivated_key_ages_no_more() -> None:
    """The age of a key stops at its deactivation."""
    dead = replace(KEY, deactivated_at=120 * DAY)
    assert dead.age_days(120 * DAY) == dead.age_days(500 * DAY) == 20


def test_a_clock_set_back_makes_no_negative_age() -> None:
    """A key from the future is 0 days old."""
    assert KEY.age_days(50 * DAY) == 0


def test_a_key_is_shown_masked() -> None:
    """Four dots and the last 4 characters are all that is shown of a key."""
    assert KEY.masked == "••••x7Qz"


@pytest.mark.parametrize("record", [Actor, ApiKey, User])
def test_no_record_can_carry_a_digest_or_a_hash(record: type) -> None:
    """No value that leaves the services has a field for what would recognise a secret."""
    names = " ".join(field.name for field in fields(record))
    assert not [word for word in ("digest", "hash", "password", "secret") if word in names]


def test_a_record_is_frozen() -> None:
    """Nobody can change a record that was handed out."""
    with pytest.raises(FrozenInstanceError):
        KEY.label = "mine now"  # type: ignore[misc]
