"""One step of a set-up: what it is for, its commands, and whether it is done already.

The commands that are printed are the very commands that are run.
"""

import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

from keytui.domain.errors import Refused
from keytui.domain.text import harmless

_LIMIT_SECONDS = 60
"""Longer than any of the commands takes; none asks anything."""
_END = "END"
_LONGEST = 65_536
"""Characters of a file: many times what any file of a set-up holds."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    words: tuple[str, ...]
    given: str = ""
    """Its standard input."""
    judge: Callable[[str], str] = lambda _printed: ""
    """Says what is wrong with what it printed; ``""`` if nothing is."""

    def shell(self) -> str:
        """Return it as a shell reads it."""
        line = shlex.join(self.words)
        return f"{line} <<'{_END}'\n{self.given}{_END}\n" if self.given else f"{line}\n"

    def run(self) -> None:
        """Run it.

        Raises:
            Refused: it is not there, it failed, or what it printed is wrong.
        """
        name = os.path.basename(self.words[0])
        try:
            ended = subprocess.run(  # noqa: S603 - fixed words, no shell
                self.words,
                input=self.given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LIMIT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = error.strerror if isinstance(error, OSError) else "it does not end"
            raise Refused(f"{name} cannot be run ({why}): install or mend it first.") from error
        if ended.returncode:
            words = " ".join((ended.stderr or ended.stdout).split()).removesuffix(".")
            raise Refused(f"{name} says: {harmless(words) or 'nothing'}. Mend that first.")
        if wrong := self.judge(ended.stdout):
            raise Refused(wrong)


@dataclass(frozen=True, slots=True)
class Step:
    """Commands that belong together: all are done, or none counts."""

    says: str
    """What it is for, for a person."""
    commands: tuple[Command, ...]
    is_done: Callable[[], bool]
    file: str = field(default="")
    """A file that is put back as it was where one of the commands fails."""

    def shell(self) -> str:
        """Return it as a shell script with a comment."""
        return f"# {self.says}\n" + "".join(command.shell() for command in self.commands)

    def do(self) -> None:
        """Do it.

        Raises:
            Refused: a command failed; the file is as it was before.
        """
        before = content(self.file) if self.file else None
        try:
            for command in self.commands:
                command.run()
        except BaseException:
            if self.file:
                _put_back(self.file, before)
            raise


def content(path: str) -> str | None:
    """Return what a file says; ``None`` if it is not there.

    Raises:
        Refused: it cannot be read.
    """
    try:
        # The account's own folder is read too: a pipe laid there must not hold root up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}): look at it as root.") from error


def write(path: str, text: str, mode: str) -> Command:
    """Return the command that writes a file of root's."""
    return Command(("install", "-m", mode, "/dev/stdin", path), text)


def _put_back(path: str, before: str | None) -> None:
    if before is None:
        if os.path.lexists(path):
            os.unlink(path)
    else:
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(before)
