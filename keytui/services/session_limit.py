"""How many sessions may be open at once, of one person and in all.

A session holds one of the person's places and one of everybody's: a file, locked
(flock) as long as the process lives. The system lets go of it whatever ends the
process, so that ``kill -9`` leaves nothing to be counted.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keytui.domain.errors import DatabaseUnusable, Refused
from keytui.domain.text import counted, harmless


@contextmanager
def place(folder: Path, person: str, per_person: int, in_all: int) -> Iterator[None]:
    """Hold a place for a session during the block.

    Args:
        folder: where the places are; it is made (0700) where there is none.
        person: whose session it is; ``""`` for somebody not signed in yet, who
            counts among all.
        per_person: how many sessions one person may have.
        in_all: how many there may be.

    Raises:
        Refused: there are as many already.
        DatabaseUnusable: nothing can be written there.
    """
    held: list[int] = []
    try:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if person and not _take(folder, f"of-{person}", per_person, held):
                raise Refused(
                    f"{harmless(person)} has {counted(per_person, 'session')} open already: "
                    "close one, then come again."
                )
            if not _take(folder, "all", in_all, held):
                raise Refused(
                    f"There are {counted(in_all, 'session')} open already: come again later."
                )
        except OSError as error:
            raise DatabaseUnusable(
                f"The sessions in {folder} cannot be counted ({error.strerror}): "
                "make it a folder of the account that owns the database."
            ) from error
        yield
    finally:
        for file in held:
            os.close(file)


def _take(folder: Path, name: str, places: int, held: list[int]) -> bool:
    for number in range(places):
        file = os.open(
            folder / f"{name}.{number}",
            os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
        )
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        except BaseException:
            os.close(file)
            raise
        else:
            held.append(file)
            return True
    return False
