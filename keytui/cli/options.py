"""Options and arguments that several commands share."""

from collections.abc import Callable
from functools import reduce
from typing import Any, Final, TypeAlias

import click

from keytui.domain import policy

Command: TypeAlias = Callable[..., Any]
Option: TypeAlias = Callable[[Command], Command]


def together(*options: Option) -> Option:
    """Return what gives a command several options, in this order."""
    return lambda command: reduce(lambda given, option: option(given), reversed(options), command)


NUMBER: Final = click.IntRange(1, 2**63 - 1)
"""Of a key or a review: what the database can hold."""
KEY_ID: Final = click.argument("key_id", type=NUMBER)
DAYS: Final = click.IntRange(0, policy.MOST_DAYS)

selecting: Final = together(
    click.option("--owner", metavar="USER_ID", help="Only this person's keys."),
    click.option("--idle-days", type=DAYS, metavar="N", help="Only keys not used for N days."),
    click.option(
        "--older-days", type=DAYS, metavar="N", help="Only keys created N days ago or more."
    ),
)
"""What narrows a :class:`.Selection` of keys."""
