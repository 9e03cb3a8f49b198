"""Opening the app from a command: only where there is a whole terminal."""

import sys
from typing import TYPE_CHECKING, Any, NoReturn

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


def open_signed_in(session: "Session", **new_key: Any) -> NoReturn:  # noqa: ANN401 - see below
    """Open the app with whom the session has signed in already; its database is open.

    Args:
        session: of this run.
        new_key: the fields of a :class:`.NewKey` to create and show at once; or nothing.
    """
    need_terminal()
    from keytui.tui.run import run_signed_in
    from keytui.tui.surroundings import NewKey

    sys.exit(
        run_signed_in(
            session.settings,
            session.origin,
            session.file,
            session.signed_in,
            forced=session.forced,
            new_key=NewKey(**new_key) if new_key else None,
        )
    )
