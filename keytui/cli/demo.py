"""``keytui demo``: looking around, on a database that is thrown away or on a large one to keep."""

from typing import Final

import click

from keytui.cli.exits import say
from keytui.cli.opening import open_app
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import Session
from keytui.domain import clock
from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute_path

_MOST: Final = 10_000_000
"""Of people and of keys: some 6 GB and six minutes."""
_USERS: Final = 100
_KEYS: Final = 1_000


@click.command("demo")
@click.option("--as", "as_user", metavar="USER_ID", help="Sign in as this person at once.")
@click.option("--database", metavar="PATH", help="Make a database to keep, and open nothing.")
@click.option(
    "--users",
    type=click.IntRange(1, _MOST),
    metavar="N",
    help=f"With --database: so many people (default: {_USERS:,}).",
)
@click.option(
    "--keys",
    type=click.IntRange(0, _MOST),
    metavar="N",
    help=f"With --database: so many keys (default: {_KEYS:,}).",
)
@click.pass_obj
def demo(
    session: Session,
    as_user: str | None,
    database: str | None,
    users: int | None,
    keys: int | None,
) -> None:
    """Look around: the app on a throw-away database full of people and keys."""
    if database is not None:
        if as_user is not None:
            raise BadInput("--as opens the app, --database does not: give one of the two.")
        _make(database, _USERS if users is None else users, _KEYS if keys is None else keys)
        return
    if users is not None or keys is not None:
        raise BadInput("--users and --keys are for a database to keep: name it with --database.")
    open_app(session.settings, as_user or "")


def _make(typed: str, users: int, keys: int) -> None:
    from keytui.services import population  # late: no other command needs it
    from keytui.services.demo import PASSWORD

    path = absolute_path(typed)
    progress = ProgressLine("rows")
    with stoppable("Stopped: nothing was made.", progress):
        population.make(path, population.Population(users, keys, clock.now()), progress)
    say(
        f"keytui --database {path} opens it: sign in as {population.FIRST} (administrator) "
        f"or {population.user_id(2)}; everybody's password is {PASSWORD}"
    )
