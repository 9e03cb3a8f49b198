"""``keytui key …``: create, list and deactivate API keys."""

import os
import sys

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.session import Session, acting_as
from keytui.cli.terminal import open_signed_in
from keytui.domain import clock, text
from keytui.domain.errors import KeytuiError
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.domain.text import harmless
from keytui.services import api_keys, policy

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
