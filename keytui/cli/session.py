"""One run of a command: its settings, its database, and who acts."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from keytui import settings
from keytui.cli.exits import say
from keytui.domain.errors import BadInput, Refused
from keytui.domain.records import Actor
from keytui.origin import where_from
from keytui.services import host, sign_in
from keytui.services.sign_in import SignedIn
from keytui.settings import Settings
from keytui.storage.database import audit_key_path, open_database
from keytui.storage.location import canonical

_LONGEST = 4_096
"""Bytes of a line that may be a password: 128 characters have 512 at most."""


class Session:
    """One run: its settings, its database, and who acts.

    Attributes:
        settings: of this run.
        origin: from where it is used.
        file: of the database, once it is open; see :func:`.open_database`.
        signed_in: the person who acts, once they are signed in.
        forced: whether sshd or sudo runs it for somebody who may do nothing else.
    """

    def __init__(self, chosen: Settings) -> None:
        """Remember the settings; the database is opened by the first use."""
        self.settings = chosen
        self.origin = where_from(os.environ)
        self.file = Path()
        self.signed_in: SignedIn | None = None
        self.forced = False

    def files(self) -> tuple[str, str]:
        """Return where the database and its audit key are, without opening either."""
        place = canonical(self.settings.location)
        return place, audit_key_path(place, self.settings.audit_key)

    def open(self, *, create: bool) -> None:
        """Open the database; ``create`` says whether to make one where there is none."""
        self.file = open_database(
            self.settings.location, create=create, audit_key_file=self.settings.audit_key
        )

    def actor(self, user_id: str | None, *, create: bool) -> Actor:
        """Open the database and return who acts: ``user_id`` by their password, else the host.

        Args:
            user_id: who signs in; ``None`` for the account that owns the database.
            create: whether the database is created where there is none.
        """
        if self.forced:
            if self.signed_in is None or user_id is not None:
                raise Refused("In a session over SSH everybody acts for themselves.")
            return self.signed_in.actor
        if create:
            settings.make_default_folder(self.settings)
        self.open(create=create)
        if user_id is None:
            return host.host_actor(self.file, self.origin)
        entered = sign_in.sign_in(user_id, _password(), self.origin)
        if isinstance(entered, sign_in.PasswordNeeded):
            raise Refused("Choose a password first: open keytui and sign in with the code.")
        self.signed_in = entered
        for notice in entered.notices:
            say(notice)
        return entered.actor


def _password() -> str:
    """Ask without echo; a script gives it as the first line of standard input."""
    if sys.stdin is None:
        raise BadInput("No password was given: write it to standard input.")
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, err=True))
    line = sys.stdin.buffer.readline(_LONGEST)
    return line.decode("utf-8", "replace").rstrip("\r\n")


def acting_as(command: Callable[..., None], *, create: bool = False) -> Callable[..., None]:
    """Give a command the option ``--user`` and the actor that follows from it.

    ``create`` is for the one that adds the first person: it makes the database.
    """

    @click.option(
        "--user",
        "user_id",
        metavar="USER_ID",
        help="Act as this person: asks the password.",
    )
    @click.pass_obj
    @wraps(command)
    def with_actor(session: Session, /, user_id: str | None, **options: Any) -> None:  # noqa: ANN401 - click passes what the options declare
        command(session.actor(user_id, create=create), **options)

    return with_actor
