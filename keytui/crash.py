"""An internal error: a private report of where it was, one sentence for the person.

A traceback is full of other people's data: its message, its lines of input, its
local variables. The report holds none of that, only the chain of error types
and the places in the code, and nothing of it is printed.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

import keytui


def report(error: BaseException, folder: Path) -> str:
    """Write the report (0600) and return the sentence for the person."""
    reference = os.urandom(4).hex()
    lines = [
        f"keytui {keytui.__version__}, internal error {reference}, {datetime.now(UTC).isoformat()}",
        *_places(error),
    ]
    path = folder / f"error-{reference}.log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return f"An internal error stopped it ({reference}); no report could be written."
    return (
        f"An internal error stopped it ({reference}). "
        f"A report without any of your data is in {path}."
    )


def _places(error: BaseException) -> list[str]:
    lines: list[str] = []
    link: BaseException | None = error
    seen: list[BaseException] = []
    while link is not None and link not in seen:
        seen.append(link)
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}")
        lines.extend(
            f"    {frame.f_code.co_filename}:{number} in {frame.f_code.co_qualname}"
            for frame, number in traceback.walk_tb(link.__traceback__)
        )
        link = link.__cause__ or link.__context__
    return lines
