"""Checking exported evidence: is the file what its manifest says, and was it exported here?"""

import hashlib
from pathlib import Path
from typing import Final

from keytui.domain import manifest
from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.manifest import Manifest
from keytui.domain.permissions import Permission
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services.acting import looking
from keytui.storage.models import AuditEventRow

_EXPORTS: Final = (Action.REPORT_EXPORT, Action.REVIEW_REPORT)
_CHUNK: Final = 1 << 20


def check(path: Path) -> Manifest:
    """Tell whether a file is, byte for byte, what its manifest says. No database is needed.

    Args:
        path: the exported file; its manifest is beside it.

    Returns:
        The manifest.

    Raises:
        BadInput: the file or its manifest cannot be read.
        Conflict: the file was changed, or the manifest is another file's.
    """
    found = _manifest(path)
    if found.file != harmless(path.name):
        raise Conflict(
            f"The manifest is of {harmless(found.file)[:100]}: give the file the name it had."
        )
    hashed, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
                size += len(chunk)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if (size, hashed.hexdigest()) != (found.size, found.sha256):
        raise Conflict(
            f"{harmless(path.name)[:100]} was changed since its export: it is not what its "
            "manifest says. Export anew, or find the original."
        )
    return found


def check_recorded(actor: Actor, found: Manifest) -> None:
    """Go on only if the audit trail here holds the very export that the manifest tells of.

    Whether the trail itself is whole says :func:`.audit_check.check`.

    Raises:
        BadInput: the manifest's audit head is none.
        Conflict: it is not there: another database's, changed, or cut off.
        Refused: the actor is no administrator.
    """
    head = found.head
    with looking(actor, Action.AUDIT_CHECK) as deed:
        deed.require(Permission.CHECK_AUDIT)
        row = AuditEventRow.get_or_none(AuditEventRow.id == head.number)
        if (
            row is None
            or (row.hash or b"").hex()[: len(head.hash)] != head.hash
            or row.action not in _EXPORTS
            or row.outcome != Outcome.DONE
            or not row.detail.endswith(f", manifest {found.seal}")
        ):
            raise Conflict(
                f"The audit trail holds no such export as event {head.number:,}: the manifest is "
                "another database's, or one of the two was changed."
            )


def _manifest(path: Path) -> Manifest:
    beside = Path(f"{path}{manifest.ENDING}")
    try:
        with beside.open(encoding="utf-8", errors="replace") as file:
            return Manifest.parse(file.read(manifest.LONGEST))
    except (OSError, ValueError) as error:
        raise _unreadable(beside, error) from error


def _unreadable(path: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{harmless(str(path))} cannot be read ({getattr(error, 'strerror', None) or error}): "
        "name a file that was exported with its manifest beside it."
    )
