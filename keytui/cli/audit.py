"""``keytui audit …``: read the audit trail."""

import json
from dataclasses import asdict

import click

from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import audit


@click.group("audit")
def audit_commands() -> None:
    """Read the audit trail."""


@audit_commands.command("list")
@click.option("--filter", "containing", default="", help="Only events with this text.")
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="At most so many.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@acting_as
def audit_list(actor: Actor, containing: str, limit: int, as_json: bool) -> None:
    """List audit events, newest first (a user's own, an administrator's all)."""
    for event in audit.events(actor, containing, limit):
        if as_json:
            click.echo(json.dumps({**asdict(event), "at": clock.iso(event.at)}))
        else:
            click.echo(
                harmless(
                    f"{event.event_id}  {clock.iso(event.at)}  {event.actor}  {event.action}  "
                    f"{event.outcome}  {event.target}  {event.detail}  {event.origin}"
                )
            )
