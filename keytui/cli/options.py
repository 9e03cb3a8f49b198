"""Options and arguments that several commands share."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import click

from keytui.domain import policy

Command: TypeAlias = Callable[..., Any]

NUMBER: Final = click.IntRange(1, 2**63 - 1)
"""Of a key or a review: what the database can hold."""
KEY_ID: Final = click.argument("key_id", type=NUMBER)
DAYS: Final = click.IntRange(0, policy.MOST_DAYS)


def selecting(command: Command) -> Command:
    """Give a command the options that narrow a :class:`.Selection` of keys."""
    for option in (
        click.option(
            "--older-days", type=DAYS, metavar="N", help="Only keys created N days ago or more."
        ),
        click.option("--idle-days", type=DAYS, metavar="N", help="Only keys not used for N days."),
        click.option("--owner", metavar="USER_ID", help="Only this person's keys."),
    ):
        command = option(command)
    return command
