"""Rotation: another key in place of one, which goes on working for the overlap that its owner chose.

The new key is the old one's successor, on record for good: same label, same length of
life, a key text of its own. Use of the old key after its end never touches the new one.
"""

from typing import Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.errors import Conflict
from keytui.domain.overlap import Overlap
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.domain.states import KeyState
from keytui.services import policy_rows
from keytui.services.acting import Deed, acting
from keytui.services.api_keys import end_key, find_key, insert_key, read_key
from keytui.storage.models import ApiKeyRow

ROTATED: Final = "rotated"
"""The reason on record for a key that ended because another replaces it."""


def rotate(
    actor: Actor, key_id: int, overlap: Overlap, secret: Secret | None = None
) -> tuple[ApiKey, Secret]:
    """Create a key in place of one of the actor's own, in one step with the end of the old.

    Args:
        actor: whose key it is.
        key_id: the old key. It works until the overlap is over, and never past its own end.
        overlap: how long.
        secret: where to draw the new key text; memory of its own by default.

    Returns:
        The new key's record, not confirmed yet, and its text: the only time and place it
        exists. Its label is the old one's, and so is the length of its life, from now, as far
        as today's policy allows.

    Raises:
        BadInput: there is no such key.
        Refused: it is not the actor's own, or they are an administrator.
        Conflict: :func:`no_rotation` says why.
    """
    with acting(actor, Action.KEY_ROTATE, f"key {key_id}") as deed:
        row = find_key(key_id)
        deed.about = row.owner_id
        deed.require(Permission.ROTATE_KEY, owner=deed.about)
        old = read_key(key_id)
        why_not = no_rotation(old)
        if why_not:
            raise Conflict(why_not)
        life = None if old.expires_at is None else old.expires_at - old.created_at
        present = clock.now()
        end = policy_rows.of(policy_rows.newest()).nearest(
            None if life is None else present + life, present
        )
        new, secret = insert_key(
            Deed(actor, Action.KEY_CREATE, role=deed.role),
            row.label,
            secret,
            end,
            replaces=key_id,
        )
        if overlap is Overlap.NONE:
            end_key(deed, key_id, ROTATED)
            ending = Deed(actor, Action.KEY_DEACTIVATE, deed.target, deed.about, deed.role)
            ending.record(ROTATED)
            until = "ended at once"
        else:
            end = new.created_at + overlap.length
            end = end if old.expires_at is None else min(end, old.expires_at)
            ApiKeyRow.update(expires_at=end).where(ApiKeyRow.id == key_id).execute()
            until = f"works until {clock.iso(end)}"
        deed.record(f"key {new.key_id} replaces key {key_id}, which {until}")
        return new, secret


def end_overlap(actor: Actor, key_id: int) -> None:
    """Deactivate an overlapping key of the actor's own before its overlap is over.

    Raises:
        BadInput: there is no such key.
        Refused: it is not the actor's own, or they are an administrator.
        Conflict: :func:`no_overlap` says why.
    """
    with acting(actor, Action.KEY_DEACTIVATE, f"key {key_id}") as deed:
        deed.about = find_key(key_id).owner_id
        deed.require(Permission.ROTATE_KEY, owner=deed.about)
        why_not = no_overlap(read_key(key_id))
        if why_not:
            raise Conflict(why_not)
        end_key(deed, key_id, ROTATED)
        deed.record(ROTATED)


def no_rotation(key: ApiKey) -> str | None:
    """Return why a key cannot be rotated, as a sentence; ``None`` where it can."""
    if key.replaced_by is not None:
        return f"Key {key.key_id} is replaced by key {key.replaced_by} already: rotate that one."
    if key.state is KeyState.EXPIRED:
        return f"Key {key.key_id} has expired: create a new key instead."
    if not key.state.works:
        return f"Key {key.key_id} is inactive: create a new key instead."
    if not key.confirmed:
        return f"Key {key.key_id} is not confirmed: deactivate it and create it anew instead."
    return None


def no_overlap(key: ApiKey) -> str | None:
    """Return why a key has no overlap to end, as a sentence; ``None`` where it has one."""
    if key.state is KeyState.OVERLAPPING:
        return None
    return (
        f"Key {key.key_id} has no overlap to end: "
        "only a key that was rotated and still works has one."
    )
