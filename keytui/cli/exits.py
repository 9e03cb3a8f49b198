"""How a command ends: an exit code, and one sentence on standard error."""

import os
import sys
from contextlib import suppress
from enum import IntEnum
from typing import NoReturn

from keytui.domain.text import harmless


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    """keytui said no: a rule, a wrong password, a key that is not good, input that does not fit."""
    CANNOT = 2
    """It could not be tried: no terminal, an unusable database, a wrong command line."""
    SOME = 3
    """It was done, and found what it looked for: a cron job has something to tell."""


def say(line: str) -> None:
    """Write a line of talk to standard error."""
    print(harmless(line), file=sys.stderr)  # noqa: T201 - this is where the talk goes


def answer(*fields: object) -> None:
    """Write a row of the answer to standard output, its fields apart by tabs."""
    print("\t".join(harmless(str(field)) for field in fields))  # noqa: T201 - this is where the answer goes


def drop_answer() -> None:
    """Write what is left of the answer to nowhere: nobody can take it."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(sentence: str, code: ExitCode) -> NoReturn:
    """End with a sentence."""
    say(f"keytui: {sentence}")
    sys.exit(code)
