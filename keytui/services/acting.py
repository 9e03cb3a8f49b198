"""Check, act, record: the frame around everything an actor does.

``with acting(actor, action) as deed`` opens a transaction and reads the actor
anew in it, so that somebody demoted or deactivated a moment ago is stopped
here. A block that changes something must :meth:`Deed.record` it: no event, no
change. A refusal rolls the block back and is recorded by itself.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import Refused, SignedOut
from keytui.domain.permissions import Permission, Role, refusal
from keytui.domain.records import Actor
from keytui.domain.states import Status
from keytui.services import recording
from keytui.storage.database import reading, transaction
from keytui.storage.models import SshKeyRow, UserRow


@dataclass
class Deed:
    """One thing an actor is doing, inside its transaction.

    Attributes:
        actor: who does it.
        action: what they do.
        target: to what, for the event: a User ID, ``key 17``, or empty.
        about: the row of the person it concerns, if it concerns one.
        role: the actor's role, read in this transaction.
    """

    actor: Actor
    action: Action
    target: str = ""
    about: int | None = None
    role: Role = Role.USER
    recorded: bool = field(default=False, init=False)

    def require(self, permission: Permission, *, owner: int | None = None) -> None:
        """Go on only if the actor may.

        Args:
            permission: what the act needs.
            owner: the row of the person whose thing it touches.

        Raises:
            Refused: the permission table says no; the sentence says why.
        """
        own = owner is not None and owner == self.actor.row_id
        why_not = refusal(self.role, permission, own=own)
        if why_not:
            raise Refused(why_not)

    def record(self, detail: str = "", outcome: Outcome = Outcome.DONE) -> None:
        """Write the audit event of this act, in its transaction."""
        recording.append(
            self.actor,
            self.action,
            outcome,
            target=self.target,
            about=self.about,
            detail=detail,
        )
        self.recorded = True


@contextmanager
def acting(actor: Actor, action: Action, target: str = "") -> Iterator[Deed]:
    """Change something in the block, as ``actor``.

    Raises:
        Refused: a rule said no; recorded.
        SignedOut: the actor's sign-in is no longer good; recorded.
        DatabaseUnusable: nothing was changed.
    """
    with _guarded(Deed(actor, action, target), transaction()) as deed:
        yield deed
        if not deed.recorded:
            raise RuntimeError(f"{action} changed something without an audit event")


@contextmanager
def looking(actor: Actor, action: Action, target: str = "") -> Iterator[Deed]:
    """Only read in the block, as ``actor``. Reading is recorded when it is refused.

    Raises:
        Refused: a rule said no; recorded.
        SignedOut: the actor's sign-in is no longer good; recorded.
        DatabaseUnusable: the database failed.
    """
    with _guarded(Deed(actor, action, target), reading()) as deed:
        yield deed


@contextmanager
def _guarded(deed: Deed, frame: AbstractContextManager[None]) -> Iterator[Deed]:
    try:
        with frame:
            deed.role = _present_role(deed.actor)
            yield deed
    except (Refused, SignedOut) as no:
        with transaction():
            deed.record(str(no), Outcome.REFUSED)
        raise


def _present_role(actor: Actor) -> Role:
    if actor.row_id is None:  # the account that owns the database: see services.host
        return Role.ADMINISTRATOR
    row = UserRow.get_by_id(actor.row_id)
    if row.status != Status.ACTIVE:
        raise SignedOut("Your account was deactivated: ask an administrator.")
    if row.epoch != actor.epoch:
        raise SignedOut("Your role, password or sign-in was changed: sign in again.")
    if actor.ssh_key_id is not None and SshKeyRow.get_by_id(actor.ssh_key_id).removed_at:
        raise SignedOut("The SSH key you came with was removed: sign in again.")
    return Role(row.role)
