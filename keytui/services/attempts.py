"""Guessing is slowed down, per person and per origin, and no lock is for good.

An attempt counts from before it is looked at, as if it had failed; a success
takes it back. So a hundred guesses at one instant get no further than one after
the other. After the free ones the wait doubles from 1 s to 30 s and stays there:
a lock without an end would let anybody lock anybody out, and NIST SP 800-63B-4
§3.2.2 asks for a limit, not for a lock.

Whoever guesses from elsewhere must not keep the real person out either: from an
origin where they signed in before, only the attempts from there count.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from peewee import Expression

from keytui.domain import clock, user_id
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import HOUR, MINUTE, SECOND
from keytui.domain.errors import SignInFailed, TooManyAttempts
from keytui.domain.text import harmless
from keytui.services import recording
from keytui.storage.database import transaction
from keytui.storage.models import AuditEventRow, SignInAttemptRow, UserRow

FREE_PER_PERSON: Final = 3
FREE_PER_ORIGIN: Final = 10
LONGEST_WAIT: Final = 30
"""In seconds."""

_PERSON_MEMORY: Final = 24 * HOUR
_ORIGIN_MEMORY: Final = 15 * MINUTE
_GUESSES: Final = (Action.USER_SIGN_IN, Action.USER_UNLOCK, Action.USER_CHOOSE_PASSWORD)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who is not signed in yet tries to prove who they are.

    Attributes:
        action: what they try.
        target: whose name they gave, as the audit trail may hold it.
        row: the person of that name, if there is one.
        origin: from where they try.
        number: the row by which it is counted; ``None`` where it was not looked at.
    """

    action: Action
    target: str
    row: UserRow | None
    origin: str
    number: int | None = None

    def record(self, outcome: Outcome, detail: str = "") -> None:
        """Write how it ended, in the transaction of what follows from it."""
        recording.append(
            None,
            self.action,
            outcome,
            target=self.target,
            about=self.row.id if self.row else None,
            detail=detail,
            origin=self.origin,
        )

    def withdraw(self) -> None:
        """Count it no longer, in the transaction of what follows: it was no guess."""
        SignInAttemptRow.delete().where(SignInAttemptRow.id == self.number).execute()

    def succeed(self) -> None:
        """Forgive the person what failed before, in the transaction that lets them in."""
        self.withdraw()
        SignInAttemptRow.update(forgiven=1).where(SignInAttemptRow.target == self.target).execute()

    def failed(self, words: str) -> SignInFailed:
        """Record that it failed, and return the error that says ``words``."""
        with transaction():
            self.record(Outcome.FAILED)
        return SignInFailed(words)


def begin(typed_id: str, origin: str, action: Action) -> Attempt:
    """Look a person up by the User ID they typed, unless this attempt has to wait first.

    What is no User ID of ours may be a password in the wrong field, so it is
    never written down: 16 bits of its digest stand for it, enough to slow down
    guessing at it just as at a real one.

    Raises:
        TooManyAttempts: how long to wait; recorded.
    """
    with transaction():
        row = UserRow.get_or_none(UserRow.user_id == user_id.folded(typed_id))
        typed = typed_id.strip().lower().encode("utf-8", "replace")
        unknown = hashlib.sha256(typed).hexdigest()[:4]
        attempt = Attempt(
            action, row.user_id if row else f"unknown:{unknown}", row, harmless(origin)
        )
        wait = _wait_before(attempt)
        if wait > 0:
            attempt.record(Outcome.REFUSED, "too many attempts")
        else:
            # Before anything is looked at: others who try meanwhile see this one.
            number = SignInAttemptRow.create(
                target=attempt.target, origin=attempt.origin, at=clock.now()
            ).id
            attempt = replace(attempt, number=number)
    if wait > 0:
        raise TooManyAttempts(wait)
    return attempt


def failures_since(target: str, since: int) -> int:
    """Count the failed attempts at ``target`` after the time ``since``."""
    return (
        AuditEventRow.select()
        .where(
            (AuditEventRow.action << _GUESSES)
            & (AuditEventRow.target == target)
            & (AuditEventRow.outcome == Outcome.FAILED)
            & (AuditEventRow.at > since)
        )
        .count()
    )


def _wait_before(attempt: Attempt) -> int:
    """Return the seconds that an attempt has to wait; forget what is too old to count."""
    present = clock.now()
    SignInAttemptRow.delete().where(SignInAttemptRow.at < present - _PERSON_MEMORY).execute()
    here = SignInAttemptRow.origin == attempt.origin
    person = (SignInAttemptRow.target == attempt.target) & (SignInAttemptRow.forgiven == 0)
    if _signed_in_before(attempt):
        person &= here
    return max(
        _wait(person, FREE_PER_PERSON, present - _PERSON_MEMORY),
        _wait(here, FREE_PER_ORIGIN, present - _ORIGIN_MEMORY),
    )


def _signed_in_before(attempt: Attempt) -> bool:
    return (
        AuditEventRow.select()
        .where(
            (AuditEventRow.action == Action.USER_SIGN_IN)
            & (AuditEventRow.target == attempt.target)
            & (AuditEventRow.outcome == Outcome.DONE)
            & (AuditEventRow.origin == attempt.origin)
        )
        .exists()
    )


def _wait(where: Expression, free: int, since: int) -> int:
    failed = (
        SignInAttemptRow.select(SignInAttemptRow.at)
        .where(where & (SignInAttemptRow.at > since))
        .order_by(SignInAttemptRow.id.desc())
    )
    times = [row.at for row in failed.limit(free + LONGEST_WAIT.bit_length() + 1)]
    if len(times) < free:
        return 0
    pause = min(2 ** (len(times) - free), LONGEST_WAIT) * SECOND
    # A clock that was set back must not turn a pause into a lock.
    remaining = min(times[0] + pause - clock.now(), pause)
    return -(-remaining // SECOND)
