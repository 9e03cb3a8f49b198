"""``keytui ssh …``: people who come over SSH."""

import click

from keytui.cli.ssh_session import ssh_session


@click.group("ssh")
def ssh_commands() -> None:
    """Let people in who come over SSH."""


ssh_commands.add_command(ssh_session)
