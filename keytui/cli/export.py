"""``keytui export``: the report *Account API Key*, for cron and over SSH."""

import sys
from typing import Any, Final

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.progress import Progress
from keytui.cli.session import acting_as
from keytui.domain.errors import Conflict
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.domain.text import counted
from keytui.services import audit_check, report
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection

_DAYS: Final = click.IntRange(0, 36_500)


@click.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.CSV.value,
    show_default=True,
    help="CSV, or JSON lines.",
)
@click.option("--output", default="-", metavar="FILE", help="Where to; - is standard output.")
@click.option("--replace", is_flag=True, help="Replace FILE if it is there already.")
@click.option("--active", is_flag=True, help="Only keys that work.")
@click.option("--owner", metavar="USER_ID", help="Only this person's keys.")
@click.option("--idle-days", type=_DAYS, metavar="N", help="Only keys not used for N days.")
@click.option("--older-days", type=_DAYS, metavar="N", help="Only keys created N days ago or more.")
@acting_as
def export(actor: Actor, form: str, output: str, replace: bool, **chosen: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Export Account API Key: one row per key of the whole system (administrators)."""
    progress = Progress("keys")
    selection = Selection(**chosen)
    try:
        if output == "-":
            stream = sys.stdout.buffer
            report.export_to_stream(actor, Format(form), stream, selection, progress=progress)
        else:
            path = absolute_path(output)
            rows = report.export(
                actor, Format(form), path, selection, replace=replace, progress=progress
            )
            say(f"{counted(rows, 'key')} written to {path}.")
    except Conflict as error:
        raise Conflict(f"{error} Use --replace to replace it.") from error
    except KeyboardInterrupt:
        progress.end()
        fail("Stopped: nothing was exported.", ExitCode.CANNOT)
    say(f"Audit head {audit_check.head(actor)}")
