"""``keytui key …``: list and deactivate API keys."""

import click

from keytui.cli.exits import say
from keytui.cli.session import acting_as
from keytui.domain import clock
from keytui.domain.records import Actor
from keytui.domain.text import harmless
from keytui.services import api_keys


@click.group("key")
def key_commands() -> None:
    """List and deactivate API keys."""


@key_commands.command("list")
@click.argument("name", metavar="[USER_ID]", required=False)
@acting_as
def key_list(actor: Actor, name: str | None) -> None:
    """List a person's API keys (your own by default), each masked."""
    for key in api_keys.list_keys(actor, name):
        used = "never" if key.last_used_at is None else clock.iso(key.last_used_at)
        age = f"{key.age_days(clock.now())} d"
        fields = (str(key.key_id), key.masked, key.state_shown, age, used, key.label)
        click.echo("\t".join(harmless(field) for field in fields))


@key_commands.command("deactivate")
@click.argument("key_id", type=click.IntRange(1, 2**63 - 1))
@click.option("--reason", required=True, help="Why; kept on record.")
@acting_as
def key_deactivate(actor: Actor, key_id: int, reason: str) -> None:
    """End an API key for good."""
    api_keys.deactivate_key(actor, key_id, reason)
    say(f"Key {key_id} is inactive.")
