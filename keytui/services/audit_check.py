"""The audit chain: is it whole, what is its head, and a new key where the old one is gone."""

from keytui.domain import clock, text
from keytui.domain.audit import Action
from keytui.domain.audit_chain import Checked, Head
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.services.acting import acting, looking
from keytui.services.host import require_host
from keytui.storage import audit_key, audit_trail
from keytui.storage.database import open_location, writing_alone
from keytui.storage.faults import explained
from keytui.storage.models import AuditKeyRow


def check(
    actor: Actor,
    kept: Head | None = None,
    progress: Progress = untold,
) -> Checked:
    """Walk along the whole chain; name the first event at which it is broken.

    Args:
        actor: who checks.
        kept: a head from earlier: without one, events cut off at the end are not missed.
        progress: told now and then how many of how many events are done.

    Raises:
        Refused: the actor is no administrator.
        DatabaseUnusable: it could not be checked.
    """
    with looking(actor, Action.AUDIT_CHECK) as deed:
        deed.require(Permission.CHECK_AUDIT)
    return audit_trail.check(open_location(), audit_key.in_use(), kept, progress)


def head(actor: Actor) -> Head:
    """Return the head of the chain, to be kept where nobody can change it.

    Raises:
        Refused: the actor is no administrator.
    """
    with looking(actor, Action.AUDIT_CHECK) as deed:
        deed.require(Permission.CHECK_AUDIT)
        with explained(), audit_trail.opened(open_location()) as connection:
            return audit_trail.head_of(connection)


def new_key(actor: Actor, typed_reason: str) -> str:
    """Make a new audit key; the chain goes on with it, from an event that says so.

    Events from before are tied to that event, but without their key nobody can
    prove any more that they were not changed before it.

    Returns:
        Where the old key is kept, or ``""`` where there was none.

    Raises:
        BadInput: the reason does not fit.
        Refused: the actor is not the account that owns the database.
        DatabaseUnusable: nothing was changed.
    """
    why = text.reason(typed_reason)
    with (
        # Until the old key is back, should it fail: nobody else may go on with the new one.
        writing_alone(),
        audit_key.renewing(clock.stamp(clock.now())) as place,
        acting(actor, Action.AUDIT_NEW_KEY) as deed,
    ):
        require_host(actor)
        kept = place()
        AuditKeyRow.insert(fingerprint=audit_key.in_use().fingerprint).execute()
        deed.record(why)
    return kept
