"""The lines of the report *Account API Key*: its columns, and how each value is written.

A million lines are made by what stands here, so it works on plain rows, a batch
at a time, and remembers what it wrote of the values that come again: most do.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar

from keytui.domain import clock
from keytui.domain.clock import DAY, MINUTE, SECOND
from keytui.domain.key_text import MASK, mask
from keytui.domain.states import Status, state_of
from keytui.domain.text import harmless
from keytui.services.key_records import of_successor
from keytui.storage.models import ApiKeyRow, UserRow

COLUMNS: Final = (
    "user_id",
    "masked_key",
    "status",
    "key_age_days",
    "last_used",
    "key_id",
    "label",
    "created_at",
    "expires_at",
    "state",
    "deactivated_at",
    "deactivated_by",
    "deactivation_reason",
    "last_used_from",
)
"""The columns in their order; the first five are fixed by the product's rules."""

SELECTED: Final = (
    UserRow.user_id,
    UserRow.status,
    ApiKeyRow.last_four,
    ApiKeyRow.id,
    ApiKeyRow.label,
    ApiKeyRow.created_at,
    ApiKeyRow.expires_at,
    ApiKeyRow.last_used_at,
    ApiKeyRow.last_used_from,
    ApiKeyRow.deactivated_at,
    ApiKeyRow.deactivated_by,
    ApiKeyRow.deactivation_reason,
    of_successor("id"),
)
"""What is read for a line, in this order."""

NEVER: Final = "never"
"""Not used since it was created; or without an end."""
NO_INFORMATION: Final = "no_information"
"""It happened, and nobody told from where: another word than :data:`NEVER`."""

Row: TypeAlias = tuple[Any, ...]
"""The values of :data:`SELECTED`."""
Lines: TypeAlias = Callable[[Iterable[Row]], str]
"""Writes the lines of some rows."""

# OWASP "CSV Injection" and ASVS 5.0 §1.2.10: a cell that starts like this is a
# formula to a spreadsheet. The full-width forms are folded to these by some.
# Tab, CR, LF and NUL, which stand there too, are no harmless() text.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_REMEMBERED: Final = 10_000
"""Values of a kind: 2 MB at most, and the keys of an owner or a day come together."""

_DOTS: Final = len(MASK)
_SECONDS: Final = tuple(f"{second:02}Z" for second in range(60))

K = TypeVar("K")
V = TypeVar("V")


class Format(StrEnum):
    """How the report is written."""

    CSV = "csv"
    """RFC 4180 in UTF-8, each text in quotes, safe to open in a spreadsheet."""
    JSONL = "jsonl"
    """One JSON object a line, in UTF-8."""


def head(form: Format) -> str:
    """Return what stands before the first line."""
    return ",".join(f'"{name}"' for name in COLUMNS) + "\r\n" if form is Format.CSV else ""


def lines(form: Format, present: int) -> Lines:
    """Return what writes rows as ``form``; ages count to ``present``, in microseconds UTC."""
    meant = _Meaning(present)
    return _csv(meant) if form is Format.CSV else _json(meant)


class _Remembered(dict[K, V], Generic[K, V]):
    """What a function returned, by its argument, of the last thousands. A hit costs no call."""

    def __init__(self, function: Callable[[K], V]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, argument: K) -> V:
        if len(self) >= _REMEMBERED:
            self.clear()
        result = self[argument] = self._function(argument)
        return result


class _Meaning:
    """What rows mean at a time: the values of :data:`COLUMNS`, not yet harmless."""

    def __init__(self, present: int) -> None:
        self._present = present
        self._words = _Remembered(_words)
        self._dates: _Remembered[int, str] = _Remembered(lambda day: clock.iso(day * DAY)[:11])
        self._minutes: _Remembered[int, str] = _Remembered(
            lambda minute: clock.iso(minute * MINUTE)[11:17]
        )

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        present, iso = self._present, self._iso
        for (
            user_id,
            owner,
            four,
            key_id,
            label,
            born,
            expires,
            used,
            origin,
            ended,
            by,
            why,
            successor,
        ) in rows:
            expired = expires is not None and expires <= present
            status, state = self._words[ended is not None, expired, owner, successor is not None]
            yield (
                user_id,
                mask(four),
                status,
                clock.days(born, present if ended is None else ended),
                NEVER if used is None else iso(used),
                key_id,
                label,
                iso(born),
                NEVER if expires is None else iso(expires),
                state,
                None if ended is None else iso(ended),
                by,
                why,
                NO_INFORMATION if origin is None and used is not None else origin,
            )

    def _iso(self, at: int) -> str:
        """Write it as :func:`.clock.iso` does, in a tenth of the time."""
        second = at // SECOND
        day, minute = second // 86_400, second // 60 % 1_440
        return f"{self._dates[day]}{self._minutes[minute]}{_SECONDS[second % 60]}"


def _csv(meant: _Meaning) -> Lines:
    cells = _Remembered(cell)

    def write(rows: Iterable[Row]) -> str:
        # What needs no look is not looked at: words, times, numbers, and the masks that are in order.
        return "".join(
            [
                f'{cells[user_id]},"{masked if masked[_DOTS:].isalnum() else cells[masked][1:-1]}",'
                f'"{status}",{age},"{used}",{key_id},{cells[label]},"{born}","{expires}",'
                f'"{state}","{ended or ""}",{cells[by]},{cells[why]},{cells[origin]}\r\n'
                for user_id, masked, status, age, used, key_id, label, born, expires, state, ended, by, why, origin in meant(
                    rows
                )
            ]
        )

    return write


def _json(meant: _Meaning) -> Lines:
    texts = _Remembered(harmless)
    encode = json.JSONEncoder(ensure_ascii=False).encode

    def write(rows: Iterable[Row]) -> str:
        return "".join(
            encode(
                {
                    name: texts[value] if isinstance(value, str) else value
                    for name, value in zip(COLUMNS, values, strict=True)
                }
            )
            + "\n"
            for values in meant(rows)
        )

    return write


def _words(case: tuple[bool, bool, str, bool]) -> tuple[str, str]:
    ended, expired, owner, replaced = case
    state = state_of(0 if ended else None, 0 if expired else None, owner, 0, replaced=replaced)
    status = Status.ACTIVE if state.works else Status.INACTIVE
    return str(status), str(state)


def cell(value: str | None) -> str:
    """Return a text as a cell of CSV: in quotes, and no formula."""
    text = harmless(value or "").replace('"', '""')
    quote = "'" if text.lstrip(" ").startswith(_FORMULA_STARTS) else ""
    return f'"{quote}{text}"'
