"""``keytui export``: the report *Account API Key*, for cron and over SSH; and checking a report."""

from functools import partial
from typing import Any

import click

from keytui.cli.exits import ExitCode, fail
from keytui.cli.options import selecting
from keytui.cli.reporting import to_be_written, write
from keytui.cli.session import Session
from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.domain.text import counted, harmless
from keytui.services import evidence_check, report
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection


@click.group("export", invoke_without_command=True)
@to_be_written(Format.CSV, "CSV, or JSON lines.")
@click.option("--active", is_flag=True, help="Only keys that work.")
@selecting
@click.option("--user", "user_id", metavar="USER_ID", help="Act as this person: asks the password.")
@click.pass_context
def export(context: click.Context, /, user_id: str | None, **chosen: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Export Account API Key: one row per key of the whole system (administrators)."""
    if context.invoked_subcommand is None:
        session: Session = context.obj
        _export(session.actor(user_id, create=False), **chosen)


def _export(actor: Actor, form: str, output: str, replace: bool, **chosen: Any) -> None:  # noqa: ANN401 - likewise
    selection = Selection(**chosen)
    write(
        actor,
        output,
        partial(report.export, actor, Format(form), selection=selection),
        partial(report.export_to_stream, actor, Format(form), selection=selection),
        replace=replace,
    )


@export.command("check")
@click.argument("file")
@click.option("--head", is_flag=True, help="Also look for the export in the audit trail.")
@click.option("--user", "user_id", metavar="USER_ID", help="With --head: act as this person.")
@click.pass_obj
def export_check(session: Session, /, file: str, head: bool, user_id: str | None) -> None:
    """Tell whether FILE is what its manifest says (exit code 0 whole, 1 changed, 2 not checked).

    Without --head no database is needed.
    """
    try:
        found = evidence_check.check(absolute_path(file))
    except BadInput as error:
        fail(str(error), ExitCode.CANNOT)
    if head:
        evidence_check.check_recorded(session.actor(user_id, create=False), found)
    where = "on record here" if head else "not looked for in an audit trail (--head does)"
    click.echo(
        harmless(
            f"Whole: {found.content}, {found.selection}, {counted(found.rows, 'row')}, exported "
            f"{found.exported_at} by {found.exported_by} with {found.program}; "
            f"event {found.audit_head.partition(':')[0]} is {where}."
        )
    )
