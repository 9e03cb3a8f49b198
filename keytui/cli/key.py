"""``keytui key …``: list API keys, deactivate one or many, say what became of one."""

import click

from keytui.cli.exits import answer, say
from keytui.cli.new_key import key_new, key_rotate
from keytui.cli.options import KEY_ID
from keytui.cli.progress import ProgressLine, stoppable
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.errors import BadInput
from keytui.domain.records import Actor
from keytui.domain.text import counted
from keytui.services import api_keys, bulk, key_history
from keytui.services.bulk import Chosen, Preview
from keytui.services.stale import Stale


@click.group("key")
def key_commands() -> None:
    """Create, rotate, list and deactivate API keys."""


key_commands.add_command(key_new)
key_commands.add_command(key_rotate)


@key_commands.command("list")
@click.argument("name", metavar="[USER_ID]", required=False)
@acting_as
def key_list(actor: Actor, name: str | None) -> None:
    """List a person's API keys (your own by default), each masked."""
    for key in api_keys.list_keys(actor, name):
        age = f"{key.age_days(clock.now())} d"
        used = clock.iso(key.last_used_at)
        answer(key.key_id, key.masked, key.state_shown, age, used, key.label)


@key_commands.command("deactivate")
@KEY_ID
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def key_deactivate(actor: Actor, key_id: int, reason: str) -> None:
    """End an API key for good."""
    api_keys.deactivate_key(actor, key_id, reason)
    say(f"Key {key_id} is inactive.")


@key_commands.command("history")
@KEY_ID
@acting_as
def key_history_command(actor: Actor, key_id: int) -> None:
    """Say what became of an API key, the newest first: when, what, by whom, detail, from where."""
    for step in key_history.history(actor, key_id).steps:
        answer(clock.iso(step.at), step.what, step.who, step.detail, step.origin)


@key_commands.command("uses")
@KEY_ID
@acting_as
def key_uses(actor: Actor, key_id: int) -> None:
    """Say how often an API key was used on each of the last 91 days (UTC) on which it was."""
    uses = key_history.history(actor, key_id).uses
    for day, count in enumerate(uses.counts, uses.first_day):
        if count:
            answer(clock.day(day), count)


@key_commands.command("deactivate-many")
@click.option(
    "--filter",
    "which",
    type=click.Choice([which.value for which in Stale]),
    required=True,
    help="Which keys, of those neither deactivated nor expired.",
)
@click.option("--owner", metavar="USER_ID", help="Only this person's keys.")
@click.option(
    "--expect", type=click.IntRange(1), metavar="N", help="How many they are: do not ask."
)
@click.option("--yes", is_flag=True, help="Do not ask, however many they are.")
@click.option("--reason", required=True, help="Why; kept on record with each key.")
@acting_as
def key_deactivate_many(  # noqa: PLR0913, PLR0917 - click passes what the options declare
    actor: Actor, which: str, owner: str | None, expect: int | None, yes: bool, reason: str
) -> None:
    """End all API keys that a filter finds, for good: all in one act, or none."""
    chosen = Chosen(filter=which, whose=owner)
    if expect is None:
        found = bulk.preview(actor, chosen)
        expect = found.count
        if not yes:
            _ask(found)
    progress = ProgressLine("keys")
    with stoppable("Stopped: nothing was changed.", progress):
        ended = bulk.deactivate_many(actor, chosen, reason, expect, progress)
    say(f"{counted(ended.count, 'key')} deactivated, each on record as {ended.act}.")


def _ask(found: Preview) -> None:
    for key in found.keys:
        used = clock.iso(key.last_used_at)
        mark = "!" if bulk.in_use(key) else " "
        say(f"{mark} {key.user_id}  key {key.key_id}  {key.masked}  last used {used}  {key.label}")
    if found.count > len(found.keys):
        say(f"  and {found.count - len(found.keys):,} more")
    say(
        f"{counted(found.count, 'key')}, of owners: {found.owners:,}, used in the last day (!): "
        f"{found.in_use:,}. A key is never activated again."
    )
    typed = click.prompt(
        f"Type {found.count} to deactivate them", default="", show_default=False, err=True
    )
    if typed.strip() != str(found.count):
        raise BadInput("That is not their number: nothing was changed.")
