"""Opening the app from a command: only where there is a whole terminal."""

import sys
from typing import TYPE_CHECKING, NoReturn

from keytui.cli.exits import ExitCode, fail

if TYPE_CHECKING:
    from keytui.cli.session import Session


def need_terminal(otherwise: str = "run it in one, or use a command (see keytui --help)") -> None:
    """Go on only where input, output and error are a terminal: Textual would never end.

    ``otherwise`` says what to do where they are not.
    """
    if not all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        fail(f"The app needs a terminal: {otherwise}.", ExitCode.CANNOT)


def open_signed_in(session: "Session", new_key: str = "", lasts: str = "") -> NoReturn:
    """Open the app with whom the session has signed in already; its database is open.

    Args:
        session: of this run.
        new_key: the label of a key to create and show at once.
        lasts: for how long that key lasts, as typed; empty for the policy's default.
    """
    need_terminal()
    from keytui.tui.run import run_signed_in

    sys.exit(
        run_signed_in(
            session.settings,
            session.origin,
            session.file,
            session.signed_in,
            forced=session.forced,
            new_key=new_key,
            lasts=lasts,
        )
    )
