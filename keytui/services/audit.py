"""The audit trail, read by people within their rights."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

from keytui.domain.audit import Action, AuditEvent, Family, Outcome
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import PERMISSIONS, Permission, Reach
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import late_uses, paging
from keytui.services.acting import Deed, looking
from keytui.services.key_records import owner_of
from keytui.storage.models import AuditEventRow
from keytui.storage.ordered import Ordered, contains

Word = TypeVar("Word", Action, Outcome)

_SEARCHED: Final = ("actor", "action", "outcome", "target", "detail", "origin")
_FAMILY: Final = """
    CASE WHEN action IN
        ('user:sign_in', 'user:sign_out', 'user:unlock', 'user:choose_password') THEN 1
    WHEN substr(action, 1, 8) = 'api_key:' THEN 2
    ELSE 3 END
"""
"""The family's number, as the index ``audit_event_family`` has it: another text would not use it."""
_NUMBERS: Final = {Family.SIGN_INS: 1, Family.KEYS: 2, Family.ADMINISTRATION: 3}
ORDERS: Final = {"When": "id"}
"""By what events can be sorted: their numbers are given in the order of their times."""


def events(
    actor: Actor,
    containing: str = "",
    limit: int = 500,
    family: Family = Family.ALL,
    about: str | None = None,
) -> Sequence[AuditEvent]:
    """Return the newest audit events that ``actor`` may read, newest first.

    A user reads the events they caused and those that concern them; an
    administrator reads all.

    Args:
        actor: who reads.
        containing: only events with this text in actor, action, outcome,
            target, detail or origin; ``%`` and ``_`` mean themselves.
        limit: how many at most.
        family: only events of this family.
        about: only what this person did and what concerns them, by User ID.

    Raises:
        BadInput: there is no such person.
        Refused: it is somebody else and the actor is no administrator.
        SignedOut: the sign-in is no longer good.
    """
    late_uses.settle()
    with looking(actor, Action.AUDIT_READ, about or "") as deed:
        wanted = Wanted(down=True, containing=containing, size=limit, total=limit)
        return _page(deed, wanted, family, about).rows


def page(
    actor: Actor, wanted: Wanted, family: Family = Family.ALL, about: str | None = None
) -> Page[AuditEvent]:
    """Return a page of the audit events that ``actor`` may read.

    Args:
        actor: who reads; see :func:`events`.
        wanted: which page; sorted by number, which is by time.
        family: only events of this family.
        about: only of this person; raises as :func:`events` does.
    """
    late_uses.settle()
    with looking(actor, Action.AUDIT_READ, about or "") as deed:
        return _page(deed, wanted, family, about)


def count(
    actor: Actor, wanted: Wanted, family: Family = Family.ALL, about: str | None = None
) -> int:
    """Count the events of a list; see :func:`page`."""
    with looking(actor, Action.AUDIT_READ, about or "") as deed:
        return _list(deed, wanted, family, about).count()


def _page(deed: Deed, wanted: Wanted, family: Family, about: str | None) -> Page[AuditEvent]:
    return paging.page(_list(deed, wanted, family, about), wanted, _records, _id)


def _list(deed: Deed, wanted: Wanted, family: Family, about: str | None) -> Ordered:
    where: list[tuple[str, Sequence[object]]] = []
    if about is None:
        whom = deed.actor.row_id
        deed.require(Permission.READ_AUDIT, owner=whom)
    else:
        whom = owner_of(deed, about, Permission.READ_AUDIT)
    if about is not None or PERMISSIONS[Permission.READ_AUDIT][deed.role] is Reach.OWN:
        where.append(("actor_row_id = ? OR about_id = ?", (whom, whom)))
    if family is not Family.ALL:
        where.append((f"({_FAMILY}) = ?", (_NUMBERS[family],)))
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
