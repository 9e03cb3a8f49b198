"""``keytui audit …``: read the audit trail, and check that nobody changed it."""

import json
import sys
from dataclasses import asdict

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.audit import Family
from keytui.domain.audit_chain import Head
from keytui.domain.errors import BadInput
from keytui.domain.records import Actor
from keytui.domain.text import counted, harmless
from keytui.services import audit, audit_check


@click.group("audit")
def audit_commands() -> None:
    """Read the audit trail, and check that nobody changed it."""


@audit_commands.command("list")
@click.option("--filter", "containing", default="", help="Only events with this text.")
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="At most so many.",
)
@click.option(
    "--only",
    "family",
    type=click.Choice([family.value for family in Family]),
    default=Family.ALL.value,
    help="Only sign-ins, what became of keys, or administration.",
)
@click.option("--about", metavar="USER_ID", help="Only this person's, and what concerns them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@acting_as
def audit_list(  # noqa: PLR0913, PLR0917 - click passes what the options declare
    actor: Actor, containing: str, limit: int, family: str, about: str | None, as_json: bool
) -> None:
    """List audit events, newest first (a user's own, an administrator's all)."""
    for event in audit.events(actor, containing, limit, Family(family), about):
        if as_json:
            click.echo(json.dumps({**asdict(event), "at": clock.iso(event.at)}))
        else:
            click.echo(
                harmless(
                    f"{event.event_id}  {clock.iso(event.at)}  {event.actor}  {event.action}  "
                    f"{event.outcome}  {event.target}  {event.detail}  {event.origin}"
                )
            )


@audit_commands.command("check")
@click.option("--head", "kept", metavar="SEQ:HASH", help="A head that keytui printed earlier.")
@acting_as
def audit_check_command(actor: Actor, kept: str | None) -> None:
    """Tell whether anybody changed the audit trail (exit code 0 whole, 1 broken, 2 not checked)."""
    try:
        head = None if kept is None else Head.parse(kept)
    except BadInput as error:
        fail(str(error), ExitCode.CANNOT)
    progress = ProgressLine("events")
    with stoppable("Stopped: the audit trail was not checked to its end.", progress):
        found = audit_check.check(actor, head, progress)
    if found.broken is not None:
        click.echo(f"Broken: {found.broken.what}")
        sys.exit(ExitCode.REFUSED)
    click.echo(f"Whole: {counted(found.head.number, 'event')}, head {found.head}")
    say_unproved(found.unproved)
    if head is None:
        say("Without --head it cannot be seen whether the newest events were cut off.")


def say_unproved(events: int) -> None:
    """Say how many events were made with a key that is gone, if any were."""
    if events:
        say(
            f"Events 1 to {events:,} were made with a key that is gone: "
            "that nobody changed them before the new key cannot be proved."
        )


@audit_commands.command("head")
@acting_as
def audit_head(actor: Actor) -> None:
    """Print the newest event's number and hash: keep it where nobody here can change it."""
    click.echo(str(audit_check.head(actor)))


@audit_commands.command("new-key")
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def audit_new_key(actor: Actor, reason: str) -> None:
    """Go on with a new audit key where the old one is lost or known to others."""
    kept = audit_check.new_key(actor, reason)
    say("The audit chain goes on with a new key: keep a copy of it with your backups.")
    if kept:
        say(f"The old key is kept as {kept}.")
    click.echo(str(audit_check.head(actor)))
