"""API keys: created by their owners, deactivated by owners and administrators, never deleted."""

from collections.abc import Sequence
from typing import Any, Final

from keytui.domain import clock, key_text, text
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.domain.states import Status
from keytui.services import policy_rows
from keytui.services.acting import Deed, acting, looking
from keytui.services.key_records import (
    is_working,
    owner_of,
    record,
    select_keys,
)
from keytui.storage.models import ApiKeyRow

NOT_CONFIRMED: Final = "Its text was not confirmed: created anew."
"""The reason on record for a key whose text never arrived."""


def create_key(
    actor: Actor,
    typed_label: str,
    secret: Secret | None = None,
    *,
    expires_at: int | None = None,
) -> tuple[ApiKey, Secret]:
    """Create an API key for the actor's own profile, not confirmed yet.

    Args:
        actor: who creates it, and whose it will be.
        typed_label: what it is for, in their words.
        secret: where to draw the key text; memory of its own by default.
        expires_at: when it ends, in microseconds UTC (see :func:`.policy.end_of`);
            ``None`` for no end.

    Returns:
        Its record, and the key text: the only time and place it exists.

    Raises:
        BadInput: the label does not fit, or the end is not in the future, or beyond the policy.
        Refused: administrators cannot create keys.
    """
    label = text.label(typed_label)
    with acting(actor, Action.KEY_CREATE) as deed:
        # First: whoever may create none is not told to choose another end.
        deed.require(Permission.CREATE_KEY, owner=actor.row_id)
        policy_rows.of(policy_rows.newest()).check(expires_at, clock.now())
        return insert_key(deed, label, secret, expires_at)


def confirm_key(actor: Actor, key_id: int) -> None:
    """Put on record that the actor has the text of a key they created.

    Raises:
        BadInput: there is no such key.
        Refused: it is not the actor's own.
        Conflict: it is deactivated, or confirmed already.
    """
    with acting(actor, Action.KEY_CONFIRM, f"key {key_id}") as deed:
        row = find_key(key_id)
        deed.about = row.owner_id
        deed.require(Permission.CREATE_KEY, owner=deed.about)
        confirmed = (
            ApiKeyRow.update(confirmed_at=clock.now())
            .where(
                (ApiKeyRow.id == key_id)
                & ApiKeyRow.confirmed_at.is_null()
                & ApiKeyRow.deactivated_at.is_null()
            )
            .execute()
        )
        if not confirmed:
            what = "confirmed" if row.deactivated_at is None else "inactive"
            raise Conflict(f"Key {key_id} is {what} already: nothing was changed.")
        deed.record()


def create_anew(actor: Actor, key_id: int, secret: Secret | None = None) -> tuple[ApiKey, Secret]:
    """Deactivate a key whose text never arrived and create another like it, in one step.

    Args:
        actor: whose key it is.
        key_id: the key that is not confirmed.
        secret: where to draw the new key text; memory of its own by default.

    Returns:
        The new key's record, with label and end of the old one (which may be nearer, by today's
        policy), and its text.

    Raises:
        BadInput: there is no such key.
        Refused: it is not the actor's own, or they are an administrator.
        Conflict: it is confirmed, was used, or does not work any more.
    """
    with acting(actor, Action.KEY_DEACTIVATE, f"key {key_id}") as ending:
        row = find_key(key_id)
        ending.about = row.owner_id
        ending.require(Permission.DEACTIVATE_KEY, owner=ending.about)
        ending.require(Permission.CREATE_KEY, owner=ending.about)
        old = read_key(key_id)
        if old.status is not Status.ACTIVE:
            raise Conflict(f"Key {key_id} is inactive already: create a new key instead.")
        if old.confirmed:
            raise Conflict(f"Key {key_id} is confirmed or in use: deactivate it by itself.")
        end_key(ending, key_id, NOT_CONFIRMED)
        ending.record(NOT_CONFIRMED)
        creating = Deed(actor, Action.KEY_CREATE, role=ending.role)
        policy = policy_rows.of(policy_rows.newest())
        end = policy.nearest(row.expires_at, clock.now())
        return insert_key(creating, row.label, secret, end, replaces=key_id)


def list_keys(actor: Actor, whose: str | None = None) -> Sequence[ApiKey]:
    """Return a person's keys, working ones first, then newest first.

    Args:
        actor: who asks.
        whose: the owner's User ID; the actor's own by default.

    Raises:
        BadInput: there is no such person, or nobody is named and the actor is none.
        Refused: they are somebody else's and the actor is no administrator.
    """
    if whose is None and actor.row_id is None:
        raise BadInput("Name the user whose keys you want to see.")
    name = whose or actor.user_id
    with looking(actor, Action.KEY_LIST, name) as deed:
        query = select_keys().where(ApiKeyRow.owner == owner_of(deed, name))
        present = clock.now()
        working_first = is_working(present).desc()
        found = query.order_by(working_first, ApiKeyRow.id.desc()).dicts()
        return [record(row, present) for row in found]


