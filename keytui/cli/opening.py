"""Opening the terminal app from the command line, without click: its import costs 40 ms."""

import os
import sys
from typing import NoReturn

from keytui.cli.exits import ExitCode, fail
from keytui.origin import where_from
from keytui.settings import Settings, make_default_folder


def open_app(chosen: Settings, demo_as: str | None = None) -> NoReturn:
    """Run the app until it is quit, and end with its exit code.

    Args:
        chosen: the settings of this run.
        demo_as: for the demo, who signs in at once; ``""`` to choose.
    """
    _need_terminal()
    if demo_as is None:
        make_default_folder(chosen)
    from keytui.tui.run import run  # late: a missing terminal is said without it

    sys.exit(run(chosen, where_from(os.environ), demo_as))


def _need_terminal() -> None:
    # A Textual app without one never ends.
    if not all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        fail(
            "The app needs a terminal: run it in one, or use a command (see keytui --help).",
            ExitCode.CANNOT,
        )
