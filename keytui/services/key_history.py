"""What became of one API key, from its creation to its last use: in words, and uses per day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from keytui.domain import clock
from keytui.domain.audit import Action, Outcome
from keytui.domain.daily_uses import DailyUses, day_of, places_of
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.domain.states import KeyState
from keytui.domain.text import harmless
from keytui.services.acting import looking
from keytui.services.key_records import record, select_keys
from keytui.storage.models import ApiKeyRow, AuditEventRow, KeyUseDayRow

_ACTIONS: Final = tuple(str(one) for one in Action if one.startswith("api_key:"))
_MOST: Final = 200
"""Acts of one key, and attempts at it, that are read at most, the newest: each for itself, so that
many attempts hide no act."""
_WORDS: Final[dict[str, str]] = {
    Action.KEY_CREATE: "created",
    Action.KEY_CONFIRM: "text confirmed by its owner",
    Action.KEY_DEACTIVATE: "deactivated",
    Action.KEY_EDIT_LABEL: "label changed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that became of a key.

    Attributes:
        at: when, in microseconds UTC.
        what: in words.
        detail: what else is known of it.
        who: the User ID of whoever did it; empty where nobody did.
        origin: from where, if that is known.
    """

    at: int
    what: str
    detail: str
    who: str
    origin: str


@dataclass(frozen=True, slots=True)
class History:
    """A key as it is now, what became of it, the newest first, and how often it was used."""

    key: ApiKey
    steps: Sequence[Step]
    uses: DailyUses


def history(actor: Actor, key_id: int) -> History:
    """Return what became of a key: its audit events, its first and last use, its end.

    The uses between are known by their number a day; a refused attempt at it is a step too.
    The first use is not known of a key that was used before keytui recorded it.

    Args:
        actor: who asks: its owner, or an administrator.
        key_id: of which key.

    Raises:
        BadInput: there is no such key.
        Refused: it is somebody else's and the actor is no administrator.
    """
    with looking(actor, Action.KEY_LIST, f"key {key_id}") as deed:
        present = clock.now()
        row = select_keys().select_extend(ApiKeyRow.owner, ApiKeyRow.first_used_at)
        found = row.where(ApiKeyRow.id == key_id).dicts().first()
        deed.about, first_used_at = (
            (None, None) if found is None else (found.pop("owner"), found.pop("first_used_at"))
        )
        deed.require(Permission.VIEW_KEYS, owner=deed.about)
        if found is None:
            raise BadInput(f"There is no key {key_id}.")
        key = record(found, present)
        steps = sorted(
            (*_events(key_id), *_beside(key, first_used_at)), key=lambda step: step.at, reverse=True
        )
        return History(key, steps, _uses(key_id, day_of(present)))


def _uses(key_id: int, today: int) -> DailyUses:
    kept = KeyUseDayRow.select(KeyUseDayRow.day, KeyUseDayRow.uses).where(
        KeyUseDayRow.id.between(*places_of(key_id))
    )
    return DailyUses.of({row.day: row.uses for row in kept}, today)


def _events(key_id: int) -> Iterator[Step]:
    about = AuditEventRow.action.in_(_ACTIONS) & (AuditEventRow.target == f"key {key_id}")
    done = AuditEventRow.outcome == Outcome.DONE
    newest = [
        AuditEventRow.select().where(about & which).order_by(AuditEventRow.id.desc()).limit(_MOST)
        for which in (done, ~done)
    ]
    for event in chain(*newest):
        words = _WORDS.get(event.action, event.action.partition(":")[2].replace("_", " "))
        refused = "" if event.outcome == Outcome.DONE else f" ({event.outcome})"
        yield Step(
            event.at,
            harmless(f"{words}{refused}"),
            harmless(event.detail),
            harmless(event.actor),
            harmless(event.origin),
        )


def _beside(key: ApiKey, first_used_at: int | None) -> Iterator[Step]:
    """Yield what no event tells: the first and the last use, and an end that came by itself."""
    if first_used_at is not None and first_used_at != key.last_used_at:
        yield Step(first_used_at, "first used", "", "", "")
    if key.last_used_at is not None:
        yield Step(key.last_used_at, "last used", "", "", harmless(key.last_used_from or ""))
    if key.state is KeyState.EXPIRED and key.expires_at is not None:
        yield Step(key.expires_at, "expired", "", "", "")
