"""Late uses: verifications of a rotated key after its end, refused and counted.

Whoever verifies holds no audit key and only counts (:mod:`.last_uses`). They come into the
audit trail as soon as somebody signs in or reads it: an event a key, and never more than
one an hour, however often it is tried.
"""

from contextlib import suppress
from typing import Any, Final

from keytui.domain import clock
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import DatabaseUnusable
from keytui.domain.permissions import Role
from keytui.domain.text import times
from keytui.services import recording
from keytui.storage.database import reading, transaction
from keytui.storage.models import ApiKeyRow, UserRow

_APART: Final = clock.HOUR
"""How far apart two events of the same key are at least."""
_AT_ONCE: Final = 200
"""Events written before somebody is let in: some 0.1 s; the next one writes the next."""


def settle() -> None:
    """Put on record what was counted, if anything was; call it outside of a transaction.

    A trail that cannot be written can be read all the same: what is counted is kept.
    """
    with suppress(DatabaseUnusable):
        with reading():
            waiting = _untold().exists()
        if waiting:
            with transaction():
                put_on_record()


def put_on_record() -> None:
    """Write the events that are due, in the transaction of the caller.

    Raises:
        DatabaseUnusable: the audit key is missing, or not the database's.
    """
    present = clock.now()
    # In the order of their numbers, as whoever verifies locks them: the two never hold each other up.
    for key in sorted(_untold().limit(_AT_ONCE), key=lambda key: key.id):
        uses = key.late_uses - key.late_told
        recording.append(
            None,
            Action.KEY_USE_AFTER_ROTATION,
            Outcome.REFUSED,
            target=f"key {key.id}",
            about=key.owner_id,
            detail=f"{times(uses)}, last at {clock.iso(key.late_used_at)}",
            origin=key.late_used_from or "",
        )
        ApiKeyRow.update(late_told=key.late_uses, late_told_at=present).where(
            ApiKeyRow.id == key.id
        ).execute()


def notices(person: UserRow, since: int) -> list[str]:
    """Return what somebody who signs in must know: a sentence, or none.

    Args:
        person: who; an administrator is told of everybody's keys.
        since: of which time on, in microseconds UTC.
    """
    late = ApiKeyRow.late_used_at > since
    own = person.role != Role.ADMINISTRATOR
    if own:
        late &= ApiKeyRow.owner == person.id
    found = ApiKeyRow.select().where(late)
    several = found.count()
    if not several:
        return []
    if own and several == 1:
        key = found.get()
        last = f"last on {clock.exact(key.late_used_at)}{_origin(key)}"
        return [
            f"Key {key.id} was tried {times(key.late_uses)} after its rotation, {last}: find why."
        ]
    what = "key was" if several == 1 else "keys were"
    return [f"{several:,} {what} tried after rotation since your last sign-in: press 3 for Audit."]


def _untold() -> Any:  # noqa: ANN401 - a Peewee query has no useful type
    told = ApiKeyRow.late_told_at
    return (
        ApiKeyRow.select()
        .where(
            ApiKeyRow.late_used_at.is_null(False)
            & (ApiKeyRow.late_uses > ApiKeyRow.late_told)
            & (told.is_null() | (told <= clock.now() - _APART))
        )
        .order_by(ApiKeyRow.late_used_at)
    )


def _origin(key: ApiKeyRow) -> str:
    return f" from {key.late_used_from}" if key.late_used_from else ""
