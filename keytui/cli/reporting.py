"""Writing a report: what the commands that write one share."""

import sys
from collections.abc import Callable
from enum import StrEnum

import click

from keytui.cli.exits import say
from keytui.cli.options import Option, together
from keytui.cli.progress import ProgressLine, stoppable
from keytui.domain.errors import Conflict
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.domain.text import counted
from keytui.services import audit_check


def to_be_written(usual: StrEnum, forms: str) -> Option:
    """Return ``--format``, as ``form``, and ``--output`` and ``--replace`` for :func:`write`.

    Args:
        usual: the format by default.
        forms: which there are, for people.
    """
    return together(
        click.option(
            "--format",
            "form",
            type=click.Choice([form.value for form in type(usual)]),
            default=usual.value,
            show_default=True,
            help=forms,
        ),
        click.option(
            "--output", default="-", metavar="FILE", help="Where to; - is standard output."
        ),
        click.option("--replace", is_flag=True, help="Replace FILE if it is there already."),
    )


def write(
    actor: Actor,
    output: str,
    to_file: Callable[..., int],
    to_stream: Callable[..., int],
    *,
    replace: bool,
) -> None:
    """Write a report to a file or to standard output, and say the audit head.

    Args:
        actor: who exports.
        output: a path, or ``-``.
        to_file: the service that takes ``path``, ``replace`` and ``progress``.
        to_stream: the service that takes ``stream`` and ``progress``.
        replace: whether a file that is there already may be replaced.

    Raises:
        Conflict: there is a file already.
    """
    progress = ProgressLine("keys")
    with stoppable("Stopped: nothing was exported.", progress):
        if output == "-":
            to_stream(stream=sys.stdout.buffer, progress=progress)
        else:
            path = absolute_path(output)
            try:
                rows = to_file(path=path, replace=replace, progress=progress)
            except Conflict as error:
                raise Conflict(f"{error} Use --replace to replace it.") from error
            say(f"{counted(rows, 'key')} written to {path}.")
    say(f"Audit head {audit_check.head(actor)}")
