"""``keytui ssh add``: the first SSH key of somebody who cannot come in yet."""

import sys

import click

from keytui.cli.exits import say
from keytui.cli.session import acting_as
from keytui.domain.records import Actor
from keytui.domain.ssh_key import MAX_LENGTH
from keytui.services import ssh_keys


@click.command("add")
@click.argument("name", metavar="USER_ID")
@click.option("--label", default="", help="What it is called (default: its comment).")
@acting_as
def ssh_add(actor: Actor, name: str, label: str) -> None:
    """Let a person sign in with the SSH key on standard input, the line of a .pub file."""
    stdin = sys.stdin
    if stdin is not None and stdin.isatty():
        say("Paste the line of the .pub file, then press Enter and Ctrl+D:")
    pasted = stdin.buffer.read(4 * MAX_LENGTH) if stdin is not None else b""
    key = ssh_keys.add_key(actor, pasted.decode("utf-8", "replace"), label, name)
    say(f"{key.user_id} may sign in with {key.fingerprint} ({key.label}).")
