"""``keytui ssh …``: people who come over SSH, and the host they come to."""

import click

from keytui.cli.ssh_add import ssh_add
from keytui.cli.ssh_session import ssh_session
from keytui.cli.ssh_setup import setup_command


@click.group("ssh")
def ssh_commands() -> None:
    """Let people in who come over SSH."""


for command in (ssh_add, ssh_session, setup_command):
    ssh_commands.add_command(command)
