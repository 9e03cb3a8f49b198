"""What a person is told at once when they sign in: of their sign-in, their SSH keys, their API keys."""

from typing import Final

from keytui.domain import clock
from keytui.domain.text import counted
from keytui.services import attempts, expiring, late_uses
from keytui.storage.models import SshKeyRow, UserRow

_MOST: Final = 3
"""So many changes of SSH keys are told one by one; more would fill the screen."""


def at_sign_in(row: UserRow) -> tuple[str, ...]:
    """Return what a person who comes in must know, a sentence each; call it in that transaction."""
    notices = []
    if row.reset_at is not None:
        notices.append(f"Your sign-in was reset by {row.reset_by} on {clock.exact(row.reset_at)}.")
    since = row.last_sign_in_at or row.created_at
    notices += _ssh_key_notices(row, since)
    notices += late_uses.notices(row, since)
    failures = attempts.failures_since(row.user_id, since)
    if failures:
        attempts_made = counted(failures, "failed sign-in attempt")
        notices.append(f"{attempts_made} since your last sign-in: press 3 for Audit.")
    notices += expiring.notices(row.id, clock.now())
    return tuple(notices)


def _ssh_key_notices(row: UserRow, since: int) -> list[str]:
    theirs = SshKeyRow.select().where(SshKeyRow.owner == row.id).order_by(SshKeyRow.id)
    notices = [
        f"An SSH key was added on {clock.exact(key.added_at)} ({key.fingerprint})."
        for key in theirs.where(SshKeyRow.added_at > since)
    ] + [
        f"An SSH key was removed by {key.removed_by} on {clock.exact(key.removed_at)} "
        f"({key.fingerprint})."
        for key in theirs.where(SshKeyRow.removed_at > since)
    ]
    if len(notices) <= _MOST:
        return notices
    return [f"{len(notices)} times an SSH key was added or removed: press 3 for Audit."]
