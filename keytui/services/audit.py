"""The audit trail, read by people within their rights."""

from collections.abc import Sequence
from typing import Any, TypeVar

from keytui.domain.audit import Action, AuditEvent, Outcome
from keytui.domain.permissions import PERMISSIONS, Permission, Reach
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services.acting import looking
from keytui.storage.models import AuditEventRow

Word = TypeVar("Word", Action, Outcome)

_SEARCHED = (
    AuditEventRow.action,
    AuditEventRow.outcome,
    AuditEventRow.target,
    AuditEventRow.detail,
    AuditEventRow.origin,
)


def events(actor: Actor, containing: str = "", limit: int = 500) -> Sequence[AuditEvent]:
    """Return the newest audit events that ``actor`` may read, newest first.

    A user reads the events they caused and those that concern them; an
    administrator reads all.

    Args:
        actor: who reads.
        containing: only events with this text in actor, action, outcome,
            target, detail or origin; ``%`` and ``_`` mean themselves.
        limit: how many at most.

    Raises:
        SignedOut: the sign-in is no longer good.
    """
    with looking(actor, Action.AUDIT_READ) as deed:
        deed.require(Permission.READ_AUDIT, owner=actor.row_id)
        query = AuditEventRow.select().order_by(AuditEventRow.id.desc()).limit(limit)
        if PERMISSIONS[Permission.READ_AUDIT][deed.role] is Reach.OWN:
            query = query.where(
                (AuditEventRow.actor_row == actor.row_id) | (AuditEventRow.about == actor.row_id)
            )
        if containing:
            line: Any = AuditEventRow.actor
            for field in _SEARCHED:
                line = line.concat(" ").concat(field)
            query = query.where(line.contains(harmless(containing)))
        return [
            AuditEvent(
                event_id=row.id,
                at=row.at,
                actor=row.actor,
                action=_named(Action, row.action),
                outcome=_named(Outcome, row.outcome),
                target=row.target,
                detail=row.detail,
                origin=row.origin,
            )
            for row in query
        ]


def _named(words: type[Word], found: str) -> Word | str:
    """Return the word; or what stands there, where another program wrote what is none."""
    return words(found) if found in list(words) else harmless(found)
