"""How the app was started, beyond its settings: over SSH for somebody who may do nothing else?"""

from dataclasses import dataclass
from typing import Final

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
class Surroundings:
    """What the door has found out.

    Attributes:
        forced: whether this is all that the person may run: then nothing is
            written on this machine, and signing out or being away ends it.
        remark: what must be said on the first screen, a sentence; or empty.
        new_key: the label of a key to create and show at once; or empty.
        lasts: for how long that key lasts, as typed; empty for the policy's default.
    """

    forced: bool = False
    remark: str = ""
    new_key: str = ""
    lasts: str = ""


ORDINARY: Final = Surroundings()
