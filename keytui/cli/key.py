"""``keytui key …``: create and list API keys, and deactivate one or many."""

import os
import sys

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.progress import Progress
from keytui.cli.session import Session, acting_as
from keytui.cli.terminal import open_signed_in
from keytui.domain import clock, text
from keytui.domain.errors import BadInput, KeytuiError
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.domain.text import counted, harmless
from keytui.services import api_keys, bulk, policy
from keytui.services.bulk import Chosen, Preview
from keytui.services.stale import Stale

_NOT_TAKEN = "Its text could not be written: nobody has it."
"""The reason on record for a key that went nowhere."""


@click.group("key")
def key_commands() -> None:
    """Create, list and deactivate API keys."""


@key_commands.command("new")
@click.option("--label", required=True, help="What will use it.")
@click.option(
    "--lasts",
    default="",
    metavar="HOW_LONG",
    help="Days, a last day (YYYY-MM-DD), or none (default: by the policy).",
)
@acting_as
def key_new(actor: Actor, label: str, lasts: str) -> None:
    """Create an API key and write its text to standard output, once and without end of line.

    At a terminal the app shows it instead, as New Key does.
    """
    session: Session = click.get_current_context().obj
    end = policy.end_of(lasts)
    if sys.stdout is not None and sys.stdout.isatty() and session.signed_in is not None:
        open_signed_in(session, text.label(label), lasts)
    key, secret = api_keys.create_key(actor, label, expires_at=end)
    try:
        _write(secret)
    except BaseException as error:
        secret.wipe()
        _take_back(actor, key, error)
        raise
    secret.wipe()
    ends = "never expires" if end is None else f"expires {clock.until(end, key.created_at)}"
    say(
        f"Key {key.key_id} {key.masked} is created; it {ends}. Its text went to standard output, once: "
        "nobody can see it again."
    )
    try:
        api_keys.confirm_key(actor, key.key_id)
    except KeytuiError as error:
        say(f"Key {key.key_id} works, but stays marked as not confirmed: {error}")


def _write(secret: Secret) -> None:
    # Not through sys.stdout: its buffer would keep a copy.
    if sys.stdout is None:  # never the number 1: that may be the database by now
        raise OSError(None, "standard output is closed")
    view = secret.view()
    if os.write(sys.stdout.fileno(), view) != len(view):
        raise OSError(None, "not all of it could be written")


def _take_back(actor: Actor, key: ApiKey, error: BaseException) -> None:
    try:
        api_keys.deactivate_key(actor, key.key_id, _NOT_TAKEN)
    except KeytuiError as no:
        fail(
            f"The text of key {key.key_id} could not be written, and it is still active: {no} "
            "Then deactivate it.",
            ExitCode.CANNOT,
        )
    if isinstance(error, OSError):
        fail(
            f"Key {key.key_id} is deactivated again: its text could not be written "
            f"({error.strerror}).",
            ExitCode.CANNOT,
        )


@key_commands.command("list")
@click.argument("name", metavar="[USER_ID]", required=False)
@acting_as
def key_list(actor: Actor, name: str | None) -> None:
    """List a person's API keys (your own by default), each masked."""
    for key in api_keys.list_keys(actor, name):
        used = "never" if key.last_used_at is None else clock.iso(key.last_used_at)
        age = f"{key.age_days(clock.now())} d"
        fields = (str(key.key_id), key.masked, key.state_shown, age, used, key.label)
        click.echo("\t".join(harmless(field) for field in fields))


@key_commands.command("deactivate")
@click.argument("key_id", type=click.IntRange(1, 2**63 - 1))
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def key_deactivate(actor: Actor, key_id: int, reason: str) -> None:
    """End an API key for good."""
    api_keys.deactivate_key(actor, key_id, reason)
    say(f"Key {key_id} is inactive.")


@key_commands.command("deactivate-many")
@click.option(
    "--filter",
    "which",
    type=click.Choice([which.value for which in Stale]),
    required=True,
    help="Which keys, of those neither deactivated nor expired.",
)
@click.option("--owner", metavar="USER_ID", help="Only this person's keys.")
@click.option(
    "--expect", type=click.IntRange(1), metavar="N", help="How many they are: do not ask."
)
@click.option("--yes", is_flag=True, help="Do not ask, however many they are.")
@click.option("--reason", required=True, help="Why; kept on record with each key.")
@acting_as
def key_deactivate_many(  # noqa: PLR0913, PLR0917 - click passes what the options declare
    actor: Actor, which: str, owner: str | None, expect: int | None, yes: bool, reason: str
) -> None:
    """End all API keys that a filter finds, for good: all in one act, or none."""
    chosen = Chosen(filter=which, whose=owner)
    if expect is None:
        found = bulk.preview(actor, chosen)
        expect = found.count
        if not yes:
            _ask(found)
    progress = Progress("keys")
    try:
        ended = bulk.deactivate_many(actor, chosen, reason, expect, progress)
    except KeyboardInterrupt:
        progress.end()
        fail("Stopped: nothing was changed.", ExitCode.CANNOT)
    say(f"{counted(ended.count, 'key')} deactivated, each on record as {ended.act}.")


def _ask(found: Preview) -> None:
    for key in found.keys:
        used = "never" if key.last_used_at is None else clock.iso(key.last_used_at)
        mark = "!" if bulk.in_use(key) else " "
        say(f"{mark} {key.user_id}  key {key.key_id}  {key.masked}  last used {used}  {key.label}")
    if found.count > len(found.keys):
        say(f"  and {found.count - len(found.keys):,} more")
    say(
        f"{counted(found.count, 'key')}, of owners: {found.owners:,}, used in the last day (!): "
        f"{found.in_use:,}. A key is never activated again."
    )
    typed = click.prompt(
        f"Type {found.count} to deactivate them", default="", show_default=False, err=True
    )
    if typed.strip() != str(found.count):
        raise BadInput("That is not their number: nothing was changed.")
