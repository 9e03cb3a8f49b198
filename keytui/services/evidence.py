"""Writing evidence: a file with its manifest beside it, both whole and on record, or neither.

The file is first written to a private one beside its place. It and the manifest are put
into their places and the export on record together: if the event cannot be written, both
are taken away again.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

import keytui
from keytui.domain import clock, manifest
from keytui.domain.audit import Action
from keytui.domain.audit_chain import Head
from keytui.domain.errors import BadInput
from keytui.domain.manifest import Manifest
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import report_place
from keytui.services.acting import Deed, acting, looking
from keytui.storage import audit_trail
from keytui.storage.models import database

Put = Callable[[bytes], object]
"""Takes the next bytes of a file."""

_IN_MEMORY: Final = 1 << 20
"""Bytes on their way to a stream that are kept in memory; more go to an unnamed file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something to be exported.

    Attributes:
        action: what its export is called in the audit trail.
        permission: what its export needs.
        content: what it is, for people.
        selection: of which keys, in words.
        words: the same for the audit event, which begins with the rows: may be empty.
        form: how it is written, and what the name of its file ends in, but for ``.gz``.
        write: writes it and returns the rows; what it raises stops the export.
        target: what the audit event is about.
    """

    action: Action
    permission: Permission
    content: str
    selection: str
    form: str
    write: Callable[[Put], int]
    words: str = ""
    target: str = ""


def to_file(actor: Actor, what: Evidence, path: Path, *, replace: bool = False) -> int:
    """Write it to a file that its account alone can read (0600), with its manifest beside it.

    Args:
        actor: who exports.
        what: it.
        path: where to; compressed (RFC 1952) where the name ends in ``.gz``.
        replace: whether a file, and a manifest, that are there already may be replaced.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor may not.
        Conflict: there is a file already, and ``replace`` is false.
        BadInput: no file can be written there.
    """
    beside = Path(f"{path}{manifest.ENDING}")
    with ExitStack() as clean:
        try:
            with looking(actor, what.action, what.target) as deed:
                # Before the disk is touched: whoever may not export learns nothing of it.
                deed.require(what.permission)
                report_place.check(path, what.form, replace=replace)
                if not replace and beside.exists():
                    raise report_place.exists(beside)
                unfinished = _private(clean, path)
                rows, size, sha256 = _write(what, unfinished, packed=path.suffix == ".gz")
            with ExitStack() as places:
                places.enter_context(report_place.filled(path, unfinished, replace=replace))
                with acting(actor, what.action, what.target) as deed:
                    said = _manifest(actor, what, path, rows, size, sha256)
                    _record(deed, what, rows, f"to {path}", f"{sha256}, manifest {said.seal}")
                    told = _private(clean, beside)
                    told.write_text(said.recorded(head_now()).text(), encoding="utf-8")
                    # Left after the commit: until then both can be taken away again.
                    places.enter_context(report_place.filled(beside, told, replace=replace))
        except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
            raise BadInput(
                f"The report cannot be written to {harmless(str(path))} "
                f"({getattr(error, 'strerror', None) or error}): choose another place."
            ) from error
    return rows


def to_stream(actor: Actor, what: Evidence, stream: BinaryIO) -> int:
    """Write it to an open stream, such as standard output.

    All of it is made and put on record before its first byte leaves.

    Args:
        actor: who exports.
        what: it.
        stream: where to.

    Returns:
        The number of rows.

    Raises:
        Refused: the actor may not.
        BadInput: there is no room to make it.
    """
    try:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as whole:
            hashed = hashlib.sha256()
            with looking(actor, what.action, what.target) as deed:
                deed.require(what.permission)
                rows = what.write(_both(whole, hashed.update))
            with acting(actor, what.action, what.target) as deed:
                _record(deed, what, rows, "to a stream", hashed.hexdigest())
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


def head_now() -> Head:
    """Return the head of the audit chain, inside the transaction or reading that is open."""
    return audit_trail.head_of(database.connection())


def _record(deed: Deed, what: Evidence, rows: int, where: str, sha256: str) -> None:
    deed.require(what.permission)
    deed.record(f"{rows} rows{what.words} as {what.form} {where}, SHA-256 {sha256}")


def _private(clean: ExitStack, path: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    unfinished = Path(name)
    clean.callback(unfinished.unlink, missing_ok=True)
    return unfinished


def _write(what: Evidence, unfinished: Path, *, packed: bool) -> tuple[int, int, str]:
    """Write the file; return its rows, its size and its SHA-256."""
    hashed = hashlib.sha256()
    with unfinished.open("wb") as file:
        put = _both(file, hashed.update)
        if packed:
            with gzip.GzipFile("", "wb", fileobj=_Sink(put), mtime=0) as packer:
                rows = what.write(packer.write)
        else:
            rows = what.write(put)
        file.flush()
        os.fsync(file.fileno())
        return rows, file.tell(), hashed.hexdigest()


class _Sink:
    """As much of a file as gzip needs."""

    def __init__(self, put: Put) -> None:
        self._put = put

    def write(self, data: bytes) -> int:
        self._put(data)
        return len(data)

    def flush(self) -> None:
        """Keep nothing back anyway."""


def _both(file: IO[bytes], also: Put) -> Put:
    def put(data: bytes) -> None:
        also(data)
        file.write(data)

    return put


def _manifest(  # noqa: PLR0913, PLR0917 - a manifest has this many parts
    actor: Actor, what: Evidence, path: Path, rows: int, size: int, sha256: str
) -> Manifest:
    """Return it without its audit head, which is not known before it is on record."""
    return Manifest(
        file=harmless(path.name),
        content=what.content,
        selection=what.selection,
        format=what.form,
        rows=rows,
        size=size,
        sha256=sha256,
        exported_at=clock.iso(clock.now()),
        exported_by=actor.user_id,
        exported_from=harmless(actor.origin),
        program=f"keytui {keytui.__version__}",
        audit_head="",
    )
