"""The report *Account API Key*: one row per key of the whole system.

The rows are read and written one after the other, however many there are, and
first to a private file beside their place. The file is put into its place and the
export on record together: if the event cannot be written, the file is taken away
again, and there is never half of one.
"""

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, BinaryIO, Final, TypeAlias, cast

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.errors import BadInput
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import report_place
from keytui.services.acting import acting, looking
from keytui.services.report_lines import SELECTED, Format, head, lines
from keytui.services.report_selection import EVERY_KEY, Selection
from keytui.storage.batches import batches
from keytui.storage.models import ApiKeyRow, UserRow

Progress: TypeAlias = Callable[[int, int], object]
"""Told now and then how many of how many rows are written; may raise to stop it."""

_TELL_EVERY: Final = 500
"""Rows of a batch: some 3 ms apart."""
_IN_MEMORY: Final = 1 << 20
"""Bytes of a report to a stream that are kept in memory; more go to an unnamed file."""


def proposed_name(form: Format) -> str:
    """Propose a file name for a report of now: ``account-api-keys-20261124-060035.csv``."""
    return f"account-api-keys-{clock.stamp(clock.now())}.{form}"


def export(  # noqa: PLR0913 - two of them have names at every call
    actor: Actor,
    form: Format,
    path: Path,
    selection: Selection = EVERY_KEY,
    *,
    replace: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Write the report to a file that its account alone can read (0600).

    Args:
        actor: who exports.
        form: how it is written; compressed (RFC 1952) where the name ends in ``.gz``.
        path: where to.
        selection: of which keys.
        replace: whether a file that is there already may be replaced.
        progress: told how far it is; what it raises stops the export, and nothing is left of it.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor is no administrator.
        Conflict: there is a file already, and ``replace`` is false.
        BadInput: no file can be written there, or there is no such person.
    """
    unfinished: Path | None = None
    try:
        with looking(actor, Action.REPORT_EXPORT) as deed:
            # Before the disk is touched: whoever may not export learns nothing of it.
            deed.require(Permission.EXPORT_REPORT)
            report_place.check(path, replace=replace)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            unfinished = Path(name)
            with os.fdopen(handle, "wb") as file:
                if path.suffix == ".gz":
                    with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                        rows = _write(form, cast("IO[bytes]", packed), selection, progress)
                else:
                    rows = _write(form, file, selection, progress)
                file.flush()
                os.fsync(handle)
        with (
            report_place.filled(path, unfinished, replace=replace),
            acting(actor, Action.REPORT_EXPORT) as deed,
        ):
            deed.require(Permission.EXPORT_REPORT)
            deed.record(f"{rows} rows{selection.words} as {form} to {path}")
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        raise BadInput(
            f"The report cannot be written to {harmless(str(path))} "
            f"({getattr(error, 'strerror', None) or error}): choose another place."
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return rows


def export_to_stream(
    actor: Actor,
    form: Format,
    stream: BinaryIO,
    selection: Selection = EVERY_KEY,
    *,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Write the report to an open stream, such as standard output.

    The whole report is made and put on record before its first byte leaves.

    Args:
        actor: who exports.
        form: how it is written.
        stream: where to.
        selection: of which keys.
        progress: told how far it is; what it raises stops the export.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor is no administrator.
        BadInput: there is no room to make it, or there is no such person.
    """
    try:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as whole:
            with looking(actor, Action.REPORT_EXPORT) as deed:
                deed.require(Permission.EXPORT_REPORT)
                rows = _write(form, whole, selection, progress)
            with acting(actor, Action.REPORT_EXPORT) as deed:
                deed.require(Permission.EXPORT_REPORT)
                deed.record(f"{rows} rows{selection.words} as {form} to a stream")
            whole.seek(0)
            shutil.copyfileobj(whole, stream)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise BadInput(
            f"The report cannot be made ({error.strerror}): free some space, then try again."
        ) from error
    stream.flush()
    return rows


def _write(form: Format, file: IO[bytes], selection: Selection, progress: Progress) -> int:
    present = clock.now()
    query = (
        ApiKeyRow.select(*SELECTED)
        .join(UserRow, on=(ApiKeyRow.owner == UserRow.id))
        .where(True, *selection.conditions(present))
    )
    total = query.count()
    done = 0
    write = lines(form, present)
    file.write(head(form).encode())
    ordered = query.order_by(UserRow.user_id, ApiKeyRow.id)
    with closing(batches(ordered, _TELL_EVERY)) as found:
        for batch in found:
            file.write(write(batch).encode())
            done += len(batch)
            progress(done, max(done, total))
    progress(done, done)
    return done
