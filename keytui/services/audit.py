"""The audit trail, read by people within their rights."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

from keytui.domain.audit import Action, AuditEvent, Outcome
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import PERMISSIONS, Permission, Reach
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import late_uses, paging
from keytui.services.acting import Deed, looking
from keytui.storage.models import AuditEventRow
from keytui.storage.ordered import Ordered, contains

Word = TypeVar("Word", Action, Outcome)

_SEARCHED: Final = ("actor", "action", "outcome", "target", "detail", "origin")
ORDERS: Final = {"When": "id"}
"""By what events can be sorted: their numbers are given in the order of their times."""


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
    late_uses.settle()
    with looking(actor, Action.AUDIT_READ) as deed:
        return _page(deed, Wanted(down=True, containing=containing, size=limit, total=limit)).rows


def page(actor: Actor, wanted: Wanted) -> Page[AuditEvent]:
    """Return a page of the audit events that ``actor`` may read.

    Args:
        actor: who reads; see :func:`events`.
        wanted: which page; sorted by number, which is by time.

    Raises:
        SignedOut: the sign-in is no longer good.
    """
    late_uses.settle()
    with looking(actor, Action.AUDIT_READ) as deed:
        return _page(deed, wanted)


def count(actor: Actor, wanted: Wanted) -> int:
    """Count the events of a list; see :func:`page`."""
    with looking(actor, Action.AUDIT_READ) as deed:
        return _list(deed, wanted).count()


def _page(deed: Deed, wanted: Wanted) -> Page[AuditEvent]:
    return paging.page(_list(deed, wanted), wanted, _records, _id)


def _list(deed: Deed, wanted: Wanted) -> Ordered:
    reader = deed.actor.row_id
    deed.require(Permission.READ_AUDIT, owner=reader)
    where: list[tuple[str, Sequence[object]]] = []
    if PERMISSIONS[Permission.READ_AUDIT][deed.role] is Reach.OWN:
        where.append(("actor_row_id = ? OR about_id = ?", (reader, reader)))
    if wanted.containing:
        # Labels and reasons are not folded in a trail that never changes: lower() knows ASCII.
        line = " || ' ' || ".join(_SEARCHED)
        sought = (harmless(wanted.containing),)
        where.append((contains(f"lower({line})", "lower(?)"), sought))
    return paging.ordered("audit_event", ORDERS, wanted, where)


def _records(ids: Sequence[int]) -> Mapping[int, AuditEvent]:
    found = AuditEventRow.select().where(AuditEventRow.id.in_(list(ids))) if ids else ()
    return {
        row.id: AuditEvent(
            event_id=row.id,
            at=row.at,
            actor=row.actor,
            action=_named(Action, row.action),
            outcome=_named(Outcome, row.outcome),
            target=row.target,
            detail=row.detail,
            origin=row.origin,
        )
        for row in found
    }


def _id(number: Hashable) -> int | None:
    return number if isinstance(number, int) else None


def _named(words: type[Word], found: str) -> Word | str:
    """Return the word; or what stands there, where another program wrote what is none."""
    return words(found) if found in list(words) else harmless(found)