def deactivate_key(actor: Actor, key_id: int, typed_reason: str) -> None:
    """End a key for good, on record with who, when and why.

    Raises:
        BadInput: the reason does not fit, or there is no such key.
        Refused: it is somebody else's and the actor is no administrator.
        Conflict: it is inactive already.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.KEY_DEACTIVATE, f"key {key_id}") as deed:
        _end(deed, key_id, why)


def deactivate_within(deed: Deed, key_id: int, why: str) -> None:
    """End a key by the same rules in another act's transaction, with an event of its own.

    Raises:
        BadInput: there is no such key.
        Refused: it is somebody else's and the actor is no administrator.
        Conflict: it is inactive already.
    """
    _end(Deed(deed.actor, Action.KEY_DEACTIVATE, f"key {key_id}", role=deed.role), key_id, why)


def _end(deed: Deed, key_id: int, why: str) -> None:
    deed.about = find_key(key_id).owner_id
    deed.require(Permission.DEACTIVATE_KEY, owner=deed.about)
    end_key(deed, key_id, why)
    deed.record(why)


def edit_label(actor: Actor, key_id: int, typed_label: str) -> None:
    """Give one of the actor's own keys another label.

    Raises:
        BadInput: the label does not fit, or there is no such key.
        Refused: it is not the actor's own.
        Conflict: it is deactivated: a dead key is evidence.
    """
    label = text.label(typed_label)
    with acting(actor, Action.KEY_EDIT_LABEL, f"key {key_id}") as deed:
        row = find_key(key_id)
        deed.about = row.owner_id
        deed.require(Permission.EDIT_LABEL, owner=deed.about)
        if row.deactivated_at is not None:
            raise Conflict(f"Key {key_id} is inactive: its label stays as evidence.")
        ApiKeyRow.update(label=label, label_folded=text.folded(label)).where(
            ApiKeyRow.id == key_id
        ).execute()
        deed.record(f"from {row.label} to {label}")


def insert_key(
    deed: Deed,
    label: str,
    secret: Secret | None,
    expires_at: int | None,
    *,
    replaces: int | None = None,
) -> tuple[ApiKey, Secret]:
    """Create a key in the transaction of ``deed``, which records it; see :func:`create_key`.

    Args:
        deed: the creating; whoever does it will own the key.
        label: as it fits.
        secret: where to draw the key text; memory of its own by default.
        expires_at: when it ends, in microseconds UTC; ``None`` for no end.
        replaces: the key in whose place it is.

    Raises:
        Refused: administrators cannot create keys.
    """
    actor = deed.actor
    deed.require(Permission.CREATE_KEY, owner=actor.row_id)
    secret = Secret() if secret is None else secret
    key_text.draw(secret)
    row = ApiKeyRow.create(
        owner=actor.row_id,
        created_by=actor.row_id,
        label=label,
        label_folded=text.folded(label),
        scheme=key_text.SCHEME,
        digest=secret.digest(),
        last_four=key_text.last_four(secret),
        created_at=clock.now(),
        expires_at=expires_at,
        replaces=replaces,
    )
    deed.target = f"key {row.id}"
    deed.about = actor.row_id
    deed.record(label)
    return read_key(row.id), secret


def end_key(deed: Deed, key_id: int, why: str) -> None:
    """Deactivate a key in the transaction of ``deed``, which has checked and records it.

    Raises:
        Conflict: it is inactive already.
    """
    # Compare and set: of two people at the same key, one is told.
    ended = (
        ApiKeyRow.update(
            deactivated_at=clock.now(),
            deactivated_by=deed.actor.user_id,
            deactivation_reason=why,
        )
        .where((ApiKeyRow.id == key_id) & ApiKeyRow.deactivated_at.is_null())
        .execute()
    )
    if not ended:
        raise Conflict(f"Key {key_id} is inactive already: nothing was changed.")


def find_key(key_id: int) -> Any:  # noqa: ANN401 - a row; Peewee's own types do not know owner_id
    """Return the row of a key.

    Raises:
        BadInput: there is no such key.
    """
    row = ApiKeyRow.get_or_none(ApiKeyRow.id == key_id)
    if row is None:
        raise BadInput(f"There is no key {key_id}.")
    return row


def read_key(key_id: int) -> ApiKey:
    """Return the record of a key that is there, as it is in the caller's transaction."""
    found = select_keys().where(ApiKeyRow.id == key_id).dicts().get()
    return record(found, clock.now())
