"""SSH keys: added by their owners, removed by owners and administrators, never deleted.

Only public keys. sshd proves that somebody holds the private one; what that is
worth is decided here and in :mod:`keytui.services.sign_in`.
"""

from collections.abc import Sequence
from typing import Any, Final

from keytui.domain import clock, ssh_key, text, user_id
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, SshKey
from keytui.domain.states import Status
from keytui.services import ssh_keygen
from keytui.services.acting import Deed, acting, looking
from keytui.services.key_records import owner_of
from keytui.storage.models import SshKeyRow, UserRow

MOST_KEYS: Final = 20
"""SSH keys of one person at a time: more than anybody has devices, and a list to oversee."""


def add_key(actor: Actor, pasted: str, typed_label: str = "", whose: str | None = None) -> SshKey:
    """Let somebody sign in with another SSH key. Takes some milliseconds, 3 s at most.

    Args:
        actor: who adds it.
        pasted: the public key: the one line of a ``.pub`` file.
        typed_label: what it is called; by default its comment, else its type.
        whose: whom it lets in; by default the actor. For others only the account that
            owns the database adds one: without a first key nobody comes in over SSH.

    Returns:
        Its record.

    Raises:
        BadInput: it is no public key of a kind that may sign in, or the label does not fit.
        Refused: it is somebody else's, the person has the most there can be, or they
            are neither the actor nor the actor the account that owns the database.
        Conflict: the person has it already, or is inactive.
    """
    key = ssh_key.parse(pasted)
    label = text.label(typed_label) if typed_label.strip() else key.label
    bits, fingerprint = ssh_keygen.look_at(key)
    ssh_key.check_strength(key.type, bits)
    with acting(actor, Action.SSH_KEY_ADD, whose or actor.user_id) as deed:
        owner = actor.row_id if whose is None else _person(whose)
        deed.about = owner
        if whose is None or actor.row_id is not None:
            deed.require(Permission.ADD_SSH_KEY, owner=owner)
        _must_be_new(owner, fingerprint)
        row = SshKeyRow.create(
            owner=owner,
            type=key.type,
            body=key.body,
            fingerprint=fingerprint,
            label=label,
            added_at=clock.now(),
        )
        deed.target = _name(row.id)
        deed.record(f"{fingerprint} {label}")
        return _get(row.id)


def list_keys(actor: Actor, whose: str | None = None, containing: str = "") -> Sequence[SshKey]:
    """Return a person's SSH keys, removed ones last, then newest first.

    Args:
        actor: who asks.
        whose: the owner's User ID; the actor's own by default.
        containing: only keys with this text in label, type, fingerprint or number;
            ``%`` and ``_`` mean themselves.

    Raises:
        BadInput: there is no such person, or nobody is named and the actor is none.
        Refused: they are somebody else's and the actor is no administrator.
    """
    if whose is None and actor.row_id is None:
        raise BadInput("Name the user whose SSH keys you want to see.")
    name = whose or actor.user_id
    with looking(actor, Action.SSH_KEY_LIST, name) as deed:
        owner = owner_of(deed, name, Permission.VIEW_SSH_KEYS)
        query = _select().where(SshKeyRow.owner == owner)
        if containing:
            wanted = text.harmless(containing)
            query = query.where(
                SshKeyRow.label.contains(wanted)
                | SshKeyRow.type.contains(wanted)
                | SshKeyRow.fingerprint.contains(wanted)
                | SshKeyRow.id.cast("TEXT").contains(wanted)
            )
        there_first = SshKeyRow.removed_at.is_null().desc()
        return [SshKey(**row) for row in query.order_by(there_first, SshKeyRow.id.desc()).dicts()]


def edit_label(actor: Actor, ssh_key_id: int, typed_label: str) -> None:
    """Give one of the actor's own SSH keys another label.

    Raises:
        BadInput: the label does not fit, or there is no such key.
        Refused: it is not the actor's own.
        Conflict: it is removed.
    """
    label = text.label(typed_label)
    with acting(actor, Action.SSH_KEY_EDIT_LABEL, _name(ssh_key_id)) as deed:
        row = _find(ssh_key_id)
        deed.about = row.owner_id
        deed.require(Permission.ADD_SSH_KEY, owner=deed.about)
        changed = SshKeyRow.update(label=label).where(_is_there(ssh_key_id)).execute()
        if not changed:
            raise Conflict(f"{_name(ssh_key_id)} is removed: its label stays as evidence.")
        deed.record(f"from {row.label} to {label}")


