"""Managing users: what administrators do, and how the first of them comes to be."""

from collections.abc import Sequence
from typing import Final

from keytui.domain import clock, passwords, sign_in_code, text, user_id
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.permissions import Permission, Role
from keytui.domain.records import Actor, User
from keytui.domain.secret import Secret
from keytui.domain.states import Status
from keytui.services import recording, ssh_keys
from keytui.services.acting import Deed, acting, looking
from keytui.services.key_records import is_working
from keytui.services.user_records import record, select_users
from keytui.storage.database import reading, transaction
from keytui.storage.models import ApiKeyRow, UserRow

PROMOTED: Final = "Owner became an administrator: administrators hold no keys."
"""The reason on record for keys that a promotion deactivates."""


def administrator_exists() -> bool:
    """Tell whether there is an administrator, so that nobody is offered to become the first."""
    with reading():
        return UserRow.select().where(UserRow.role == Role.ADMINISTRATOR).exists()


def create_first_administrator(typed_id: str, password: str, origin: str) -> None:
    """Create the one administrator whom nobody had to add. Takes 100-200 ms.

    Raises:
        BadInput: User ID or password does not fit.
        Conflict: there already is an administrator.
    """
    name = user_id.parse(typed_id)
    passwords.check(password, name)
    hashed = passwords.hash_password(password)
    with transaction():
        if UserRow.select().where(UserRow.role == Role.ADMINISTRATOR).exists():
            raise Conflict("There already is an administrator: sign in, or ask them.")
        _must_be_new(name)
        row = UserRow.create(
            user_id=name,
            role=Role.ADMINISTRATOR,
            password_hash=hashed,
            created_at=clock.now(),
        )
        recording.append(
            None,
            Action.USER_CREATE,
            Outcome.DONE,
            target=name,
            about=row.id,
            detail="first administrator",
            origin=origin,
        )


def add_user(actor: Actor, typed_id: str, role: Role, code: Secret | None = None) -> Secret:
    """Add a person, who will choose a password with a one-time sign-in code.

    Args:
        actor: who adds them.
        typed_id: their User ID.
        role: their role.
        code: where to draw the code; memory of its own by default.

    Returns:
        The code: the only time and place it exists.

    Raises:
        BadInput: the User ID does not fit or is taken.
        Refused: the actor is no administrator.
    """
    name = user_id.parse(typed_id)
    code = _drawn(code)
    with acting(actor, Action.USER_CREATE, name) as deed:
        deed.require(Permission.MANAGE_USERS)
        _must_be_new(name)
        present = clock.now()
        row = UserRow.create(
            user_id=name,
            role=role,
            created_at=present,
            code_digest=sign_in_code.digest_of_drawn(code),
            code_expires_at=present + sign_in_code.LIFETIME,
        )
        deed.about = row.id
        deed.record(f"as {role}")
    return code


