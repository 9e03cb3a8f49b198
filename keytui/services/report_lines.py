"""The lines of the report *Account API Key*: its columns, and how each value is written."""

import csv
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, TextIO

from keytui.domain import clock
from keytui.domain.records import ApiKey
from keytui.domain.text import harmless

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

NEVER: Final = "never"

# OWASP "CSV Injection" and ASVS 5.0 §1.2.10: a cell that starts like this is a
# formula to a spreadsheet. The full-width forms are folded to these by some.
_FORMULA_STARTS: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "＝",
    "＋",
    "－",
    "＠",
)


class Format(StrEnum):
    """How the report is written."""

    CSV = "csv"
    """RFC 4180 in UTF-8, safe to open in a spreadsheet."""
    JSONL = "jsonl"
    """One JSON object a line, in UTF-8."""


def write(keys: Iterable[ApiKey], form: Format, file: TextIO, present: int) -> int:
    """Write the lines of ``keys`` as they come, one in memory at a time; return their number.

    Args:
        keys: whose lines, in their order.
        form: how.
        file: where to, opened with ``newline=""``.
        present: now, in microseconds UTC: what ages count to.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    if form is Format.CSV:
        writer.writerow(COLUMNS)
    rows = 0
    for line in _lines(keys, present):
        if form is Format.CSV:
            writer.writerow([_cell(value) for value in line.values()])
        else:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        rows += 1
    return rows


def _lines(keys: Iterable[ApiKey], present: int) -> Iterator[dict[str, str | int | None]]:
    for key in keys:
        yield _line(key, present)


def _line(key: ApiKey, present: int) -> dict[str, str | int | None]:
    values = (
        key.user_id,
        key.masked,
        key.status,
        key.age_days(present),
        NEVER if key.last_used_at is None else clock.iso(key.last_used_at),
        key.key_id,
        key.label,
        clock.iso(key.created_at),
        key.expires_at and clock.iso(key.expires_at),
        key.state,
        key.deactivated_at and clock.iso(key.deactivated_at),
        key.deactivated_by,
        key.deactivation_reason,
        key.last_used_from,
    )
    harmless_values = (harmless(value) if isinstance(value, str) else value for value in values)
    return dict(zip(COLUMNS, harmless_values, strict=True))


def _cell(value: str | int | None) -> str | int:
    if isinstance(value, int):
        return value
    text = value or ""
    return "'" + text if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
