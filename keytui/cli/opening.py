"""Opening the terminal app from the command line."""

import sys
from typing import Any, NoReturn

from keytui.cli.exits import ExitCode, fail
from keytui.cli.session import Session


def need_terminal() -> None:
    """End with a sentence where there is no terminal: a Textual app would never end there."""
    if not all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        fail(
            "The app needs a terminal: run it in one, or use a command (see keytui --help).",
            ExitCode.CANNOT,
        )


def open_app(session: Session, **how: Any) -> NoReturn:  # noqa: ANN401 - passed on
    """Run the app until it is quit, and end with its exit code."""
    from keytui.tui.run import run  # late: no other command needs it

    sys.exit(run(session.settings, session.origin, **how))