def remove_key(actor: Actor, ssh_key_id: int, typed_reason: str) -> None:
    """End an SSH key: it lets nobody in any more, and whoever came with it is stopped.

    Raises:
        BadInput: the reason does not fit, or there is no such key.
        Refused: it is somebody else's and the actor is no administrator.
        Conflict: it is removed already.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.SSH_KEY_REMOVE, _name(ssh_key_id)) as deed:
        row = _find(ssh_key_id)
        deed.about = row.owner_id
        deed.require(Permission.REMOVE_SSH_KEY, owner=deed.about)
        if not _remove(deed, row, why):
            raise Conflict(f"{_name(ssh_key_id)} is removed already: nothing was changed.")


def remove_all(leaving: Deed, owner: Any, why: str) -> None:  # noqa: ANN401 - as of _find
    """Remove all SSH keys of somebody who is deactivated, in that act's transaction."""
    theirs = (SshKeyRow.owner == owner.id) & SshKeyRow.removed_at.is_null()
    for row in list(SshKeyRow.select().where(theirs).order_by(SshKeyRow.id)):
        _remove(Deed(leaving.actor, Action.SSH_KEY_REMOVE, _name(row.id), owner.id), row, why)


def _remove(deed: Deed, row: Any, why: str) -> bool:  # noqa: ANN401 - as of _find
    # Compare and set: of two people at the same key, one is told.
    removed = (
        SshKeyRow.update(removed_at=clock.now(), removed_by=deed.actor.user_id)
        .where(_is_there(row.id))
        .execute()
    )
    if removed:
        deed.record(f"{row.fingerprint} {row.label}: {why}")
    return bool(removed)


def _person(name: str) -> int:
    row = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
    if row is None:
        raise BadInput(f"There is no user {text.harmless(name)[: user_id.MAX_LENGTH]}.")
    if row.status != Status.ACTIVE:
        raise Conflict(f"{row.user_id} is inactive: no SSH key lets them in.")
    return int(row.id)


def _must_be_new(owner: int | None, fingerprint: str) -> None:
    there = SshKeyRow.removed_at.is_null()
    same: Any = SshKeyRow.get_or_none((SshKeyRow.fingerprint == fingerprint) & there)
    if same is not None and same.owner_id == owner:
        raise Conflict("This SSH key is added already: nothing was changed.")
    if same is not None:
        raise Refused("This SSH key is another person's: make one of your own with ssh-keygen.")
    if SshKeyRow.select().where((SshKeyRow.owner == owner) & there).count() >= MOST_KEYS:
        raise Refused(f"{MOST_KEYS} SSH keys are the most a person can have: remove one first.")


def _is_there(ssh_key_id: int) -> Any:  # noqa: ANN401 - a Peewee expression has no useful type
    return (SshKeyRow.id == ssh_key_id) & SshKeyRow.removed_at.is_null()


def _find(ssh_key_id: int) -> Any:  # noqa: ANN401 - a row; Peewee's own types do not know owner_id
    row = SshKeyRow.get_or_none(SshKeyRow.id == ssh_key_id)
    if row is None:
        raise BadInput(f"There is no {_name(ssh_key_id)}.")
    return row


def _get(ssh_key_id: int) -> SshKey:
    return SshKey(**_select().where(SshKeyRow.id == ssh_key_id).dicts().get())


def _select() -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    return SshKeyRow.select(
        SshKeyRow.id.alias("ssh_key_id"),
        UserRow.user_id,
        SshKeyRow.type,
        SshKeyRow.fingerprint,
        SshKeyRow.label,
        SshKeyRow.added_at,
        SshKeyRow.last_used_at,
        SshKeyRow.removed_at,
        SshKeyRow.removed_by,
    ).join(UserRow, on=(SshKeyRow.owner == UserRow.id))


def _name(ssh_key_id: int) -> str:
    return f"SSH key {ssh_key_id}"
