"""API keys: created by their owners, deactivated by owners and administrators, never deleted."""

from collections.abc import Sequence

from keytui.domain import clock, key_text, text, user_id
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.services.acting import acting, looking
from keytui.services.key_records import is_working, record, select_keys
from keytui.storage.models import ApiKeyRow, UserRow


def create_key(
    actor: Actor, typed_label: str, *, expires_at: int | None = None
) -> tuple[ApiKey, Secret]:
    """Create an API key for the actor's own profile.

    Args:
        actor: who creates it, and whose it will be.
        typed_label: what it is for, in their words.
        expires_at: when it ends, in microseconds UTC; ``None`` for no end.

    Returns:
        Its record, and the key text: the only time and place it exists.

    Raises:
        BadInput: the label does not fit, or the end is not in the future.
        Refused: administrators cannot create keys.
    """
    label = text.label(typed_label)
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("A key must end in the future: choose a later end.")
    with acting(actor, Action.KEY_CREATE) as deed:
        deed.require(Permission.CREATE_KEY, owner=actor.row_id)
        secret = key_text.generate()
        row = ApiKeyRow.create(
            owner=actor.row_id,
            created_by=actor.row_id,
            label=label,
            scheme=key_text.SCHEME,
            digest=secret.digest(),
            last_four=key_text.last_four(secret),
            created_at=clock.now(),
            expires_at=expires_at,
        )
        deed.target = f"key {row.id}"
        deed.about = actor.row_id
        deed.record(label)
        return _get(row.id), secret


def list_keys(actor: Actor, whose: str | None = None, containing: str = "") -> Sequence[ApiKey]:
    """Return a person's keys, working ones first, then newest first.

    Args:
        actor: who asks.
        whose: the owner's User ID; the actor's own by default.
        containing: only keys with this text in label, last four or number;
            ``%`` and ``_`` mean themselves.

    Raises:
        BadInput: there is no such person, or nobody is named and the actor is none.
        Refused: they are somebody else's and the actor is no administrator.
    """
    if whose is None and actor.row_id is None:
        raise BadInput("Name the user whose keys you want to see.")
    name = whose or actor.user_id
    with looking(actor, Action.KEY_LIST, name) as deed:
        owner = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
        deed.about = owner.id if owner else None
        deed.require(Permission.VIEW_KEYS, owner=deed.about)
        if owner is None:
            raise BadInput(f"There is no user {text.harmless(name)[:64]}.")
        query = select_keys().where(ApiKeyRow.owner == owner.id)
        if containing:
            query = query.where(
                ApiKeyRow.label.contains(text.harmless(containing))
                | ApiKeyRow.last_four.contains(text.harmless(containing))
                | ApiKeyRow.id.cast("TEXT").contains(text.harmless(containing))
            )
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
        deed.about = _owner(key_id)
        deed.require(Permission.DEACTIVATE_KEY, owner=deed.about)
        # Compare and set: of two people at the same key, one is told.
        ended = (
            ApiKeyRow.update(
                deactivated_at=clock.now(),
                deactivated_by=actor.user_id,
                deactivation_reason=why,
            )
            .where((ApiKeyRow.id == key_id) & ApiKeyRow.deactivated_at.is_null())
            .execute()
        )
        if not ended:
            raise Conflict(f"Key {key_id} is inactive already: nothing was changed.")
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
        deed.about = _owner(key_id)
        deed.require(Permission.EDIT_LABEL, owner=deed.about)
        row = ApiKeyRow.get_by_id(key_id)
        if row.deactivated_at is not None:
            raise Conflict(f"Key {key_id} is inactive: its label stays as evidence.")
        ApiKeyRow.update(label=label).where(ApiKeyRow.id == key_id).execute()
        deed.record(f"from {row.label} to {label}")


def _owner(key_id: int) -> int:
    row = ApiKeyRow.get_or_none(ApiKeyRow.id == key_id)
    if row is None:
        raise BadInput(f"There is no key {key_id}.")
    return int(row.owner.id)


def _get(key_id: int) -> ApiKey:
    found = select_keys().where(ApiKeyRow.id == key_id).dicts().get()
    return record(found, clock.now())
