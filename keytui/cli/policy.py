"""``keytui policy``: how long API keys last."""

import sys
from typing import Any, Final

import click

from keytui.cli.exits import ExitCode, answer, fail, say
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain import policy as rules
from keytui.domain.policy import Policy
from keytui.domain.records import Actor
from keytui.services import policy
from keytui.services.policy import PolicyRecord

_NOT_CHANGED: Final = "Nothing was changed: look at it, then say --yes."


@click.group("policy", invoke_without_command=True)
@click.pass_context
def policy_commands(context: click.Context) -> None:
    """Show or change how long API keys last."""
    if context.invoked_subcommand is None:
        context.invoke(policy_show)


@policy_commands.command("show")
@acting_as
def policy_show(actor: Actor) -> None:
    """Show how long API keys last, and who said so."""
    del actor  # whoever comes in may know
    found = policy.current()
    for name, value in _rows(found):
        answer(name, value)


@policy_commands.command("set")
@click.option("--default", "default", metavar="DAYS", help="How long a key lasts by default.")
@click.option("--longest", metavar="DAYS", help="How long a key may last at most; none for ever.")
@click.option(
    "--no-end/--must-end", default=None, help="Whether a key may have no end, or must have one."
)
@click.option(
    "--warning",
    metavar="DAYS",
    default=f"{rules.WARNING_DAYS}d",
    show_default=True,
    help="How long the keys that it shortens go on at least.",
)
@click.option("--reason", required=True, help="Why; kept on record.")
@click.option("--yes", is_flag=True, help="Change it without asking.")
@acting_as
def policy_set(actor: Actor, warning: str, reason: str, yes: bool, **wished: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Change how long API keys last, after showing whose keys end sooner by it (administrators)."""
    wish = _wish(policy.current().policy, **wished)
    warning_days = rules.days(warning, rules.MOST_WARNING_DAYS, 0)
    seen = policy.preview(actor, wish, warning_days)
    click.echo(f"{wish.words}. {seen.words}")
    if not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            fail(_NOT_CHANGED, ExitCode.REFUSED)
        if not click.confirm("Change the policy?", err=True):
            fail("Nothing was changed.", ExitCode.REFUSED)
    progress = ProgressLine("keys")
    with stoppable("Stopped: nothing was changed.", progress):
        keys = policy.change(
            actor, wish, reason, warning_days=warning_days, seen=seen.seen, progress=progress
        )
    say(policy.changed(keys))


def _wish(now: Policy, default: str | None, longest: str | None, no_end: bool | None) -> Policy:
    """Return the policy of now with what is wished in place of what it says."""
    return Policy(
        now.default_days if default is None else rules.days(default, rules.MOST_DAYS),
        now.longest_days if longest is None else rules.longest(longest),
        now.no_end if no_end is None else no_end,
    )


def _rows(found: PolicyRecord) -> list[tuple[str, str]]:
    said = found.policy
    rows = [
        ("default_days", str(said.default_days)),
        ("longest_days", rules.NONE if said.longest_days is None else str(said.longest_days)),
        ("no_end", "allowed" if said.no_end else "not allowed"),
    ]
    if found.changed_at is not None and found.binds_from is not None:
        rows += [
            ("changed_at", clock.iso(found.changed_at)),
            ("changed_by", found.changed_by),
            ("reason", found.reason),
            ("binds_from", clock.iso(found.binds_from)),
        ]
    return rows
