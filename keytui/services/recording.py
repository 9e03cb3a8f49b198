"""Writing audit events: the only place that does. Each is chained to the one before."""

from keytui.domain import clock
from keytui.domain.audit import Action, Outcome
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.storage import audit_trail

_LONGEST = 200
NOBODY = "-"
"""The actor of an event when nobody is signed in."""


def append(  # noqa: PLR0913 - an event has this many parts
    actor: Actor | None,
    action: Action,
    outcome: Outcome,
    *,
    target: str = "",
    about: int | None = None,
    detail: str = "",
    origin: str = "",
) -> None:
    """Write one event. Call it inside the transaction of what it records.

    Args:
        actor: who; ``None`` for somebody who is not signed in.
        action: what.
        outcome: how it ended.
        target: to what.
        about: the row of the person it concerns, who may read it.
        detail: what else is worth knowing; never a secret.
        origin: from where; the actor's own by default.

    Raises:
        DatabaseUnusable: the audit key is missing, or not the database's.
    """
    audit_trail.append(
        {
            "at": clock.now(),
            "actor_row_id": actor.row_id if actor else None,
            "actor": actor.user_id if actor else NOBODY,
            "action": str(action),
            "outcome": str(outcome),
            "target": harmless(target)[:_LONGEST],
            "about_id": about,
            "detail": harmless(detail),
            "origin": harmless(origin or (actor.origin if actor else ""))[:_LONGEST],
        }
    )
