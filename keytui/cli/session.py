"""One run of a command: its settings, its database, and who acts."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from keytui import settings
from keytui.domain.errors import Refused
from keytui.domain.records import Actor
from keytui.origin import where_from
from keytui.services import host, sign_in
from keytui.settings import Settings
from keytui.storage.database import open_database


class Session:
    """One run: its settings, its database, and who acts."""

    def __init__(self, chosen: Settings) -> None:
        """Remember the settings; the database is opened by the first use."""
        self.settings = chosen
        self.origin = where_from(os.environ)

    def open(self) -> Path:
        """Open the database and return its file."""
        settings.make_default_folder(self.settings)
        return open_database(self.settings.location)

    def actor(self, user_id: str | None) -> Actor:
        """Return who acts: ``user_id`` by their password, else the host's own account."""
        file = self.open()
        if user_id is None:
            return host.host_actor(file, self.origin)
        entered = sign_in.sign_in(user_id, _password(), self.origin)
        if isinstance(entered, sign_in.PasswordNeeded):
            raise Refused("Choose a password first: open keytui and sign in with the code.")
        return entered.actor


def _password() -> str:
    """Ask without echo; a script gives it as the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, err=True))
    return sys.stdin.buffer.readline().decode("utf-8", "replace").rstrip("\r\n")


def acting_as(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option ``--user`` and the actor that follows from it."""

    @click.option(
        "--user",
        "user_id",
        metavar="USER_ID",
        help="Act as this person: asks the password.",
    )
    @click.pass_obj
    @wraps(command)
    def with_actor(session: Session, /, user_id: str | None, **options: Any) -> None:  # noqa: ANN401 - click passes what the options declare
        command(session.actor(user_id), **options)

    return with_actor
