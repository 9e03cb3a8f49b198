"""Rotation: a new key, an overlap, an end; and what is told of an old key used after it."""

from collections.abc import Callable

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY, HOUR, SECOND, iso
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.overlap import Overlap
from keytui.domain.policy import MOST_DAYS
from keytui.domain.records import Actor, ApiKey
from keytui.domain.states import KeyState, Status
from keytui.services import api_keys, rotation
from keytui.storage.models import ApiKeyRow
from tests.support import Clock, MakePerson, race, rows, text_of, trail


def confirmed(owner: Actor, label: str = "CI", expires_at: int | None = None) -> ApiKey:
    """Create a key whose owner has its text."""
    key, _ = api_keys.create_key(owner, label, expires_at=expires_at)
    api_keys.confirm_key(owner, key.key_id)
    return key


def by_id(owner: Actor) -> dict[int, ApiKey]:
    """Return a person's keys by number."""
    return {key.key_id: key for key in api_keys.list_keys(owner)}


def test_the_new_key_has_the_label_and_another_text(clock: Clock, maria: Actor) -> None:
    """It is a key of its own, not confirmed yet, and says which one it replaces."""
    old, old_secret = api_keys.create_key(maria, "CI")
    api_keys.confirm_key(maria, old.key_id)
    new, secret = rotation.rotate(maria, old.key_id, Overlap.DAY)
    assert (new.label, new.user_id, new.replaces, new.confirmed) == (
        "CI",
        "maria",
        old.key_id,
        False,
    )
    assert text_of(secret) != text_of(old_secret)
    assert new.key_id != old.key_id


@pytest.mark.parametrize("overlap", [Overlap.HOUR, Overlap.DAY, Overlap.WEEK])
def test_the_old_key_overlaps_for_as_long_as_was_chosen(
    clock: Clock, maria: Actor, overlap: Overlap
) -> None:
    """It works to the last microsecond of the overlap, and is called overlapping, not active."""
    old = confirmed(maria)
    new, _ = rotation.rotate(maria, old.key_id, overlap)
    found = by_id(maria)[old.key_id]
    assert (found.state, found.status, found.replaced_by, found.replaced_at) == (
        KeyState.OVERLAPPING,
        Status.ACTIVE,
        new.key_id,
        clock.now,
    )
    assert found.expires_at == clock.now + overlap.length
    clock.now += overlap.length - 1
    assert by_id(maria)[old.key_id].state is KeyState.OVERLAPPING
    clock.now += 1
    assert by_id(maria)[old.key_id].state is KeyState.EXPIRED
    assert by_id(maria)[new.key_id].state is KeyState.ACTIVE


def test_without_an_overlap_the_old_key_ends_at_once(clock: Clock, maria: Actor) -> None:
    """It is deactivated by its owner, in the same step."""
    old = confirmed(maria)
    rotation.rotate(maria, old.key_id, Overlap.NONE)
    found = by_id(maria)[old.key_id]
    assert (found.state, found.deactivated_by, found.deactivation_reason) == (
        KeyState.DEACTIVATED,
        "maria",
        rotation.ROTATED,
    )


def test_a_rotated_key_s_end_can_always_be_shown(clock: Clock, maria: Actor) -> None:
    """Of a key from before there was a furthest end, too: its life is cut to a hundred years."""
    old = confirmed(maria)
    last = 253_402_300_799 * SECOND  # 9999-12-31T23:59:59Z
    ApiKeyRow.update(expires_at=last).where(ApiKeyRow.id == old.key_id).execute()
    clock.advance(days=1)
    new, _ = rotation.rotate(maria, old.key_id, Overlap.DAY)
    assert new.expires_at == clock.now + MOST_DAYS * DAY
    assert iso(new.expires_at) == "2126-11-01T06:00:00Z"


def test_an_overlap_never_passes_the_old_key_s_own_end(clock: Clock, maria: Actor) -> None:
    """A week of overlap does not keep a key alive that ends in an hour."""
    old = confirmed(maria, expires_at=clock.now + HOUR)
    rotation.rotate(maria, old.key_id, Overlap.WEEK)
    assert by_id(maria)[old.key_id].expires_at == clock.now + HOUR


def test_the_new_key_lives_as_long_as_the_old_was_to(clock: Clock, maria: Actor) -> None:
    """90 days of life are 90 days from now; a key without an end is followed by one."""
    old, endless = confirmed(maria, expires_at=clock.now + 90 * DAY), confirmed(maria)
    clock.advance(days=60)
    new, _ = rotation.rotate(maria, old.key_id, Overlap.DAY)
    assert new.expires_at == clock.now + 90 * DAY
    assert rotation.rotate(maria, endless.key_id, Overlap.DAY)[0].expires_at is None


def test_each_step_is_on_record_with_both_numbers(clock: Clock, maria: Actor) -> None:
    """Creating, rotating and, without an overlap, ending: events of the one act."""
    old = confirmed(maria)
    before = len(trail())
    new, _ = rotation.rotate(maria, old.key_id, Overlap.DAY)
    end = iso(clock.now + DAY)
    events = [(event.action, event.target, event.detail) for event in trail()[before:]]
    assert events == [
        (Action.KEY_CREATE, f"key {new.key_id}", "CI"),
        (
            Action.KEY_ROTATE,
            f"key {old.key_id}",
            f"key {new.key_id} replaces key {old.key_id}, which works until {end}",
        ),
    ]
    api_keys.confirm_key(maria, new.key_id)
    before = len(trail())
    last, _ = rotation.rotate(maria, new.key_id, Overlap.NONE)
    assert [(event.action, event.target, event.detail) for event in trail()[before:]] == [
        (Action.KEY_CREATE, f"key {last.key_id}", "CI"),
        (Action.KEY_DEACTIVATE, f"key {new.key_id}", rotation.ROTATED),
        (
            Action.KEY_ROTATE,
            f"key {new.key_id}",
            f"key {last.key_id} replaces key {new.key_id}, which ended at once",
        ),
    ]


