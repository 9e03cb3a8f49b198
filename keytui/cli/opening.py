"""Opening the terminal app from the command line, without click: its import costs 40 ms."""

import os
import sys
from typing import NoReturn

from keytui.cli.terminal import need_terminal
from keytui.origin import where_from
from keytui.settings import Settings, make_default_folder


def open_app(chosen: Settings, demo_as: str | None = None) -> NoReturn:
    """Run the app until it is quit, and end with its exit code.

    Args:
        chosen: the settings of this run.
        demo_as: for the demo, who signs in at once; ``""`` to choose.
    """
    need_terminal()
    if demo_as is None:
        make_default_folder(chosen)
    from keytui.tui.run import run  # late: a missing terminal is said without it

    sys.exit(run(chosen, where_from(os.environ), demo_as))
