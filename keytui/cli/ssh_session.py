"""``keytui ssh session``: what sshd or sudo runs for everybody who comes (a forced command).

Nothing that a client can choose decides who they are: not the command they sent,
not their environment. What they sent is one of a few commands, or they get the app.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import click

from keytui import settings
from keytui.cli import ssh_commands
from keytui.cli.exits import say
from keytui.cli.session import Session
from keytui.cli.terminal import need_terminal, open_signed_in
from keytui.domain import user_id
from keytui.domain.errors import Refused
from keytui.services import forced, session_limit, users
from keytui.services.forced import Proved


@click.command("session")
@click.option("--user", "name", metavar="USER_ID", help="Whose SSH key sshd has checked.")
@click.option("--key", "fingerprint", metavar="SHA256:...", help="That SSH key's fingerprint.")
@click.pass_obj
def ssh_session(session: Session, /, name: str | None, fingerprint: str | None) -> None:
    """Let somebody in who came over SSH: for sshd and sudo to run, as the database's account.

    With --user and --key it is whom sshd knows by their SSH key; without them
    whom sudo names by SUDO_UID, or else whoever signs in with a password.
    """
    sent = os.environ.pop("SSH_ORIGINAL_COMMAND", "")
    sudo_uid = os.environ.pop("SUDO_UID", None)
    chosen = session.settings
    session.forced = True
    if not sent:
        need_terminal(f"use ssh -t, or send one of the commands {ssh_commands.WHICH}")
    session.open(create=False)
    file = session.file
    if not users.administrator_exists():
        raise Refused(
            "There is no administrator yet: add one on the server with "
            "keytui user add USER_ID --administrator."
        )
    proved = None
    if name is not None or fingerprint is not None:
        proved = forced.by_sshd(file, name or "", fingerprint or "", session.origin, sudo_uid)
    elif sudo_uid is not None:
        proved = forced.by_sudo(file, sudo_uid, session.origin)
    if sent and proved is None:
        raise Refused(
            "A command over SSH needs an SSH key of your own: come without one, and sign in."
        )
    with ExitStack() as place:
        try:
            place.enter_context(
                session_limit.place(
                    _folder(file),
                    user_id.folded(proved.user_id) if proved else "",
                    chosen.sessions_per_person,
                    chosen.sessions,
                )
            )
        except Refused as error:
            forced.refuse_session(proved, session.origin, str(error))
            raise
        _enter(session, proved, sent)


def _enter(session: Session, proved: Proved | None, sent: str) -> None:
    if proved is not None:
        session.signed_in = forced.enter(proved)
    if not sent:
        open_signed_in(session)
    for notice in session.signed_in.notices if session.signed_in else ():
        say(notice)
    ssh_commands.run(session, sent)


def _folder(file: Path) -> Path:
    """Return where the places of sessions are: beside the database, or the account's own folder."""
    if os.access(file.parent, os.W_OK):
        return file.with_name(f".{file.name}.sessions")
    settings.data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.data_folder() / "sessions"
