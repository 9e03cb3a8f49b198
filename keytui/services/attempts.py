"""Guessing is slowed down, per person and per origin, and locks nobody out for good.

The audit trail is the memory: failed sign-ins are events, and the wait follows
from how many there were. After the free ones the wait doubles from 1 s to 30 s
and stays there: a lock without an end would let anybody lock anybody out, and
NIST SP 800-63B-4 §3.2.2 asks for a limit, not for a lock.
"""

import hashlib
from typing import Final

from keytui.domain import clock
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import HOUR, MINUTE, SECOND
from keytui.domain.errors import TooManyAttempts
from keytui.storage.models import AuditEventRow, UserRow

FREE_PER_PERSON: Final = 3
FREE_PER_ORIGIN: Final = 10
LONGEST_WAIT: Final = 30
"""In seconds."""

_PERSON_MEMORY: Final = 24 * HOUR
_ORIGIN_MEMORY: Final = 15 * MINUTE
_GUESSES: Final = (Action.USER_SIGN_IN, Action.USER_UNLOCK)


def target_name(typed: str, row: UserRow | None) -> str:
    """Name the target of an attempt in the audit trail.

    What is no User ID of ours may be a password in the wrong field, so it is
    never written down: 16 bits of its digest stand for it, enough to slow down
    guessing at it just as at a real one.
    """
    if row is not None:
        return str(row.user_id)
    return "unknown:" + hashlib.sha256(typed.encode("utf-8", "replace")).hexdigest()[:4]


def check(target: str, origin: str) -> None:
    """Go on only if this attempt need not wait.

    Raises:
        TooManyAttempts: how long to wait.
    """
    present = clock.now()
    wait = max(
        _wait(
            AuditEventRow.target == target,
            FREE_PER_PERSON,
            _PERSON_MEMORY,
            present,
            target,
        ),
        _wait(AuditEventRow.origin == origin, FREE_PER_ORIGIN, _ORIGIN_MEMORY, present),
    )
    if wait > 0:
        raise TooManyAttempts(wait)


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


def _wait(
    where: object, free: int, memory: int, present: int, forgiven_by: str | None = None
) -> int:
    """Return the seconds still to wait; a success of the person forgives what was before it."""
    guesses = AuditEventRow.select(AuditEventRow.id, AuditEventRow.at).where(
        (AuditEventRow.action << _GUESSES) & where
    )
    since = 0
    if forgiven_by is not None:
        success = guesses.where(AuditEventRow.outcome == Outcome.DONE)
        last = success.order_by(AuditEventRow.id.desc()).first()
        since = last.id if last else 0
    failed = guesses.where(
        (AuditEventRow.outcome == Outcome.FAILED)
        & (AuditEventRow.at > present - memory)
        & (AuditEventRow.id > since)
    ).order_by(AuditEventRow.id.desc())
    times = [row.at for row in failed.limit(free + LONGEST_WAIT.bit_length() + 1)]
    if len(times) < free:
        return 0
    pause = min(2 ** (len(times) - free), LONGEST_WAIT) * SECOND
    # A clock that was set back must not turn a pause into a lock.
    remaining = min(times[0] + pause - present, pause)
    return -(-remaining // SECOND)
