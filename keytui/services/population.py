"""People, keys and events by the million: the large demo, and what benchmarks measure on.

Everything follows from numbers: the same sizes, seed and present give the same
people, keys and events. Key texts are drawn from the seed whenever they are
needed and are stored nowhere; they are not from a random source, so a database
of this kind is for looking and measuring alone.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from keytui.domain import key_text, passwords
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY, MINUTE, SECOND
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.permissions import Role
from keytui.domain.progress import Progress, untold
from keytui.domain.states import Status
from keytui.domain.text import folded, harmless
from keytui.services.demo import ADMINISTRATORS, LABELS, PASSWORD, REASONS, USERS
from keytui.services.recording import NOBODY
from keytui.services.users import PROMOTED
from keytui.storage import bulk
from keytui.storage.models import ApiKeyRow, UserRow

FIRST: Final = ADMINISTRATORS[0]
"""The administrator in row 1."""

Values: TypeAlias = tuple[Any, ...]
T = TypeVar("T")

_TELL_EVERY: Final = 5_000
"""Rows: some 50 ms apart."""
_SPREAD: Final = 7_919
"""A prime: keys of one owner lie far from each other, as they do when years pass."""
_JOINING: Final = 800 * DAY
_CREATING: Final = 401 * DAY
"""How long ago the first person was added, the first key created."""
_LASTS: Final = 30 * DAY
"""How long a key lived that was deactivated."""
_DEACTIVATED: Final = (200, 7)
_EXPIRED: Final = (400, 11)
_LEFT: Final = (200, 3)
_ADMINISTRATORS: Final = (500, 0)
"""Which keys and people are so: every how manyth, and which is the first."""
_LETTERS: Final = bytes(ord(key_text.ALPHABET[byte % 62]) for byte in range(256))

_USER_COLUMNS: Final = (
    *("id", "user_id", "role", "status", "epoch", "password_hash", "created_at"),
    *("last_sign_in_at", "last_sign_in_from"),
    *("deactivated_at", "deactivated_by", "deactivation_reason"),
)
_KEY_COLUMNS: Final = (
    *("id", "owner_id", "owner_role", "created_by_id", "label", "label_folded"),
    *("scheme", "digest", "last_four"),
    *("created_at", "expires_at", "confirmed_at", "last_used_at", "last_used_from"),
    *("deactivated_at", "deactivated_by", "deactivation_reason"),
)


@dataclass(frozen=True, slots=True)
class Population:
    """So many people with so many keys.

    Attributes:
        users: how many people, at least 1; person 1 and every 500th are administrators.
        keys: how many keys, of all ages and states.
        present: now, in microseconds UTC: what ages count to.
        seed: another one gives other key texts.
    """

    users: int
    keys: int
    present: int
    seed: int = 7

    def text_of(self, number: int) -> bytes:
        """Return the key text of key ``number``."""
        size = key_text.RANDOM_LENGTH
        drawn = hashlib.blake2b(b"%d %d" % (self.seed, number), digest_size=size).digest()
        part = drawn.translate(_LETTERS)
        return key_text.BRAND.encode("ascii") + part + key_text.checksum(part)

    def works(self, number: int) -> bool:
        """Tell whether key ``number`` is good."""
        return not (
            self._is_deactivated(number) or _is_expired(number) or _has_left(self._owner(number))
        )

    def creator(self) -> tuple[int, str]:
        """Return the row and the User ID of a user who may create keys."""
        row = next(row for row in range(2, self.users + 1) if _may_create(row))
        return row, user_id(row)

    def user_rows(self, hashed: str) -> Iterator[Values]:
        """Yield the people; everybody's password hash is ``hashed``."""
        for row in range(1, self.users + 1):
            left = _has_left(row)
            seen = self.present - row * 37 * MINUTE % (90 * DAY) if row % 10 else None
            yield (
                *(row, user_id(row), _role(row), Status.INACTIVE if left else Status.ACTIVE, 0),
                *(None if left else hashed, self._joined(row)),
                *(seen, seen and f"ssh 10.0.{row % 250}.23"),
                *((self.present, FIRST, "left the team") if left else (None,) * 3),
            )

    def key_rows(self) -> Iterator[Values]:
        """Yield the keys."""
        step = self._step
        for number in range(1, self.keys + 1):
            text, owner, born = self.text_of(number), self._owner(number), self._born(number)
            label = _label(number)
            used = (
                min(born + min(step * (number % 97), _LASTS), self.present) if number % 5 else None
            )
            end = self._deactivation(number)
            yield (
                *(number, owner, _role(owner), owner, label, folded(label)),
                *(key_text.SCHEME, hashlib.sha256(text).digest(), text[-4:].decode("ascii"), born),
                self.present if _is_expired(number) else None,
                born + SECOND if number % 50 else None,
                *(used, used and f"10.0.{number % 250}.17"),
                *(end or (None,) * 3),
            )

    def events(self) -> Iterator[Values]:
        """Yield an audit event for each person and key that came and each that ended, by time."""
        for number, event in enumerate(self._happenings(), 1):
            yield (number, *event)

    def _happenings(self) -> Iterator[Values]:
        done, here = Outcome.DONE, "local"
        yield (
            *(self._joined(1), None, NOBODY, Action.USER_CREATE, done, FIRST, 1),
            *("first administrator", here),
        )
        for row in range(2, self.users + 1):
            yield (
                *(self._joined(row), 1, FIRST, Action.USER_CREATE, done, user_id(row), row),
                *(f"as {_role(row)}", here),
            )
        to_end: deque[Values] = deque()
        for number in range(1, self.keys + 1):
            owner, born = self._owner(number), self._born(number)
            while to_end and to_end[0][0] <= born:
                yield to_end.popleft()
            yield (
                *(born, owner, user_id(owner), Action.KEY_CREATE, done, f"key {number}", owner),
                *(_label(number), f"ssh 10.0.{owner % 250}.23"),
            )
            if (end := self._deactivation(number)) is not None:
                to_end.append(
                    (
                        *(end[0], 1, FIRST, Action.KEY_DEACTIVATE, done, f"key {number}", owner),
                        *(end[2], here),
                    )
                )
        yield from to_end
        for row in filter(_has_left, range(1, self.users + 1)):
            yield (
                *(self.present, 1, FIRST, Action.USER_DEACTIVATE, done, user_id(row), row),
                *("left the team", here),
            )

    @property
    def _step(self) -> int:
        return 400 * DAY // max(self.keys, 1)

    def _joined(self, row: int) -> int:
        return self.present - _JOINING + row * (300 * DAY // self.users)

    def _born(self, number: int) -> int:
        return self.present - _CREATING + number * self._step

    def _owner(self, number: int) -> int:
        return number * _SPREAD % self.users + 1

    def _is_deactivated(self, number: int) -> bool:
        return _is_one(number, _DEACTIVATED) or _is_administrator(self._owner(number))

    def _deactivation(self, number: int) -> tuple[int, str, str] | None:
        if not self._is_deactivated(number):
            return None
        promoted = _is_administrator(self._owner(number))
        why = PROMOTED if promoted else REASONS[number // 200 % len(REASONS)]
        return min(self._born(number) + _LASTS, self.present), FIRST, why


def make(path: Path, population: Population, progress: Progress = untold) -> None:
    """Make a new database with ``population`` and its audit key at ``path``: whole, or not at all.

    Everybody who has not left signs in with :data:`keytui.services.demo.PASSWORD`.

    Args:
        path: the file, absolute; it must not be there yet.
        population: who and what is in it.
        progress: told how far it is; what it raises stops it, and nothing is left.

    Raises:
        Conflict: there is a file already, or an audit key.
        BadInput: no database can be made there.
        DatabaseUnusable: the same, as the database says it.
    """
    hashed = passwords.hash_password(PASSWORD)  # everybody's one password, hashed once
    told = _Telling(population.users * 2 + population.keys * 2, progress)
    try:
        with bulk.new_database(str(path)):
            bulk.insert(UserRow, _USER_COLUMNS, told(population.user_rows(hashed)))
            bulk.insert(ApiKeyRow, _KEY_COLUMNS, told(population.key_rows()))
            bulk.insert_events(told(population.events()))
    except FileExistsError as error:
        raise Conflict(
            f"{harmless(str(error.args[-1]))} exists already: name a file that does not."
        ) from error
    except OSError as error:
        raise BadInput(
            f"The database cannot be made at {harmless(str(path))} ({error.strerror}): "
            "choose another place."
        ) from error
    told.end()


class _Telling:
    """Counts rows on their way, and tells."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def __call__(self, rows: Iterable[T]) -> Iterator[T]:
        for row in rows:
            yield row
            self._done += 1
            if self._done % _TELL_EVERY == 0:
                self._progress(self._done, max(self._done, self._total))

    def end(self) -> None:
        self._progress(self._done, self._done)


def user_id(row: int) -> str:
    """Return the User ID of the person in a row: ``maria``, then ``akira``, ``anouk2``, ..."""
    if row == 1:
        return FIRST
    time, place = divmod(row - 1, len(USERS))
    return f"{USERS[place]}{time + 1 if time else ''}"


def _label(number: int) -> str:
    return f"{LABELS[number % len(LABELS)]} {number % 97}"


def _role(row: int) -> Role:
    return Role.ADMINISTRATOR if _is_administrator(row) else Role.USER


def _is_administrator(row: int) -> bool:
    return row == 1 or _is_one(row, _ADMINISTRATORS)


def _has_left(row: int) -> bool:
    return _is_one(row, _LEFT)


def _may_create(row: int) -> bool:
    return not (_is_administrator(row) or _has_left(row))


def _is_expired(number: int) -> bool:
    return _is_one(number, _EXPIRED)


def _is_one(number: int, which: tuple[int, int]) -> bool:
    every, first = which
    return number % every == first
