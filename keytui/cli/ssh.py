"""``keytui ssh …``: how people reach keytui on a host by SSH."""

import click

from keytui.cli.ssh_setup import setup_command


@click.group("ssh")
def ssh_commands() -> None:
    """Reach keytui on this host by SSH."""


ssh_commands.add_command(setup_command)
