"""The receipt of an offboarding: what ended, when, by whom, in lines for a person to keep."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keytui.domain import clock, text
from keytui.domain.audit_chain import Head
from keytui.domain.errors import BadInput, Conflict
from keytui.domain.records import ApiKey, SshKey
from keytui.domain.text import harmless


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was ended in one act.

    Attributes:
        user_id: whose access.
        role: what they were.
        at: when, in microseconds UTC.
        by: by whom.
        origin: from where.
        reason: why.
        act: the name that stands in the audit event of each.
        was_active: whether they were active until then.
        had_code: whether they had a sign-in code that nobody had used.
        keys: the API keys, as they were before it.
        ssh_keys: the SSH keys, as they were before it.
        head: the head of the audit chain after it.
    """

    user_id: str
    role: str
    at: int
    by: str
    origin: str
    reason: str
    act: str
    was_active: bool
    had_code: bool
    keys: Sequence[ApiKey]
    ssh_keys: Sequence[SshKey]
    head: Head

    @property
    def lines(self) -> Sequence[str]:
        """The receipt in words, harmless; a key is masked as everywhere."""
        lines = [
            f"Offboarded: {self.user_id} ({self.role})",
            f"When: {clock.iso(self.at)}",
            f"By: {self.by}, {self.origin}",
            f"Reason: {self.reason}",
            f"Audit trail: each event of it says {self.act}",
            f"Audit head after it: {self.head}",
            "",
            "Ended for good:",
        ]
        if self.was_active:
            lines.append("- the person, their password and every open sign-in")
        else:
            lines.append("- (the person was inactive already, their sign-ins had ended)")
        if self.had_code:
            lines.append("- a one-time sign-in code that was not used yet")
        lines.append(f"- {text.counted(len(self.keys), 'API key')}")
        lines += [
            f"  key {key.key_id}  {key.masked}  {key.state}, last used {clock.iso(key.last_used_at)}  {key.label}"
            for key in self.keys
        ]
        lines.append(f"- {text.counted(len(self.ssh_keys), 'SSH key')}")
        lines += [
            f"  SSH key {key.ssh_key_id}  {key.fingerprint}  {key.label}" for key in self.ssh_keys
        ]
        return [harmless(line) for line in lines]


def proposed_name(receipt: Receipt) -> str:
    """Propose a file name: ``offboarding-maria-20261124-060035.txt``."""
    return f"offboarding-{receipt.user_id}-{clock.stamp(receipt.at)}.txt"


def save(receipt: Receipt, path: Path) -> None:
    """Write a receipt to a new file that its account alone can read (0600).

    Raises:
        BadInput: it cannot be written there.
        Conflict: there is something already.
    """
    shown = harmless(str(path))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise Conflict(f"{shown} exists already: choose another name.") from error
    except (OSError, ValueError) as error:
        raise _cannot(shown, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write("".join(f"{line}\n" for line in receipt.lines).encode())
            file.flush()
            os.fsync(handle)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _cannot(shown, error) from error


def _cannot(shown: str, error: Exception) -> BadInput:
    why = getattr(error, "strerror", None) or "no such name can be"
    return BadInput(f"The receipt cannot be written to {shown} ({why}): choose another place.")
