"""The report *Account API Key*: one row per key of the whole system.

The rows are first written to a private file beside their place. The file is
put into its place and the export on record together: if the event cannot be
written, the file is taken away again, and there is never half of one.
"""

import csv
import io
import json
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor, ApiKey
from keytui.domain.text import harmless
from keytui.services import report_place
from keytui.services.acting import acting, looking
from keytui.services.key_records import record, select_keys
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


def proposed_name(form: Format) -> str:
    """Propose a file name for a report of now: ``account-api-keys-20261124-060035.csv``."""
    return f"account-api-keys-{clock.stamp(clock.now())}.{form}"


def export(actor: Actor, form: Format, path: Path, *, replace: bool = False) -> int:
    """Write the report to a file that its account alone can read (0600).

    Args:
        actor: who exports.
        form: how it is written.
        path: where to.
        replace: whether a file that is there already may be replaced.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor is no administrator.
        Conflict: there is a file already, and ``replace`` is false.
        BadInput: no file can be written there.
    """
    unfinished: Path | None = None
    try:
        with looking(actor, Action.REPORT_EXPORT) as deed:
            # Before the disk is touched: whoever may not export learns nothing of it.
            deed.require(Permission.EXPORT_REPORT)
            report_place.check(path, replace=replace)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            unfinished = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                rows = _write(form, file)
                file.flush()
                os.fsync(handle)
        with (
            report_place.filled(path, unfinished, replace=replace),
            acting(actor, Action.REPORT_EXPORT) as deed,
        ):
            deed.require(Permission.EXPORT_REPORT)
            deed.record(f"{rows} rows as {form} to {path}")
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        raise BadInput(
            f"The report cannot be written to {harmless(str(path))} "
            f"({getattr(error, 'strerror', None) or error}): choose another place."
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return rows


def export_to_stream(actor: Actor, form: Format, stream: BinaryIO) -> int:
    """Write the report to an open stream, such as standard output.

    The whole report is made and put on record before its first byte leaves.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor is no administrator.
    """
    whole = io.StringIO(newline="")
    with looking(actor, Action.REPORT_EXPORT) as deed:
        deed.require(Permission.EXPORT_REPORT)
        rows = _write(form, whole)
    with acting(actor, Action.REPORT_EXPORT) as deed:
        deed.require(Permission.EXPORT_REPORT)
        deed.record(f"{rows} rows as {form} to a stream")
    stream.write(whole.getvalue().encode("utf-8"))
    stream.flush()
    return rows


def _write(form: Format, file: TextIO) -> int:
    present = clock.now()
    query = select_keys().order_by(UserRow.user_id, ApiKeyRow.id)
    lines = [_line(record(row, present), present) for row in query.dicts()]
    if form is Format.JSONL:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    else:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(COLUMNS)
        for line in lines:
            writer.writerow([_cell(value) for value in line.values()])
    return len(lines)


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
