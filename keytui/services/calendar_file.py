"""Writing a calendar of the ends of keys: to a stream, or whole into a file of its own."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from keytui.domain import calendar, clock
from keytui.domain.errors import BadInput
from keytui.domain.records import ApiKey
from keytui.domain.text import harmless
from keytui.storage.database import is_open_database

ENDING: Final = ".ics"


def to_stream(keys: Iterable[ApiKey], stream: IO[bytes]) -> int:
    """Write the calendar to a stream; return the number of its keys.

    Without keys it has no event: RFC 5545 wants one, and what reads calendars does not.
    """
    present = clock.now()
    written = 0
    stream.write(b"".join(map(calendar.folded, calendar.HEAD)))
    for key in keys:
        stream.write(b"".join(map(calendar.folded, calendar.event(key, present))))
        written += 1
    stream.write(b"".join(map(calendar.folded, calendar.TAIL)))
    return written


def to_file(keys: Iterable[ApiKey], path: Path) -> int:
    """Write the calendar to a file that its account alone can read (0600), as :func:`to_stream`.

    A calendar that is there already is replaced, whole or not at all: cron writes it anew.

    Raises:
        BadInput: no calendar can be there.
    """
    if path.suffix != ENDING or is_open_database(path):
        raise BadInput(
            f"A calendar's name ends in {ENDING}, unlike {harmless(path.name)[:64]}: "
            "choose another place."
        )
    unfinished: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        unfinished = Path(name)
        with os.fdopen(handle, "wb") as file:
            written = to_stream(keys, file)
            file.flush()
            os.fsync(handle)
        unfinished.replace(path)
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        raise BadInput(
            f"The calendar cannot be written to {harmless(str(path))} "
            f"({getattr(error, 'strerror', None) or error}): choose another place."
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return written
