"""``keytui expiring``: the API keys that end soon, for cron and for a calendar."""

import sys
from collections.abc import Iterator

import click

from keytui.cli.exits import ExitCode, answer, say
from keytui.cli.session import acting_as
from keytui.domain import clock, policy
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor, ApiKey
from keytui.domain.text import counted
from keytui.services import calendar_file, expiring


@click.command("expiring")
@click.option(
    "--within",
    metavar="DAYS",
    default=f"{policy.SOON_DAYS}d",
    show_default=True,
    help="In how many days.",
)
@click.option("--ics", metavar="FILE", help="Write a calendar of them; - is standard output.")
@acting_as
def expiring_command(actor: Actor, within: str, ics: str | None) -> None:
    """List the API keys that end soon (exit code 3), your own or all; 0 when there are none."""
    keys = expiring.each(actor, policy.days(within, policy.MOST_DAYS))
    if ics is None:
        found = _list(keys)
    elif ics == "-":
        found = calendar_file.to_stream(keys, sys.stdout.buffer)
    else:
        path = absolute_path(ics)
        found = calendar_file.to_file(keys, path)
        say(f"{counted(found, 'key')} written to {path}.")
    sys.stdout.flush()
    sys.exit(ExitCode.SOME if found else ExitCode.DONE)


def _list(keys: Iterator[ApiKey]) -> int:
    found = 0
    for key in keys:
        answer(
            key.user_id,
            key.key_id,
            key.masked,
            clock.iso(key.expires_at),
            clock.until(key.expires_at, key.as_of),
            key.label,
        )
        found += 1
    return found
