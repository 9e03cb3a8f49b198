"""``keytui user …``: add people and manage them."""

import sys
from functools import partial

import click

from keytui.cli.exits import answer, say
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import acting_as
from keytui.domain import clock, sign_in_code
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.services import offboarding, users


@click.group("user")
def user_commands() -> None:
    """Add people and manage them (administrators)."""


def _hand_over(code: Secret, name: str) -> None:
    hours = sign_in_code.LIFETIME // clock.HOUR
    say(f"One-time sign-in code for {name}, good for {hours} hours. It is shown only now:")
    sys.stdout.buffer.write(code.view())
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    code.wipe()


@user_commands.command("add")
@click.argument("name", metavar="USER_ID")
@click.option("--administrator", is_flag=True, help="Add an administrator instead of a user.")
@partial(acting_as, create=True)
def user_add(actor: Actor, name: str, administrator: bool) -> None:
    """Add a person and print their one-time sign-in code."""
    role = Role.ADMINISTRATOR if administrator else Role.USER
    _hand_over(users.add_user(actor, name, role), name.lower())


@user_commands.command("list")
@acting_as
def user_list(actor: Actor) -> None:
    """List the people: User ID, role, status, active keys, last sign-in."""
    for user in users.list_users(actor):
        signed_in = clock.iso(user.last_sign_in_at)
        answer(user.user_id, user.role, user.status, user.active_keys, signed_in)


@user_commands.command("reset-sign-in")
@click.argument("name", metavar="USER_ID")
@acting_as
def user_reset(actor: Actor, name: str) -> None:
    """End a person's password and sign-ins; print a new one-time sign-in code."""
    _hand_over(users.reset_sign_in(actor, name), name.lower())


@user_commands.command("role")
@click.argument("name", metavar="USER_ID")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option(
    "--active-keys",
    default=0,
    help="How many keys you know a promotion will deactivate.",
)
@acting_as
def user_role(actor: Actor, name: str, role: str, active_keys: int) -> None:
    """Make a person a user or an administrator."""
    users.set_role(actor, name, Role(role), active_keys=active_keys)
    say(f"{name.lower()} is now {Role(role).with_article}.")


@user_commands.command("deactivate")
@click.argument("name", metavar="USER_ID")
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def user_deactivate(actor: Actor, name: str, reason: str) -> None:
    """End a person's access for good; their keys stop working at once."""
    users.deactivate_user(actor, name, reason)
    say(f"{name.lower()} is inactive. Their keys stopped working.")


@user_commands.command("offboard")
@click.argument("name", metavar="USER_ID")
@click.option("--reason", required=True, help="Why; kept on record with all that ends.")
@acting_as
def user_offboard(actor: Actor, name: str, reason: str) -> None:
    """End a person's access, API keys and SSH keys in one act; print the receipt."""
    progress = ProgressLine("keys")
    with stoppable("Stopped: nothing was changed.", progress):
        receipt = offboarding.offboard(actor, name, reason, progress)
    for line in receipt.lines:
        click.echo(line)