def list_users(actor: Actor) -> Sequence[User]:
    """Return the people, by User ID, with what Manage Users shows of each.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.USER_LIST) as deed:
        deed.require(Permission.MANAGE_USERS)
        return [record(row) for row in select_users().order_by(UserRow.user_id).dicts()]


def reset_sign_in(actor: Actor, name: str, code: Secret | None = None) -> Secret:
    """End a person's sign-ins and password; return the one-time code for choosing a new one.

    They are told at their next sign-in who did it and when.

    Args:
        actor: who does it.
        name: whose sign-in.
        code: where to draw the code; memory of its own by default.

    Raises:
        Refused: the actor is no administrator, or it is the actor themselves.
        Conflict: the person is inactive.
    """
    code = _drawn(code)
    with acting(actor, Action.USER_RESET_SIGN_IN, name) as deed:
        deed.require(Permission.MANAGE_USERS)
        row = _find(name)
        deed.target, deed.about = row.user_id, row.id
        if row.id == actor.row_id:
            raise Refused("You cannot reset your own sign-in: use Change password.")
        _must_be_active(row)
        present = clock.now()
        row.password_hash = None
        row.code_digest = sign_in_code.digest_of_drawn(code)
        row.code_expires_at = present + sign_in_code.LIFETIME
        row.reset_at = present
        row.reset_by = actor.user_id
        row.epoch += 1
        row.save()
        deed.record()
    return code


def set_role(actor: Actor, name: str, role: Role, *, active_keys: int) -> None:
    """Make a person a user or an administrator; their sign-ins end.

    A promotion deactivates the keys the person holds, because an administrator
    holds none. The caller has said how many those are.

    Args:
        actor: who does it.
        name: whose role.
        role: the new one.
        active_keys: how many keys the actor was told will be deactivated.

    Raises:
        Refused: the actor is no administrator, or the last active
            administrator would be demoted.
        Conflict: the person is inactive, has that role already, or holds
            another number of active keys by now.
    """
    with acting(actor, Action.USER_CHANGE_ROLE, name) as deed:
        deed.require(Permission.MANAGE_USERS)
        row = _find(name)
        deed.target, deed.about = row.user_id, row.id
        _must_be_active(row)
        if row.role == role:
            raise Conflict(f"{row.user_id} is already {role.with_article}: nothing was changed.")
        detail = f"to {role}"
        if role is Role.ADMINISTRATOR:
            ended = _deactivate_keys(row.id, actor.user_id)
            if ended != active_keys:
                raise Conflict(
                    f"{row.user_id} now holds {ended} active keys, not {active_keys}: look again, "
                    "and say the right number if they shall end."
                )
            detail += f"; {ended} keys deactivated"
        else:
            _must_not_be_last(row, "demoted")
        row.role = role
        row.epoch += 1
        row.save()
        deed.record(detail)


def deactivate_user(actor: Actor, name: str, typed_reason: str) -> None:
    """End a person's access for good: their sign-ins, keys and SSH keys stop at once.

    Raises:
        BadInput: the reason does not fit.
        Refused: the actor is no administrator, it is the actor themselves, or
            it is the last active administrator.
        Conflict: the person is inactive already.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.USER_DEACTIVATE, name) as deed:
        row = leaver(deed, name)
        _must_be_active(row)
        end_access(deed, row, why)
        deed.record(why)
        ssh_keys.remove_all(deed, row, why)


def leaver(deed: Deed, name: str) -> UserRow:
    """Return the person whose access the actor wants to end.

    Raises:
        BadInput: there is no such person.
        Refused: the actor is no administrator.
    """
    deed.require(Permission.MANAGE_USERS)
    row = _find(name)
    deed.target, deed.about = row.user_id, row.id
    return row


def end_access(deed: Deed, row: UserRow, why: str) -> None:
    """End an active person's sign-ins, password and sign-in code, in the transaction of ``deed``.

    Raises:
        Refused: it is the actor themselves, or the last active administrator.
    """
    _must_not_be_last(row, "deactivated")
    if row.id == deed.actor.row_id:
        raise Refused("You cannot deactivate yourself: ask another administrator.")
    row.status = Status.INACTIVE
    row.epoch += 1
    row.password_hash = None
    row.code_digest = None
    row.code_expires_at = None
    row.deactivated_at = clock.now()
    row.deactivated_by = deed.actor.user_id
    row.deactivation_reason = why
    row.save()


def _find(name: str) -> UserRow:
    row = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
    if row is None:
        raise BadInput(f"There is no user {text.harmless(name)[: user_id.MAX_LENGTH]}.")
    return row


def _must_be_active(row: UserRow) -> None:
    if row.status != Status.ACTIVE:
        raise Conflict(f"{row.user_id} is inactive already: nothing was changed.")


def _must_not_be_last(row: UserRow, what: str) -> None:
    others = UserRow.select().where(
        (UserRow.role == Role.ADMINISTRATOR)
        & (UserRow.status == Status.ACTIVE)
        & (UserRow.id != row.id)
    )
    if row.role == Role.ADMINISTRATOR and not others.exists():
        raise Refused(f"The last active administrator cannot be {what}: add another first.")


def _deactivate_keys(owner: int, by: str) -> int:
    """Deactivate a person's keys, expired ones too; return how many of them worked."""
    present = clock.now()
    theirs = ApiKeyRow.owner == owner
    working = ApiKeyRow.select().where(theirs & is_working(present)).count()
    ApiKeyRow.update(deactivated_at=present, deactivated_by=by, deactivation_reason=PROMOTED).where(
        theirs & ApiKeyRow.deactivated_at.is_null()
    ).execute()
    return working


def _drawn(code: Secret | None) -> Secret:
    code = Secret() if code is None else code
    sign_in_code.draw(code)
    return code


def _must_be_new(name: str) -> None:
    if UserRow.select().where(UserRow.user_id == name).exists():
        raise BadInput(f"The User ID {name} is taken, and is never used again: choose another.")
