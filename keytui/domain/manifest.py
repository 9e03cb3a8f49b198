"""The manifest beside an exported file: what it is, who made it when, and how to see that it is whole."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from keytui.domain.audit_chain import Head
from keytui.domain.errors import BadInput

ENDING: Final = ".manifest.json"
"""What the name of a manifest adds to the name of its file."""
VERSION: Final = 1
LONGEST: Final = 16_384
"""Characters of a manifest at most; keytui's own have some 600."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is said of an exported file.

    Attributes:
        file: its name, without a folder.
        content: what it holds: ``Account API Key``, or an access review.
        selection: of which keys.
        format: how it is written.
        rows: how many keys.
        size: how large it is, in bytes.
        sha256: of its bytes, in hexadecimal (FIPS 180-4).
        exported_at: when, ISO 8601 in UTC.
        exported_by: who.
        exported_from: from where.
        program: which program made it.
        audit_head: the newest audit event and its hash: the one that records this export.
    """

    file: str
    content: str
    selection: str
    format: str
    rows: int
    size: int
    sha256: str
    exported_at: str
    exported_by: str
    exported_from: str
    program: str
    audit_head: str

    @property
    def head(self) -> Head:
        """The audit head as a value.

        Raises:
            BadInput: it is none.
        """
        return Head.parse(self.audit_head)

    @property
    def seal(self) -> str:
        """The SHA-256, in hexadecimal, of all it says but the audit head: that event holds it."""
        said = asdict(replace(self, audit_head=""))
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def recorded(self, head: Head) -> "Manifest":
        """Return it with the audit head of the event that records it."""
        return replace(self, audit_head=str(head))

    def text(self) -> str:
        """Write it as JSON (RFC 8259)."""
        return (
            json.dumps({"manifest": VERSION, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"
        )

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """Read it.

        Raises:
            BadInput: it is no manifest of this kind.
        """
        try:
            found: Any = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        wanted = {field.name: field.type for field in fields(cls)}
        if (
            not isinstance(found, dict)
            or found.pop("manifest", None) != VERSION
            or set(found) != set(wanted)
            or any(type(found[name]) is not kind for name, kind in wanted.items())
        ):
            raise BadInput("This is no manifest of an export: name the file that was exported.")
        return cls(**found)
