"""``keytui doctor``: what is wrong, and what to do, also when nothing can be opened any more."""

import locale
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import partial

import click

from keytui.cli.exits import ExitCode
from keytui.cli.session import Session
from keytui.domain.findings import Finding, Severity, note, ok, problem
from keytui.domain.text import harmless
from keytui.services import doctor
from keytui.settings import ClipboardRoute

_COLUMNS, _LINES = 60, 16
"""The smallest terminal that the app is drawn on."""


@click.command("doctor")
@click.option("--quiet", is_flag=True, help="Print only problems.")
@click.pass_obj
def doctor_command(session: Session, /, quiet: bool) -> None:
    """Look for what is wrong (exit code 0: nothing, 1: something), for people and for cron."""
    problems = 0
    for name, finding in _everything(session):
        problems += finding.severity is Severity.PROBLEM
        if not quiet or finding.severity is Severity.PROBLEM:
            click.echo(harmless(f"{finding.severity:<8} {name}: {finding.sentence}"))
    sys.exit(ExitCode.REFUSED if problems else ExitCode.DONE)


def _everything(session: Session) -> Iterator[tuple[str, Finding]]:
    yield from doctor.database_checks(*session.files())
    yield from doctor.asked("SSH", host)
    yield from doctor.asked("clipboard", partial(clipboard, session.settings.clipboard, os.environ))
    yield from doctor.asked("memory", memory)
    yield from doctor.asked("terminal", partial(terminal, os.environ))


def host() -> Iterator[Finding]:
    """Is this host still set up for people who come by SSH, if it ever was?"""
    from keytui.ssh_host import health, layout  # late: no other command needs them

    yield from health.findings(layout.this_host())


def clipboard(setting: ClipboardRoute, environ: Mapping[str, str]) -> Iterator[Finding]:
    """By which ways can a key be copied from here?"""
    from keytui.tui.reveal.clipboard.routes import Route, routes

    ways = routes(setting, environ)
    if not ways:
        yield note("Copying is turned off: a key is selected on the screen.")
        return
    yield ok(f"Copy to clipboard tries: {', '.join(way.value for way in ways)}.")
    if Route.NATIVE in ways and not any(map(shutil.which, _programs(environ))):
        yield note(
            "No clipboard program that pyperclip knows was found: install wl-clipboard or xclip, "
            "or let the terminal copy (osc52)."
        )


def memory() -> Iterator[Finding]:
    """Can a key on show be kept out of the swap space?"""
    from keytui.tui.reveal.page import Page

    weakness = Page().weakness
    if weakness:
        yield note(f"A key on show is in ordinary memory. {weakness}")
    else:
        yield ok("A key on show is locked in memory.")


def terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Can the app be drawn here?"""
    if not sys.stdout.isatty():
        yield ok("No terminal here, and none is needed by a command.")
        return
    kind, colours = environ.get("TERM", ""), environ.get("COLORTERM", "")
    if kind in ("", "dumb"):
        yield problem("TERM names no terminal: set it, for example to xterm-256color.")
    else:
        yield ok(f"TERM is {kind}{f', COLORTERM {colours}' if colours else ''}.")
    size = shutil.get_terminal_size()
    if size.columns < _COLUMNS or size.lines < _LINES:
        yield note(f"The terminal is smaller than {_COLUMNS}x{_LINES}: make it larger for the app.")
    if locale.getencoding().upper() not in ("UTF-8", "UTF8"):
        yield note("The locale is not UTF-8: set LANG, for example to C.UTF-8.")


def _programs(environ: Mapping[str, str]) -> tuple[str, ...]:
    if sys.platform == "darwin":
        return ("pbcopy",)
    if environ.get("WAYLAND_DISPLAY"):
        return ("wl-copy", "xclip", "xsel")
    return ("xclip", "xsel", "klipper", "clip.exe") if environ.get("DISPLAY") else ("clip.exe",)
