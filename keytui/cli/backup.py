"""``keytui backup`` and ``keytui restore``: by the account that owns the database."""

import click

from keytui.cli.audit import say_unproved
from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.progress import stoppable
from keytui.cli.session import Session, acting_as
from keytui.domain.errors import BadInput
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.services import backup, restore
from keytui.services.restore_plan import Plan, plan_restore


@click.command("backup")
@click.argument("file")
@acting_as
def backup_command(actor: Actor, file: str) -> None:
    """Copy the database to FILE while everybody works; print the head of its audit chain."""
    path = absolute_path(file)
    with stoppable("Stopped: no backup was made."):
        head = backup.back_up(actor, path)
    say(f"The database is in {path}. The audit key is not: keep a copy of it elsewhere.")
    click.echo(str(head))


@click.command("restore")
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--key-lost", is_flag=True, help="Restore even if the backup's audit key is gone.")
@click.pass_obj
def restore_command(session: Session, /, file: str, yes: bool, key_lost: bool) -> None:
    """Put the backup FILE in the place of the database; the old one is kept beside it."""
    path, key = session.files()
    try:
        plan = plan_restore(absolute_path(file), path, key, session.origin, key_lost=key_lost)
        _say_what_was_found(plan)
        if not yes:
            _ask(plan)
        done = restore.restore(plan)
    except (KeyboardInterrupt, click.Abort) as stopped:
        if isinstance(stopped, click.Abort):
            click.echo(err=True)  # the question has no end of line
        fail("Stopped: nothing was changed.", ExitCode.CANNOT)
    say(f"{plan.path} is the backup now.")
    if done.kept is not None:
        say(f"The database from before is kept as {done.kept}.")
    if done.again is None:
        say(
            "Keys deactivated since are active again; which ones cannot be read from the old database."
        )
    elif done.again:
        _list(
            "These keys, deactivated or rotated since, are active again: deactivate them anew.",
            done.again,
        )
    if plan.begins_new_chain:
        say(
            f"The audit chain goes on with the key {plan.audit_key}: keep a copy with your backups."
        )


def _say_what_was_found(plan: Plan) -> None:
    if not plan.chained:
        say("The backup is older than the audit chain: nobody can tell whether it was changed.")
    elif plan.chain is None:
        say("The backup's audit key is lost: nobody can tell whether its audit trail was changed.")
    else:
        say(f"The backup is whole. Its audit head is {plan.chain.head}.")
        say_unproved(plan.chain.unproved)
        if plan.begins_new_chain:
            say(f"It was checked with the earlier audit key {plan.checked_with}.")


def _ask(plan: Plan) -> None:
    if plan.again is None:
        say("The present database cannot be read: keys deactivated since will be active again.")
    elif plan.again:
        _list("These keys were deactivated or rotated since, and will be active again:", plan.again)
    say(f"Everything that happened in {plan.path} since the backup will be undone.")
    typed = click.prompt(
        f"Type {plan.copy.name} to restore it", default="", show_default=False, err=True
    )
    if typed.strip() != plan.copy.name:
        raise BadInput("That is not the name of the backup: nothing was changed.")


def _list(heading: str, lines: tuple[str, ...]) -> None:
    say(heading)
    for line in lines:
        say(f"  {line}")
