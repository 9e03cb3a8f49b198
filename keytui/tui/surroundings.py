"""How the app was started, beyond its settings: over SSH for somebody who may do nothing else?"""

from dataclasses import dataclass
from typing import Final

from keytui.domain.overlap import Overlap

NO_FILES: Final = "A session over SSH writes no files on the server: copy it instead."
NO_FILE_HERE: Final = (
    "A session over SSH writes no files on the server: ask the account that owns the database."
)
NO_REPORT: Final = (
    "A session over SSH writes no files on the server: "
    "run ssh HOST export > report.csv where you are."
)
NO_LOCK: Final = "End this session: over SSH nothing is locked"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to create and show at once, as a command asked for it.

    Attributes:
        label: of a key that replaces none.
        lasts: for how long that one lasts, as typed; empty for the policy's default.
        rotates: the number of the key that it replaces; 0 for none.
        overlap: how long that one goes on working.
    """

    label: str = ""
    lasts: str = ""
    rotates: int = 0
    overlap: Overlap = Overlap.WEEK


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the door has found out.

    Attributes:
        forced: whether this is all that the person may run: then nothing is
            written on this machine, and signing out or being away ends it.
        remark: what must be said on the first screen, a sentence; or empty.
        new_key: a key to create and show at once, or none.
    """

    forced: bool = False
    remark: str = ""
    new_key: NewKey | None = None


ORDINARY: Final = Surroundings()