def _replaced(owner: Actor, clock: Clock) -> int:
    old = confirmed(owner)
    rotation.rotate(owner, old.key_id, Overlap.DAY)
    return old.key_id


def _expired(owner: Actor, clock: Clock) -> int:
    old = confirmed(owner, expires_at=clock.now + HOUR)
    clock.advance(hours=1)
    return old.key_id


def _deactivated(owner: Actor, clock: Clock) -> int:
    old = confirmed(owner)
    api_keys.deactivate_key(owner, old.key_id, "lost")
    return old.key_id


def _not_confirmed(owner: Actor, clock: Clock) -> int:
    return api_keys.create_key(owner, "CI")[0].key_id


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_replaced, "Key 1 is replaced by key 2 already: rotate that one."),
        (_expired, "Key 1 has expired: create a new key instead."),
        (_deactivated, "Key 1 is inactive: create a new key instead."),
        (_not_confirmed, "Key 1 is not confirmed: deactivate it and create it anew instead."),
    ],
)
def test_what_cannot_be_rotated_says_why(
    clock: Clock, maria: Actor, make: Callable[[Actor, Clock], int], sentence: str
) -> None:
    """One sentence each, and no key more than before."""
    key_id = make(maria, clock)
    before = rows("SELECT * FROM api_key ORDER BY id")
    with pytest.raises(Conflict) as refused:
        rotation.rotate(maria, key_id, Overlap.DAY)
    assert str(refused.value) == sentence
    assert rows("SELECT * FROM api_key ORDER BY id") == before


def test_a_key_that_is_not_there_is_not_rotated(maria: Actor) -> None:
    """Nor is its overlap ended."""
    with pytest.raises(BadInput, match="There is no key 9"):
        rotation.rotate(maria, 9, Overlap.DAY)
    with pytest.raises(BadInput, match="There is no key 9"):
        rotation.end_overlap(maria, 9)


def test_of_two_rotations_at_once_one_is_told(maria: Actor) -> None:
    """A key is replaced once, whoever is quicker."""
    old = confirmed(maria)
    ends = race(
        lambda: rotation.rotate(maria, old.key_id, Overlap.DAY),
        lambda: rotation.rotate(maria, old.key_id, Overlap.DAY),
    )
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "NoneType"]
    assert rows("SELECT count(*) FROM api_key") == [(2,)]


def test_an_overlap_can_be_ended_early(clock: Clock, maria: Actor) -> None:
    """The old key is deactivated; the new one is untouched."""
    old = confirmed(maria)
    new, _ = rotation.rotate(maria, old.key_id, Overlap.WEEK)
    rotation.end_overlap(maria, old.key_id)
    found = by_id(maria)
    assert (found[old.key_id].state, found[old.key_id].deactivation_reason) == (
        KeyState.DEACTIVATED,
        rotation.ROTATED,
    )
    assert found[new.key_id].state is KeyState.ACTIVE
    last = trail()[-1]
    assert (last.action, last.target, last.detail) == (
        Action.KEY_DEACTIVATE,
        f"key {old.key_id}",
        rotation.ROTATED,
    )


def test_only_an_overlap_can_be_ended(clock: Clock, maria: Actor) -> None:
    """A key that was never rotated says so, and so does one whose overlap is over."""
    key = confirmed(maria)
    sentence = "has no overlap to end: only a key that was rotated and still works has one."
    with pytest.raises(Conflict, match=sentence):
        rotation.end_overlap(maria, key.key_id)
    rotation.rotate(maria, key.key_id, Overlap.HOUR)
    clock.advance(hours=1)
    with pytest.raises(Conflict, match=sentence):
        rotation.end_overlap(maria, key.key_id)


def test_an_administrator_deactivates_an_overlapping_key_as_any(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """They rotate none and end no overlap, but what works they can end, with a reason."""
    old = confirmed(maria)
    rotation.rotate(maria, old.key_id, Overlap.WEEK)
    with pytest.raises(Refused, match="separation of duties"):
        rotation.end_overlap(adam, old.key_id)
    assert trail()[-1].outcome is Outcome.REFUSED
    api_keys.deactivate_key(adam, old.key_id, "leaked")
    assert by_id(maria)[old.key_id].deactivated_by == "adam"


def test_a_successor_whose_text_was_lost_is_replaced_itself(clock: Clock, maria: Actor) -> None:
    """Created anew, the family goes on: the third key says that it replaces the second."""
    old = confirmed(maria)
    lost, _ = rotation.rotate(maria, old.key_id, Overlap.DAY)
    anew, _ = api_keys.create_anew(maria, lost.key_id)
    assert anew.replaces == lost.key_id
    assert by_id(maria)[old.key_id].state is KeyState.OVERLAPPING


def test_another_s_key_replaces_none_of_mine(
    clock: Clock, maria: Actor, person: MakePerson
) -> None:
    """Rotating is for the owner alone; the attempt is on record."""
    ben = person("ben")
    old = confirmed(maria)
    with pytest.raises(Refused, match="rotate only your own keys"):
        rotation.rotate(ben, old.key_id, Overlap.DAY)
    assert (trail()[-1].action, trail()[-1].outcome) == (Action.KEY_ROTATE, Outcome.REFUSED)
