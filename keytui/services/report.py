"""The report *Account API Key*: one row per key of the whole system.

The rows are read and written one after the other, however many there are; how the file
comes to its place, whole and on record, is :mod:`keytui.services.evidence`'s.
"""

from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.services import evidence
from keytui.services.evidence import Evidence, Put
from keytui.services.report_lines import SELECTED, Format, head, lines
from keytui.services.report_selection import EVERY_KEY, Selection
from keytui.storage.batches import batches
from keytui.storage.models import ApiKeyRow, UserRow

_TELL_EVERY: Final = 500
"""Rows of a batch: some 3 ms apart."""


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
    progress: Progress = untold,
) -> int:
    """Write the report to a file that its account alone can read (0600), its manifest beside it.

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
    return evidence.to_file(actor, _evidence(form, selection, progress), path, replace=replace)


def export_to_stream(
    actor: Actor,
    form: Format,
    stream: BinaryIO,
    selection: Selection = EVERY_KEY,
    *,
    progress: Progress = untold,
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
    return evidence.to_stream(actor, _evidence(form, selection, progress), stream)


def _evidence(form: Format, selection: Selection, progress: Progress) -> Evidence:
    return Evidence(
        action=Action.REPORT_EXPORT,
        permission=Permission.EXPORT_REPORT,
        content="Account API Key",
        selection=selection.scope,
        words=selection.words,
        form=form,
        write=lambda put: _write(form, put, selection, progress),
    )


def _write(form: Format, put: Put, selection: Selection, progress: Progress) -> int:
    present = clock.now()
    query = (
        ApiKeyRow.select(*SELECTED)
        .join(UserRow, on=(ApiKeyRow.owner == UserRow.id))
        .where(True, *selection.conditions(present))
    )
    total = query.count()
    done = 0
    write = lines(form, present)
    put(head(form).encode())
    ordered = query.order_by(UserRow.user_id, ApiKeyRow.id)
    with closing(batches(ordered, _TELL_EVERY)) as found:
        for batch in found:
            put(write(batch).encode())
            done += len(batch)
            progress(done, max(done, total))
    progress(done, done)
    return done
