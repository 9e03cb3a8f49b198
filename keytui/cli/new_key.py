"""``keytui key new`` and ``key rotate``: the text of a new key, once, into a pipe or the app's pop-up."""

import os
import sys
from typing import Any

import click

from keytui.cli.exits import ExitCode, fail, say
from keytui.cli.options import KEY_ID
from keytui.cli.session import Session, acting_as
from keytui.cli.terminal import open_signed_in
from keytui.domain import clock, text
from keytui.domain.errors import KeytuiError
from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor, ApiKey
from keytui.domain.secret import Secret
from keytui.services import api_keys, policy, rotation

_NOT_TAKEN = "Its text could not be written: nobody has it."
"""The reason on record for a key that went nowhere."""


@click.command("new")
@click.option("--label", required=True, help="What will use it.")
@click.option(
    "--lasts",
    default="",
    metavar="HOW_LONG",
    help="Days, a last day (YYYY-MM-DD), or none (default: by the policy).",
)
@acting_as
def key_new(actor: Actor, label: str, lasts: str) -> None:
    """Create an API key and write its text to standard output, once and without end of line.

    At a terminal the app shows it instead, as New Key does.
    """
    end = policy.end_of(lasts)
    _show_at_a_terminal(label=text.label(label), lasts=lasts)
    key, secret = api_keys.create_key(actor, label, expires_at=end)
    _hand_out(actor, key, secret, f"Key {key.key_id} {key.masked} is created; it {_ends(key)}.")


@click.command("rotate")
@KEY_ID
@click.option(
    "--overlap",
    type=click.Choice([overlap.value for overlap in Overlap]),
    default=Overlap.WEEK.value,
    show_default=True,
    help="How long the old key goes on working, never past its own end.",
)
@acting_as
def key_rotate(actor: Actor, key_id: int, overlap: str) -> None:
    """Create a key in place of one of your own, and write its text as key new does."""
    chosen = Overlap(overlap)
    _show_at_a_terminal(rotates=key_id, overlap=chosen)
    # Without an overlap the old key ends once the new text is out: if it cannot be written,
    # there is still one that works.
    at_once = chosen is Overlap.NONE
    new, secret = rotation.rotate(actor, key_id, Overlap.HOUR if at_once else chosen)
    _hand_out(
        actor,
        new,
        secret,
        f"Key {new.key_id} {new.masked} replaces key {key_id}; it {_ends(new)}.",
        f"Key {key_id} goes on working {'for an hour' if at_once else 'for its overlap'}; "
        "create another before it ends.",
    )
    if at_once:
        try:
            rotation.end_overlap(actor, key_id)
        except KeytuiError as error:
            sentence = f"Key {key_id} still works, for an hour: {error} Then deactivate it."
            fail(sentence, ExitCode.CANNOT)


def _ends(key: ApiKey) -> str:
    end = key.expires_at
    return "never expires" if end is None else f"expires {clock.until(end, key.created_at)}"


def _show_at_a_terminal(**new_key: Any) -> None:  # noqa: ANN401 - the fields of a NewKey
    session: Session = click.get_current_context().obj
    if sys.stdout is not None and sys.stdout.isatty() and session.signed_in is not None:
        open_signed_in(session, **new_key)


def _hand_out(actor: Actor, key: ApiKey, secret: Secret, created: str, otherwise: str = "") -> None:
    """Write the text, or deactivate the key again; ``otherwise`` is what else holds then."""
    try:
        _write(secret)
    except BaseException as error:
        secret.wipe()
        _take_back(actor, key, error, otherwise)
        raise
    secret.wipe()
    say(f"{created} Its text went to standard output, once: nobody can see it again.")
    try:
        api_keys.confirm_key(actor, key.key_id)
    except KeytuiError as error:
        say(f"Key {key.key_id} works, but stays marked as not confirmed: {error}")


def _write(secret: Secret) -> None:
    # Not through sys.stdout: its buffer would keep a copy.
    if sys.stdout is None:  # never the number 1: that may be the database by now
        raise OSError(None, "standard output is closed")
    view = secret.view()
    if os.write(sys.stdout.fileno(), view) != len(view):
        raise OSError(None, "not all of it could be written")


def _take_back(actor: Actor, key: ApiKey, error: BaseException, otherwise: str) -> None:
    try:
        api_keys.deactivate_key(actor, key.key_id, _NOT_TAKEN)
    except KeytuiError as no:
        fail(
            f"The text of key {key.key_id} could not be written, and it is still active: {no} "
            "Then deactivate it.",
            ExitCode.CANNOT,
        )
    if isinstance(error, OSError):
        fail(
            f"Key {key.key_id} is deactivated again: its text could not be written "
            f"({error.strerror}). {otherwise}".strip(),
            ExitCode.CANNOT,
        )
