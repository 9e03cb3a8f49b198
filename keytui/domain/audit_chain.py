"""The audit chain: each event carries the hash of the one before, made with a secret key.

Pure arithmetic: what is hashed, and what an unbroken chain looks like. The hash
is HMAC-SHA-256 (RFC 2104, FIPS 180-4) over one canonical text of the event, its
number and the previous hash. Whoever can write the database but has no key can
change an event, not make its hash; whoever cuts the newest events off is found
by a *head* that was kept elsewhere.
"""

import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keytui.domain.errors import BadInput

VERSION: Final = 1
"""The number of the canonical form; it stands inside of what is hashed."""

HASHED: Final = (
    "id",
    "at",
    "actor_row_id",
    "actor",
    "action",
    "outcome",
    "target",
    "about_id",
    "detail",
    "origin",
)
"""What of an event is hashed besides the previous hash and the version."""

START: Final = bytes(32)
"""What the first event carries as the previous hash."""

SHORTEST_HEAD: Final = 16
"""Hex digits of a head that are enough: 64 bits, which nobody without the key can aim at."""

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr
).encode
_NEIGHBOURS: Final = 1_000
"""How far from its place an event is looked for, to say that it was moved."""


def link(key: bytes, values: Sequence[Any], previous: bytes) -> bytes:
    """Return the hash of an event: 32 bytes.

    Args:
        key: the audit key.
        values: the event's values in the order of :data:`HASHED`; more may follow.
        previous: the hash of the event before it.
    """
    fields = dict(zip(HASHED, values, strict=False))
    fields["previous_hash"] = previous.hex()
    fields["version"] = VERSION
    # Text that is no UTF-8 was put there by others: it is hashed as it lies there.
    return hmac.digest(key, _encode(fields).encode("utf-8", "surrogateescape"), "sha256")


def fingerprint(key: bytes) -> bytes:
    """Return what tells a key from others without telling the key: 32 bytes."""
    return hmac.digest(key, b"keytui audit key", "sha256")


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of the newest event: kept elsewhere, it shows what was cut or rewritten.

    Attributes:
        number: the event's number; 0 for an empty trail.
        hash: in hex, 64 digits, or fewer where it was shortened to be kept.
    """

    number: int
    hash: str

    def __str__(self) -> str:
        """Write it as ``SEQ:HASH``."""
        return f"{self.number}:{self.hash}"

    @property
    def short(self) -> str:
        """The head with as few digits as are enough, for a line on a screen."""
        return f"{self.number}:{self.hash[:SHORTEST_HEAD]}"

    @classmethod
    def parse(cls, typed: str) -> "Head":
        """Read ``SEQ:HASH``.

        Raises:
            BadInput: it is none.
        """
        found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{16,64})", typed.strip().lower())
        if found is None or (int(found[1]) == 0 and set(found[2]) != {"0"}):
            raise BadInput(
                "Give the head as keytui printed it: a number, a colon, 16 to 64 hex digits."
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Break:
    """The first event at which a chain is broken, and what is wrong there, as a sentence."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk along the whole chain found.

    Attributes:
        head: the newest event up to which everything is right.
        unproved: how many events were made with a key that is gone: only that
            they follow each other was checked.
        broken: where the chain breaks; ``None`` for a whole one.
    """

    head: Head
    unproved: int
    broken: Break | None


class Walk:
    """A walk along the chain, from its first event on, a batch at a time.

    Attributes:
        number: the last event that was right.
        hash: its hash.
    """

    def __init__(self, key: bytes, since: int = 1, kept: Head | None = None) -> None:
        """Begin before the first event.

        Args:
            key: the audit key.
            since: the first event made with ``key``. Older ones were made with a
                key that is gone: only that they follow each other is checked.
            kept: a head from earlier, to be found on the way.
        """
        self.number = 0
        self.hash = START
        self._key = key
        self._since = since
        self._kept = kept

    def first_broken(self, events: Iterable[Sequence[Any]]) -> Break | None:
        """Go on along ``events``; return where they break, or ``None``.

        Args:
            events: in the order of their numbers; each the values of
                :data:`HASHED`, then the previous hash and its own.
        """
        kept = self._kept
        for event in events:
            number, hashed = event[0], event[-1]
            if event[-2] != self.hash or number != self.number + 1 or not self._is_whole(event):
                return self._explain(event)
            if (
                kept is not None
                and number == kept.number
                and not hashed.hex().startswith(kept.hash)
            ):
                return Break(
                    number,
                    f"Event {number} is not the one of the kept head: "
                    "the trail was rewritten, or replaced by another copy.",
                )
            self.number, self.hash = number, hashed
        return None

    def end(self) -> Break | None:
        """Tell, after the last event, whether a kept head was never reached."""
        if self._kept is None or self._kept.number <= self.number:
            return None
        return Break(
            self.number + 1,
            f"Event {self.number + 1} is missing: the trail was cut after event {self.number}, "
            "or replaced by an older copy.",
        )

    def _is_whole(self, event: Sequence[Any]) -> bool:
        previous, hashed = event[-2:]
        if not (isinstance(previous, bytes) and isinstance(hashed, bytes)):
            return False
        if event[0] < self._since:
            return True
        return hmac.compare_digest(link(self._key, event, previous), hashed)

    def _explain(self, event: Sequence[Any]) -> Break:
        number, expected = event[0], self.number + 1
        if number > expected:
            return Break(expected, f"Event {expected} is missing.")
        if number < expected or event[-1] is None:
            return Break(number, f"Event {number} was added by another program.")
        if event[-2] == self.hash:
            return Break(number, f"Event {number} was changed.")
        if self._is_whole(event):
            return Break(
                number,
                f"Event {number} does not follow event {self.number}: the trail was forked.",
            )
        for other in range(max(number - _NEIGHBOURS, 1), number + _NEIGHBOURS):
            if isinstance(event[-2], bytes) and (
                link(self._key, (other, *event[1:]), event[-2]) == event[-1]
            ):
                return Break(number, f"Event {number} is out of order: it was event {other}.")
        return Break(number, f"Event {number} was changed or added: its hash is of another key.")
