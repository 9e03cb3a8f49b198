"""``keytui ssh …``: SSH keys and what sshd asks; people come in by them."""

import sys

import click

from keytui.cli import ssh_authorized_keys
from keytui.cli.exits import answer, say
from keytui.cli.options import NUMBER
from keytui.cli.session import acting_as
from keytui.cli.ssh_session import ssh_session
from keytui.cli.ssh_setup import setup_command
from keytui.domain import clock, ssh_key
from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.services import ssh_keys


@click.group("ssh")
def ssh_commands() -> None:
    """Let people in over SSH: their SSH keys, and what sshd asks."""


@ssh_commands.command(
    "authorized-keys", context_settings={"ignore_unknown_options": True}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def authorized_keys(context: click.Context, /, arguments: tuple[str, ...]) -> None:
    """Print the line that lets an SSH key in (for sshd's AuthorizedKeysCommand)."""
    sys.exit(ssh_authorized_keys.run(arguments, context.find_root().params["database"] or ""))


@ssh_commands.command("list")
@click.argument("name", metavar="[USER_ID]", required=False)
@acting_as
def ssh_list(actor: Actor, name: str | None) -> None:
    """List a person's SSH keys (your own by default), removed ones too."""
    for key in ssh_keys.list_keys(actor, name):
        state = "active" if key.removed_at is None else "removed"
        used = clock.iso(key.last_used_at)
        answer(key.ssh_key_id, key.type, key.fingerprint, state, used, key.label)


@ssh_commands.command("add")
@click.argument("file")
@click.option("--label", default="", help="What it is called (default: its comment).")
@click.option("--for", "whose", metavar="USER_ID", help="Whom it lets in (default: yourself).")
@acting_as
def ssh_add(actor: Actor, file: str, label: str, whose: str | None) -> None:
    """Let yourself in by another SSH key, with --user: FILE is its .pub file, or - for standard input.

    The account that owns the database gives anybody one, with --for.
    """
    added = ssh_keys.add_key(actor, _read(file), label, whose)
    whom = "you" if whose is None else added.user_id
    say(f"SSH key {added.ssh_key_id} ({added.fingerprint}) lets {whom} in.")


def _read(typed: str) -> str:
    if typed == "-":
        stdin = sys.stdin
        given = stdin.buffer.read(ssh_key.MAX_LENGTH + 1) if stdin is not None else b""
        return given.decode("utf-8", "replace")
    path = absolute_path(typed)
    try:
        with path.open("rb") as file:
            return file.read(ssh_key.MAX_LENGTH + 1).decode("utf-8", "replace")
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): name a .pub file.") from error


@ssh_commands.command("remove")
@click.argument("ssh_key_id", type=NUMBER)
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def ssh_remove(actor: Actor, ssh_key_id: int, reason: str) -> None:
    """End an SSH key: it lets nobody in any more."""
    ssh_keys.remove_key(actor, ssh_key_id, reason)
    say(f"SSH key {ssh_key_id} is removed.")


for command in (ssh_session, setup_command):
    ssh_commands.add_command(command)
