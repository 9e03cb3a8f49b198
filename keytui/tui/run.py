"""Opening the app: everything that must be so before Textual is imported, and after it ends."""

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keytui.services import arrival, boundary
from keytui.settings import ClipboardRoute, Settings
from keytui.storage.drivers import import_peewee_alone
from keytui.tui.surroundings import ORDINARY, NewKey, Surroundings

if TYPE_CHECKING:
    from textual.screen import Screen

    from keytui.services.sign_in import SignedIn


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
    _prepare()
    if demo_as is not None:
        from keytui.tui.demo import run_demo

        return run_demo(settings, origin, demo_as)
    found = arrival.look(settings.location, settings.audit_key)
    from keytui.tui.screens.entrance import FirstAdministrator, SignIn

    door = SignIn if found.has_administrator else FirstAdministrator
    surroundings = Surroundings(remark=found.remark)
    return show(settings, origin, door(found.remark), surroundings, partial(_open, settings))


def run_signed_in(  # noqa: PLR0913 - whoever opens it has found out this much
    settings: Settings,
    origin: str,
    file: Path,
    signed_in: "SignedIn | None",
    *,
    forced: bool,
    new_key: NewKey | None = None,
) -> int:
    """Run the app on the database that is open, for somebody who is signed in already.

    Args:
        settings: of this run.
        origin: from where it is used.
        file: of the database, as :func:`.open_database` returned it.
        signed_in: who they are; ``None`` in a forced session where they sign in first.
        forced: whether the app is all that they may run.
        new_key: a key to create and show at once.

    Returns:
        The exit code.
    """
    from keytui.storage.database import close_database

    _prepare()
    remark = boundary.remark(file)
    close_database()  # the screens use a connection of their own thread
    if forced:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"
        if settings.clipboard is not ClipboardRoute.OFF:
            # The clipboard and the tmux of this machine are not those of the person.
            settings = replace(settings, clipboard=ClipboardRoute.OSC52)
    from keytui.tui.screens.entrance import SignIn

    surroundings = Surroundings(forced, remark, new_key)
    return show(settings, origin, signed_in or SignIn(remark), surroundings)


def _open(settings: Settings) -> None:
    """Open the database that was looked at already; nothing is created in its place."""
    import_peewee_alone()  # late, as all that needs it: the first paint does not
    from keytui.storage.database import open_database

    open_database(settings.location, create=False, audit_key_file=settings.audit_key)


def _prepare() -> None:
    # Collecting garbage amid the imports costs a tenth of the start: :func:`.settled` begins anew.
    gc.disable()
    # TEXTUAL_LOG and TEXTUAL_DEBUG would write every typed character to a file,
    # TEXTUAL_DRIVER would import whatever it names; COLUMNS and LINES may be those
    # of another terminal.
    for name in [name for name in os.environ if name.startswith(("TEXTUAL", "COLUMNS", "LINES"))]:
        del os.environ[name]
    if os.environ.get("SSH_CONNECTION"):
        os.environ["TEXTUAL_ANIMATIONS"] = "none"  # frames that a slow link need not carry


def show(
    settings: Settings,
    origin: str,
    first: "Screen[Any] | SignedIn",
    surroundings: Surroundings = ORDINARY,
    opening: Callable[[], object] | None = None,
) -> int:
    """Draw the app from its first screen on until it is quit; return the exit code.

    ``opening`` opens the database, where it is not open already.
    """
    from keytui.tui.app import KeytuiApp
    from keytui.tui.reveal.clipboard.clearing import Cleared

    app = KeytuiApp(settings, origin, first, surroundings, opening)
    try:
        app.run(mouse=settings.mouse)
    finally:
        app.background.close()
        cleared = app.clearing.finish()
        if app.watchdog is not None:
            app.watchdog.stop()  # last: it also ends what hangs here
    if cleared is Cleared.FAILED:
        print(f"keytui: {cleared.value}", file=sys.stderr)  # noqa: T201 - the app has left the terminal
    for sentence in filter(None, (app.crash_sentence, app.last_words)):
        print(f"keytui: {sentence}", file=sys.stderr)  # noqa: T201 - the app has left the terminal
    return app.return_code or 0
