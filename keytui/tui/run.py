"""Opening the app: everything that must be so before Textual is imported, and after it ends."""

import gc
import os
import sys

from keytui.services import users
from keytui.settings import Settings
from keytui.storage.database import close_database, open_database


def run(settings: Settings, origin: str, demo_as: str | None = None) -> int:
    """Run the app until it is quit.

    Args:
        settings: of this run.
        origin: from where it is used.
        demo_as: for the demo, who signs in at once; ``""`` to choose.

    Returns:
        The exit code.

    Raises:
        DatabaseUnusable: before anything is drawn.
    """
    # Collecting garbage amid the imports costs a tenth of the start: :func:`.settled` begins anew.
    gc.disable()
    # TEXTUAL_LOG and TEXTUAL_DEBUG would write every typed character to a file,
    # TEXTUAL_DRIVER would import whatever it names; COLUMNS and LINES may be those
    # of another terminal.
    for name in [name for name in os.environ if name.startswith(("TEXTUAL", "COLUMNS", "LINES"))]:
        del os.environ[name]
    if os.environ.get("SSH_CONNECTION"):
        os.environ["TEXTUAL_ANIMATIONS"] = "none"  # frames that a slow link need not carry
    if demo_as is not None:
        from keytui.tui.demo import run_demo

        return run_demo(settings, origin, demo_as)
    open_database(settings.location, audit_key_file=settings.audit_key)
    first_start = not users.administrator_exists()
    close_database()  # the screens use a connection of their own thread
    from keytui.tui.screens.entrance import FirstAdministrator, SignIn

    return show(settings, origin, FirstAdministrator() if first_start else SignIn())


def show(settings: Settings, origin: str, first: object) -> int:
    """Draw the app from its first screen on until it is quit; return the exit code."""
    from keytui.tui.app import KeytuiApp
    from keytui.tui.reveal.clipboard.clearing import Cleared

    app = KeytuiApp(settings, origin, first)  # type: ignore[arg-type]  # a screen; naming its type would import Textual
    try:
        app.run(mouse=settings.mouse)
    finally:
        app.background.close()
        cleared = app.clearing.finish()
        if app.watchdog is not None:
            app.watchdog.stop()  # last: it also ends what hangs here
    if cleared is Cleared.FAILED:
        print(f"keytui: {cleared.value}", file=sys.stderr)  # noqa: T201 - the app has left the terminal
    if app.crash_sentence:
        print(f"keytui: {app.crash_sentence}", file=sys.stderr)  # noqa: T201 - the app has left the terminal
    return app.return_code or 0
