"""``keytui ssh authorized-keys``: which line of ``authorized_keys`` lets this key in?

sshd asks for every key that a client offers, and waits. So it reads its own few
words, and loads neither click nor Peewee nor Argon2. sshd drops what stands on
standard error: what does not work goes to the system's log too, and the exit
code into sshd's own.
"""

import os
import sys
from collections.abc import Sequence

from keytui.cli.exits import ExitCode, say
from keytui.domain.errors import BadInput, KeytuiError
from keytui.domain.text import harmless
from keytui.services import authorized_keys
from keytui.storage.location import canonical

USAGE = """\
Usage: keytui ssh authorized-keys TYPE KEY
       keytui ssh authorized-keys --all [--write FILE]

  For sshd's AuthorizedKeysCommand, which gives it as "%t %k": print the line
  that lets the owner of this SSH key into keytui; nothing for any other key.

Options:
  --all            Print the lines of all SSH keys, for a host that cannot ask.
  --write FILE     Put them into this file, at one instant, instead.
  --database PATH  The database: a file, or a postgresql:// URL.
  -h, --help       Show this message and exit.
"""


def run(arguments: Sequence[str], database: str = "") -> ExitCode:
    """Print the line or the lines; return the exit code.

    Args:
        arguments: the words after ``authorized-keys``.
        database: the database, unless the words name one; by default the settings do.

    Raises:
        BadInput: what names the database, or the file, does not fit.
        DatabaseUnusable: it cannot be read.
        OSError: the file cannot be written.
    """
    wanted, everything, file = [], False, ""
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in ("-h", "--help"):
            sys.stdout.write(USAGE)
            return ExitCode.DONE
        if word == "--all":
            everything = True
        elif word == "--database" and words:
            database = words.pop(0)
        elif word == "--write" and words:
            file = words.pop(0)
        else:
            wanted.append(word)
    if len(wanted) != (0 if everything else 2) or (file and not everything):
        say("keytui: authorized-keys takes a type and a key, or --all: see its --help.")
        return ExitCode.CANNOT
    try:
        place, program = _place(database), _program(database)
        lines = (
            authorized_keys.all_lines(place, program)
            if everything
            else authorized_keys.line_of(place, wanted[0], wanted[1], program)
        )
    except KeytuiError as error:
        _log(str(error))
        raise
    if file:
        _write(file, lines)
    else:
        sys.stdout.write(lines)
    return ExitCode.DONE


def _place(database: str) -> str:
    database = database or os.environ.get("KEYTUI_DATABASE", "")
    if not database:
        from keytui import settings

        database = settings.load({}, os.environ, settings.config_file()).location
    return canonical(database)


def _program(database: str) -> list[str]:
    """Return what starts this keytui in a session, on the database that was named here."""
    started = os.path.abspath(sys.argv[0])
    words = (
        [started]
        if os.path.basename(started) == "keytui" and os.access(started, os.X_OK)
        # -P: the session starts in the account's home, and no module is looked for there.
        else [sys.executable, "-P", "-m", "keytui"]
    )
    if database:
        words += ["--database", canonical(database)]
    if any(harmless(word) != word for word in words):
        raise BadInput("The path of keytui or of its database holds control characters: move it.")
    return words


def _write(typed: str, lines: str) -> None:
    """Put the lines into a file that only this account can read, whole or not at all."""
    from keytui.domain.paths import absolute

    path = absolute(typed)
    if os.path.lexists(path) and not os.path.isfile(path):
        raise BadInput(f"{path} is no file: name another.")
    unfinished = f"{path}.{os.getpid()}.new"
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(lines)
            target.flush()
            os.fsync(target.fileno())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _log(sentence: str) -> None:
    import syslog

    syslog.openlog("keytui", syslog.LOG_PID, syslog.LOG_AUTH)
    syslog.syslog(syslog.LOG_ERR, f"ssh authorized-keys: {harmless(sentence)}")
