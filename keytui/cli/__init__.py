"""The command line: set-up, scripts and cron; without a command it opens the terminal app.

Standard output is the answer, standard error the talk, and the exit code says
how it ended. The rules live in the services: a command only asks who acts,
calls one of them and prints.
"""

import io
import os
import sys


def main() -> None:
    """Run keytui; whatever goes wrong ends in one sentence and an exit code."""
    from keytui.cli.exits import ExitCode, drop_answer, fail
    from keytui.domain.errors import DatabaseUnusable, KeytuiError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Latin-1 terminal has no dots for a mask: it gets \u2022, not an error.
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            _run(sys.argv[1:])
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # here it can still be said that it did not work
    except DatabaseUnusable as error:
        fail(str(error), ExitCode.CANNOT)
    except KeytuiError as error:
        fail(str(error), ExitCode.REFUSED)
    except OSError as error:  # a full disk behind a redirection, a closed pipe
        drop_answer()
        fail(f"The answer could not be written ({error.strerror}).", ExitCode.CANNOT)
    except Exception as error:  # noqa: BLE001 - the last line before a traceback would reach a person
        from keytui import crash, settings

        fail(crash.report(error, settings.log_folder()), ExitCode.CANNOT)


def _run(arguments: list[str]) -> None:
    from keytui.cli.quick import words_of

    # Without click and what it brings: these are over before it would be loaded.
    if (words := words_of(arguments, "verify")) is not None:
        from keytui.cli import verify

        sys.exit(verify.run(words))
    if (words := words_of(arguments, "ssh", "authorized-keys")) is not None:
        from keytui.cli import ssh_authorized_keys

        sys.exit(ssh_authorized_keys.run(words))
    from keytui import settings
    from keytui.cli.opening import open_app

    if not arguments:
        # Without Peewee, click and the commands: 90 ms that the first paint need not wait for.
        open_app(settings.load({}, os.environ, settings.config_file()))
    from keytui.storage.drivers import import_peewee_alone

    import_peewee_alone()
    from keytui.cli.commands import run

    run()
