"""``keytui ssh setup``: print, do or take away what a host needs so that people come by SSH."""

import os
import sys
from typing import TYPE_CHECKING

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.domain.errors import BadInput, Refused

if TYPE_CHECKING:
    from keytui.ssh_host.layout import Layout
    from keytui.ssh_host.steps import Step


@click.command("setup")
@click.option("--apply", is_flag=True, help="Do it, after asking (root).")
@click.option("--remove", is_flag=True, help="Take it away, after asking (root).")
@click.option("--sudo", is_flag=True, help="For people with Unix accounts, who come through sudo.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def setup_command(*, apply: bool, remove: bool, sudo: bool, yes: bool) -> None:
    """Print what makes this host one that people reach keytui on by SSH, as a shell script."""
    if apply and remove:
        raise BadInput("Choose one of --apply and --remove.")
    from keytui.ssh_host import (
        installation,
        layout,
        plan,
        present,
    )  # late: no other command needs them

    host = layout.this_host()
    steps = plan.taking_away(host) if remove else plan.setting_up(host, sudo=sudo)
    if not (apply or remove):
        _print(steps, installation.weakness(host))
        return
    if os.geteuid() != 0:
        raise Refused("Only root can do this: without --apply it prints what would be done.")
    if apply and (weakness := installation.weakness(host)):
        raise Refused(weakness)
    _do([step for step in steps if not step.is_done()], ask=not yes)
    if remove and present.keeps_database(host):
        say(
            f"The database stays, in {host.home}, and with it its account {host.account}: "
            "keep or move it, then run this again."
        )
    elif apply and not present.keeps_database(host):
        _say_what_next(host, sudo=sudo)


def _print(steps: "tuple[Step, ...]", weakness: str) -> None:
    if weakness:
        say(f"Before this is applied: {weakness}")
    click.echo("\n".join(step.shell() for step in steps), nl=False)


def _do(steps: "list[Step]", *, ask: bool) -> None:
    if not steps:
        say("Nothing to do.")
        return
    for step in steps:
        say(f"- {step.says}")
    if ask:
        typed = click.prompt("Type yes to do this", default="", show_default=False, err=True)
        if typed.strip() != "yes":
            raise BadInput("That is not yes: nothing was changed.")
    for number, step in enumerate(steps, 1):
        try:
            step.do()
        except KeyboardInterrupt:
            fail(f"Stopped before: {step.says}. Run it again to go on.", ExitCode.CANNOT)
        say(f"{number} of {len(steps)} done: {step.says}.")


def _say_what_next(host: "Layout", *, sudo: bool) -> None:
    def as_account(command: str) -> str:
        return f"  runuser -l {host.account} -c '{host.program} {command}'"

    say("Make the first administrator, whose User ID you choose:")
    say(as_account("user add USER_ID --administrator"))
    if sudo:
        say(f"Their Unix account has the same name, and belongs to the group {host.group}:")
        say(f"  usermod --append --groups {host.group} USER_ID")
    else:
        say("and give them their SSH key, so that they can sign in:")
        say(as_account("ssh add - --for USER_ID") + " < KEY.pub")
    sys.stderr.flush()
