"""``keytui backup`` and ``keytui restore``: by the account that owns the database."""

import click

from keytui.cli.exits import say
from keytui.cli.session import Session, acting_as
from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.services import backup


@click.command("backup")
@click.argument("file")
@acting_as
def backup_command(actor: Actor, file: str) -> None:
    """Copy the database to FILE while everybody works; print the head of its audit chain."""
    path = absolute_path(file)
    head = backup.back_up(actor, path)
    say(f"The database is in {path}. The audit key is not: keep a copy of it elsewhere.")
    click.echo(str(head))


@click.command("restore")
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore_command(session: Session, /, file: str, yes: bool) -> None:
    """Put the backup FILE in the place of the database; the old one is kept beside it."""
    path, key = session.files()
    plan = backup.plan_restore(absolute_path(file), path, key, session.origin)
    if plan.chain is None:
        say("The backup is older than the audit chain: nobody can tell whether it was changed.")
    else:
        say(f"The backup is whole. Its audit head is {plan.chain.head}.")
    if plan.again is None:
        say("The present database cannot be read: keys deactivated since will be active again.")
    elif plan.again:
        say("These keys were deactivated since, and will be active again: deactivate them anew.")
        for line in plan.again:
            say(f"  {line}")
    if not yes:
        say(f"Everything that happened in {path} since the backup will be undone.")
        typed = click.prompt(f"Type {plan.copy.name} to restore it", default="", err=True)
        if typed.strip() != plan.copy.name:
            raise BadInput("That is not the name of the backup: nothing was changed.")
    kept = backup.restore(plan, key)
    say(f"{path} is the backup now.")
    if kept is not None:
        say(f"The database from before is kept as {kept}.")
