"""``keytui verify``: is the key on standard input good?

It reads its own few words and loads neither click nor the settings where the
database is named: the whole check takes little longer than starting Python.
"""

import os
import sys
from collections.abc import Sequence

from keytui.cli.exits import ExitCode, drop_answer, fail, say
from keytui.domain.errors import BadInput
from keytui.domain.text import harmless
from keytui.services.verification import Verdict, Verifier

USAGE = """\
Usage: keytui verify [--json] [--database PATH]

  Tell whether the API key on standard input is good; at a terminal it is asked
  for without echo. A key is never given as an argument: others can read those.

Options:
  --json           Print the verdict as one JSON object.
  --database PATH  The database: a file, or a postgresql:// URL.
  -h, --help       Show this message and exit.

Exit code: 0 good, 1 not good, 2 it could not be checked.
"""
_LONGEST = 4_096


def run(arguments: Sequence[str], database: str = "") -> ExitCode:
    """Verify one key and print the verdict; return the exit code.

    Args:
        arguments: the words after ``verify``.
        database: the database, unless the words name one; by default the settings do.

    Raises:
        DatabaseUnusable: it could not be checked.
    """
    database = database or os.environ.get("KEYTUI_DATABASE", "")
    as_json = False
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in ("-h", "--help"):
            sys.stdout.write(USAGE)
            return ExitCode.DONE
        if word == "--json":
            as_json = True
        elif word == "--database" and words:
            database = words.pop(0)
        elif word.startswith("--database="):
            database = word.partition("=")[2]
        else:
            # Not repeated: it may be a key.
            say("keytui: verify takes its key from standard input, and only --json and --database.")
            return ExitCode.CANNOT
    try:
        path = _path(database)
    except BadInput as error:
        fail(str(error), ExitCode.CANNOT)
    with Verifier(path) as verifier:
        try:
            key = _key()
        except (EOFError, KeyboardInterrupt):
            fail("No key was given: nothing was checked.", ExitCode.CANNOT)
        verdict = verifier.verify(key, _origin())
        try:
            print(_json(verdict) if as_json else _line(verdict), flush=True)  # noqa: T201 - the answer
        except BrokenPipeError:  # nobody reads it: the exit code still tells
            drop_answer()
    return ExitCode.DONE if verdict else ExitCode.REFUSED


def _path(database: str) -> str:
    from keytui.storage.location import canonical

    if not database:
        from keytui import settings

        database = settings.load({}, os.environ, settings.config_file()).location
    return canonical(database)


def _key() -> str:
    if sys.stdin is None:
        raise EOFError
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("API key: ").strip()
    return sys.stdin.buffer.readline(_LONGEST).decode("utf-8", "replace").strip()


def _origin() -> str:
    if "SSH_CONNECTION" not in os.environ:
        return "local"
    from keytui.origin import where_from

    return where_from(os.environ)


def _line(verdict: Verdict) -> str:
    if verdict.key_id is None:
        return str(verdict.code)
    return harmless(f"{verdict.code}: key {verdict.key_id} of {verdict.user_id}, {verdict.label}")


def _json(verdict: Verdict) -> str:
    import json

    return json.dumps({"valid": verdict.valid, **verdict._asdict()})
