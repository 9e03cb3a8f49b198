"""``keytui export``: the report *Account API Key*, for cron and over SSH."""

import sys

import click

from keytui.cli.exits import say
from keytui.cli.session import acting_as
from keytui.domain.errors import Conflict
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.services import audit_check, report


@click.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in report.Format]),
    default=report.Format.CSV.value,
    show_default=True,
    help="CSV, or JSON lines.",
)
@click.option("--output", default="-", metavar="FILE", help="Where to; - is standard output.")
@click.option("--replace", is_flag=True, help="Replace FILE if it is there already.")
@acting_as
def export(actor: Actor, form: str, output: str, replace: bool) -> None:
    """Export Account API Key: one row per key of the whole system (administrators)."""
    if output == "-":
        report.export_to_stream(actor, report.Format(form), sys.stdout.buffer)
        say(f"Audit head {audit_check.head(actor)}")
        return
    path = absolute_path(output)
    try:
        rows = report.export(actor, report.Format(form), path, replace=replace)
    except Conflict as error:
        raise Conflict(f"{error} Use --replace to replace it.") from error
    say(f"{rows} keys written to {path}.")
    say(f"Audit head {audit_check.head(actor)}")
