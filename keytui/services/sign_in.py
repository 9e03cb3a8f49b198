"""Signing in and out: who somebody is, proved by a password, a one-time code or an SSH key.

Every function that checks a password takes 100-200 ms, whatever the answer.
A wrong User ID, a wrong password and an inactive person get the same words.
"""

from dataclasses import dataclass, replace

from keytui.domain import clock, passwords, sign_in_code, user_id
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import SignInFailed
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.states import Status
from keytui.domain.text import harmless
from keytui.services import attempts, late_uses, notices, recording
from keytui.services.acting import acting, looking
from keytui.services.attempts import Attempt
from keytui.storage.database import transaction
from keytui.storage.models import SshKeyRow, UserRow

_WRONG = "Wrong User ID, password or sign-in code."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person is in.

    Attributes:
        actor: who they are from now on.
        previous_at: when they signed in before this, in microseconds UTC.
        previous_from: from where.
        notices: what they must know at once, a sentence each.
    """

    actor: Actor
    previous_at: int | None
    previous_from: str | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasswordNeeded:
    """The one-time code is right: choose a password with it now."""

    user_id: str


def sign_in(typed_id: str, secret: str, origin: str) -> SignedIn | PasswordNeeded:
    """Check a User ID with a password or a one-time sign-in code.

    Args:
        typed_id: as typed, in whatever case.
        secret: the password or the code.
        origin: where the person sits.

    Raises:
        SignInFailed: wrong, or the code has expired; recorded.
        TooManyAttempts: not looked at; recorded.
    """
    attempt = attempts.begin(typed_id, origin, Action.USER_SIGN_IN)
    row = attempt.row
    kept = row.password_hash if row else None
    # Whoever it is and whatever was typed: one Argon2 verification, no less, no more.
    right = passwords.verify(secret, kept)
    if row is not None and _code_matches(row, secret):
        return _code_accepted(attempt, row)
    if row is None or kept is None or not right:
        raise attempt.failed(_WRONG)
    fresh = passwords.hash_password(secret) if passwords.needs_rehash(kept) else None
    with transaction():
        attempt.succeed()
        return _enter(row, origin, "with password", fresh)


def by_ssh_key(name: str, fingerprint: str, origin: str) -> SignedIn:
    """Let a person in whose SSH key sshd has checked: for the forced command alone.

    Args:
        name: their User ID, as ``keytui ssh authorized-keys`` told sshd.
        fingerprint: the key's, as it told sshd; it stands in every event of this sign-in.
        origin: where the person sits.

    Raises:
        SignInFailed: they are inactive, or have no such key any more; recorded.
    """
    with transaction():
        row = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
        key = _ssh_key(row, fingerprint)
        if row is not None and key is not None:
            SshKeyRow.update(last_used_at=clock.now()).where(SshKeyRow.id == key.id).execute()
            return _enter(row, origin, "with an SSH key", key=key)
        recording.append(
            None,
            Action.USER_SIGN_IN,
            Outcome.REFUSED,
            target=row.user_id if row else "",
            about=row.id if row else None,
            detail="with an SSH key",
            origin=f"{origin} {fingerprint}",
        )
    raise SignInFailed("This SSH key lets nobody in any more: ask an administrator.")


def by_unix_account(name: str, origin: str) -> SignedIn:
    """Let the person in whose User ID is the name of a Unix account that sudo has proved.

    Args:
        name: the account's.
        origin: where the person sits.

    Raises:
        SignInFailed: nobody active has this User ID; recorded.
    """
    with transaction():
        row = UserRow.get_or_none(UserRow.user_id == user_id.folded(name))
        if row is not None and row.user_id == name and row.status == Status.ACTIVE:
            return _enter(row, origin, "with a Unix account")
        recording.append(
            None,
            Action.USER_SIGN_IN,
            Outcome.REFUSED,
            target=name,
            about=row.id if row else None,
            detail="with a Unix account",
            origin=origin,
        )
    raise SignInFailed(
        f"There is no active user {harmless(name)[: user_id.MAX_LENGTH]}: ask an administrator."
    )


def choose_password(user_id: str, code: str, password: str, origin: str) -> SignedIn:
    """Use up a one-time code: the person's password is ``password`` from now on.

    Raises:
        BadInput: the password does not fit; the code stays good.
        SignInFailed: the code is wrong, used or expired; recorded.
        TooManyAttempts: not looked at; recorded.
    """
    passwords.check(password, user_id)
    attempt = attempts.begin(user_id, origin, Action.USER_CHOOSE_PASSWORD)
    row = attempt.row
    if row is None or not _code_matches(row, code):
        raise attempt.failed(_WRONG)
    hashed = passwords.hash_password(password)
    with transaction():
        # Compare and set: of two people with the same code, one is let in.
        used = (
            UserRow.update(password_hash=hashed, code_digest=None, code_expires_at=None)
            .where(
                (UserRow.id == row.id)
                & (UserRow.code_digest == sign_in_code.digest(code))
                & (UserRow.code_expires_at > clock.now())
            )
            .execute()
        )
        if used:
            attempt.succeed()
            attempt.record(Outcome.DONE, "with a sign-in code")
            return _enter(row, origin, "with a sign-in code")
    raise attempt.failed(_WRONG)


def change_password(actor: Actor, old: str, new: str) -> Actor:
    """Change the actor's own password; their other sign-ins end.

    Returns:
        The actor under the new sign-in series.

    Raises:
        BadInput: the new password does not fit.
        SignInFailed: the old password is wrong; recorded.
        TooManyAttempts: not looked at; recorded.
    """
    passwords.check(new, actor.user_id)
    unlock(actor, old)
    hashed = passwords.hash_password(new)
    with acting(actor, Action.USER_CHANGE_PASSWORD, actor.user_id) as deed:
        row = UserRow.get_by_id(actor.row_id)
        row.password_hash = hashed
        row.epoch += 1
        row.save()
        deed.record()
        return replace(_actor(row, actor.origin), ssh_key_id=actor.ssh_key_id)


def unlock(actor: Actor, password: str) -> None:
    """Check that whoever sits there is still the actor.

    Raises:
        SignInFailed: wrong password; recorded.
        TooManyAttempts: not looked at; recorded.
        SignedOut: the sign-in is no longer good.
    """
    attempt = attempts.begin(actor.user_id, actor.origin, Action.USER_UNLOCK)
    row = attempt.row
    right = passwords.verify(password, row.password_hash if row else None)
    if not right:
        with looking(actor, Action.USER_UNLOCK, actor.user_id):
            pass  # somebody whose sign-in has ended is told that, not that the password is wrong
        raise attempt.failed("Wrong password.")
    with acting(actor, Action.USER_UNLOCK, actor.user_id) as deed:
        attempt.succeed()
        deed.record()


def sign_out(actor: Actor) -> None:
    """End this sign-in; the person's others go on.

    Raises:
        SignedOut: it had ended already.
    """
    with acting(actor, Action.USER_SIGN_OUT, actor.user_id) as deed:
        deed.record()


def _code_matches(row: UserRow, presented: str) -> bool:
    # Digests of 120 random bits: how long comparing them takes tells nothing.
    return row.code_digest is not None and bytes(row.code_digest) == sign_in_code.digest(presented)


def _code_accepted(attempt: Attempt, row: UserRow) -> PasswordNeeded:
    if row.code_expires_at is not None and row.code_expires_at > clock.now():
        with transaction():
            attempt.withdraw()
        return PasswordNeeded(row.user_id)
    with transaction():
        attempt.withdraw()
        attempt.record(Outcome.REFUSED, "the sign-in code has expired")
    raise SignInFailed("This sign-in code has expired: ask an administrator for a new one.")


def _ssh_key(row: UserRow | None, fingerprint: str) -> SshKeyRow | None:
    if row is None or row.status != Status.ACTIVE:
        return None
    theirs = (SshKeyRow.owner == row.id) & (SshKeyRow.fingerprint == harmless(fingerprint))
    return SshKeyRow.get_or_none(theirs & SshKeyRow.removed_at.is_null())


def _enter(
    proved: UserRow,
    origin: str,
    how: str,
    fresh_hash: str | None = None,
    key: SshKeyRow | None = None,
) -> SignedIn:
    """Let a proved person in, unless they were deactivated or reset since the proof."""
    row = UserRow.get_by_id(proved.id)
    if row.status != Status.ACTIVE or row.epoch != proved.epoch:
        raise SignInFailed(_WRONG)
    previous_at, previous_from = row.last_sign_in_at, row.last_sign_in_from
    told = notices.at_sign_in(row)
    late_uses.put_on_record()
    row.last_sign_in_at = clock.now()
    row.last_sign_in_from = harmless(origin)
    row.reset_at = None
    row.reset_by = None
    if fresh_hash is not None:
        row.password_hash = fresh_hash
    row.save()
    actor = _actor(row, origin)
    if key is not None:
        actor = replace(actor, origin=f"{origin} {key.fingerprint}", ssh_key_id=key.id)
    recording.append(
        actor, Action.USER_SIGN_IN, Outcome.DONE, target=row.user_id, about=row.id, detail=how
    )
    return SignedIn(actor, previous_at, previous_from, told)


def _actor(row: UserRow, origin: str) -> Actor:
    return Actor(row.id, row.user_id, Role(row.role), row.epoch, origin)
