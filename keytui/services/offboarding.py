"""Offboarding: everything that lets a person in ends in one act, with a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from keytui.domain import clock, text
from keytui.domain.audit import Action
from keytui.domain.errors import Conflict
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor, ApiKey, SshKey
from keytui.domain.states import Status
from keytui.services import bulk, ssh_keys, users
from keytui.services.acting import acting, looking
from keytui.services.bulk import KeyToEnd
from keytui.services.key_records import record, select_keys
from keytui.services.receipt import Receipt
from keytui.storage import audit_trail
from keytui.storage.models import ApiKeyRow, UserRow, database


@dataclass(frozen=True, slots=True)
class Plan:
    """What offboarding a person would end.

    Attributes:
        user_id: whom.
        active: whether they are an active person still, whose sign-ins end too.
        keys: the API keys that are not deactivated, those used last first.
        ssh_keys: the SSH keys that are not removed.
    """

    user_id: str
    active: bool
    keys: Sequence[ApiKey]
    ssh_keys: Sequence[SshKey]


def plan(actor: Actor, name: str) -> Plan:
    """Look what :func:`offboard` would end.

    Raises:
        BadInput: there is no such person.
        Refused: the actor is no administrator.
        Conflict: there is nothing left to end.
    """
    with looking(actor, Action.USER_LIST, name) as deed:
        row = users.leaver(deed, name)
        return _plan(actor, row)


def offboard(
    actor: Actor,
    name: str,
    typed_reason: str,
    progress: Progress = untold,
) -> Receipt:
    """End a person's access in one transaction: they stop at every door at once.

    Ended for good are the person, their password, sign-in code and open sign-ins,
    all their API keys and all their SSH keys. Of somebody who is inactive already
    the keys that are left end.

    Args:
        actor: who does it.
        name: whom it is about.
        typed_reason: why; on record with everything that ends.
        progress: told how many of how many API keys are ended; what it raises stops the act,
            and nothing is changed.

    Returns:
        The receipt.

    Raises:
        BadInput: the reason does not fit, or there is no such person.
        Refused: the actor is no administrator, it is the actor themselves, or the last
            active administrator.
        Conflict: there is nothing left to end.
    """
    why = text.reason(typed_reason)
    with acting(actor, Action.USER_OFFBOARD, name) as deed:
        row = users.leaver(deed, name)
        found = _plan(actor, row)
        had_code = row.code_digest is not None
        if found.active:
            users.end_access(deed, row, why)
        act = bulk.new_act("offboarding")
        keys, of_ssh = len(found.keys), len(found.ssh_keys)
        deed.record(
            f"{why} ({act}: {text.counted(keys, 'API key')}, {text.counted(of_ssh, 'SSH key')})"
        )
        ending = [KeyToEnd(key.key_id, row.id) for key in found.keys]
        bulk.end_keys(deed, ending, why, act, progress)
        ssh_keys.remove_all(deed, row, f"{why} ({act})")
        return Receipt(
            user_id=row.user_id,
            role=row.role,
            at=clock.now(),
            by=actor.user_id,
            origin=actor.origin,
            reason=why,
            act=act,
            was_active=found.active,
            had_code=had_code,
            keys=found.keys,
            ssh_keys=found.ssh_keys,
            head=audit_trail.head_of(database.connection()),
        )


def _plan(actor: Actor, row: UserRow) -> Plan:
    theirs = (ApiKeyRow.owner == row.id) & ApiKeyRow.deactivated_at.is_null()
    present = clock.now()
    keys = [record(key, present) for key in select_keys().where(theirs).dicts()]
    found = Plan(
        row.user_id,
        row.status == Status.ACTIVE,
        sorted(keys, key=lambda key: (-(key.last_used_at or 0), key.key_id)),
        [key for key in ssh_keys.list_keys(actor, row.user_id) if key.removed_at is None],
    )
    if not (found.active or found.keys or found.ssh_keys):
        raise Conflict(f"{row.user_id} is inactive and has no keys left: nothing was changed.")
    return found
