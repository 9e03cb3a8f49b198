"""The command line: set-up, scripts and cron; without a command it opens the terminal app.

Standard output is the answer, standard error the talk, and the exit code says
how it ended. The rules live in the services: a command only asks who acts,
calls one of them and prints.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import IntEnum
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

import keytui
from keytui import crash, settings
from keytui.domain import clock, sign_in_code
from keytui.domain.errors import Conflict, DatabaseUnusable, KeytuiError, Refused
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.domain.text import harmless
from keytui.origin import where_from
from keytui.services import api_keys, audit, host, report, sign_in, users
from keytui.settings import Settings
from keytui.storage.database import open_database


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    """keytui said no: a rule, a wrong password, input that does not fit."""
    CANNOT = 2
    """It could not be tried: no terminal, an unusable database, a wrong command line."""


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
    return sys.stdin.readline().rstrip("\n")


def _say(line: str) -> None:
    click.echo(harmless(line), err=True)


def _fail(sentence: str, code: ExitCode) -> NoReturn:
    _say(f"keytui: {sentence}")
    sys.exit(code)


def main() -> None:
    """Run keytui; whatever goes wrong ends in one sentence and an exit code."""
    try:
        commands(prog_name="keytui")
    except DatabaseUnusable as error:
        _fail(str(error), ExitCode.CANNOT)
    except KeytuiError as error:
        _fail(str(error), ExitCode.REFUSED)
    except Exception as error:  # noqa: BLE001 - the last line before a traceback would reach a person
        _fail(crash.report(error, settings.log_folder()), ExitCode.CANNOT)


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--database", metavar="PATH", help="The database: a file, or sqlite:///PATH.")
@click.option("--mouse/--no-mouse", default=None, help="Let keytui take the mouse (default: no).")
@click.option(
    "--look",
    type=click.Choice([look.value for look in settings.Look]),
    help="Colours for a dark or light terminal.",
)
@click.version_option(keytui.__version__, message="keytui %(version)s")
@click.pass_context
def commands(context: click.Context, /, **flags: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """A team's API keys in the terminal: shown once, masked for ever, accounted for.

    Without a command it opens the terminal app.
    """
    context.obj = Session(settings.load(flags, os.environ, settings.config_file()))
    if context.invoked_subcommand is None:
        _need_terminal()
        settings.make_default_folder(context.obj.settings)
        _open_app(context.obj)


def _need_terminal() -> None:
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        _fail(
            "The app needs a terminal: run it in one, or use a command (see keytui --help).",
            ExitCode.CANNOT,
        )


def _open_app(session: Session, **how: Any) -> NoReturn:  # noqa: ANN401 - passed on
    from keytui.tui.run import run

    sys.exit(run(session.settings, session.origin, **how))


def _acting(command: Callable[..., None]) -> Callable[..., None]:
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


@commands.group("user")
def user_commands() -> None:
    """Add people and manage them (administrators)."""


def _hand_over(code: Secret, name: str) -> None:
    hours = clock.duration(sign_in_code.LIFETIME).replace(" d", " days")
    _say(f"One-time sign-in code for {name}, good for {hours}. It is shown only now:")
    click.echo(code.reveal())
    code.wipe()


@user_commands.command("add")
@click.argument("name", metavar="USER_ID")
@click.option("--administrator", is_flag=True, help="Add an administrator instead of a user.")
@_acting
def user_add(actor: Actor, name: str, administrator: bool) -> None:  # noqa: FBT001 - click's flag
    """Add a person and print their one-time sign-in code."""
    role = Role.ADMINISTRATOR if administrator else Role.USER
    _hand_over(users.add_user(actor, name, role), name.lower())


@user_commands.command("list")
@_acting
def user_list(actor: Actor) -> None:
    """List the people: User ID, role, status, active keys, last sign-in."""
    for user in users.list_users(actor):
        signed_in = "never" if user.last_sign_in_at is None else clock.iso(user.last_sign_in_at)
        click.echo(f"{user.user_id}\t{user.role}\t{user.status}\t{user.active_keys}\t{signed_in}")


@user_commands.command("reset-sign-in")
@click.argument("name", metavar="USER_ID")
@_acting
def user_reset(actor: Actor, name: str) -> None:
    """End a person's password and sign-ins; print a new one-time sign-in code."""
    _hand_over(users.reset_sign_in(actor, name.lower()), name.lower())


@user_commands.command("role")
@click.argument("name", metavar="USER_ID")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option(
    "--active-keys",
    default=0,
    help="How many keys you know a promotion will deactivate.",
)
@_acting
def user_role(actor: Actor, name: str, role: str, active_keys: int) -> None:
    """Make a person a user or an administrator."""
    users.set_role(actor, name.lower(), Role(role), active_keys=active_keys)
    _say(f"{name.lower()} is now {role}.")


@user_commands.command("deactivate")
@click.argument("name", metavar="USER_ID")
@click.option("--reason", required=True, help="Why; kept on record.")
@_acting
def user_deactivate(actor: Actor, name: str, reason: str) -> None:
    """End a person's access for good; their keys stop working at once."""
    users.deactivate_user(actor, name.lower(), reason)
    _say(f"{name.lower()} is inactive. Their keys stopped working.")


@commands.group("key")
def key_commands() -> None:
    """List and deactivate API keys."""


@key_commands.command("list")
@click.argument("name", metavar="[USER_ID]", required=False)
@_acting
def key_list(actor: Actor, name: str | None) -> None:
    """List a person's API keys (your own by default), each masked."""
    for key in api_keys.list_keys(actor, name.lower() if name else None):
        used = "never" if key.last_used_at is None else clock.iso(key.last_used_at)
        age = key.age_days(clock.now())
        click.echo(
            harmless(f"{key.key_id}\t{key.masked}\t{key.state}\t{age} d\t{used}\t")
            + harmless(key.label)
        )


@key_commands.command("deactivate")
@click.argument("key_id", type=click.IntRange(1, 2**63 - 1))
@click.option("--reason", required=True, help="Why; kept on record.")
@_acting
def key_deactivate(actor: Actor, key_id: int, reason: str) -> None:
    """End an API key for good."""
    api_keys.deactivate_key(actor, key_id, reason)
    _say(f"Key {key_id} is inactive.")


@commands.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in report.Format]),
    default=report.Format.CSV.value,
    show_default=True,
    help="CSV, or JSON lines.",
)
@click.option("--output", default="-", metavar="FILE", help="Where to; - is standard output.")
@click.option("--replace", is_flag=True, help="Replace FILE if it is there already.")
@_acting
def export(actor: Actor, form: str, output: str, replace: bool) -> None:  # noqa: FBT001 - click's flag
    """Export Account API Key: one row per key of the whole system (administrators)."""
    if output == "-":
        report.export_to_stream(actor, report.Format(form), sys.stdout.buffer)
        return
    path = Path(output).expanduser()
    try:
        rows = report.export(actor, report.Format(form), path, replace=replace)
    except Conflict as error:
        raise Conflict(f"{error} Use --replace to replace it.") from error
    _say(f"{rows} keys written to {path}.")


@commands.group("audit")
def audit_commands() -> None:
    """Read the audit trail."""


@audit_commands.command("list")
@click.option("--filter", "containing", default="", help="Only events with this text.")
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1),
    help="At most so many.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_acting
def audit_list(actor: Actor, containing: str, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """List audit events, newest first (a user's own, an administrator's all)."""
    for event in audit.events(actor, containing, limit):
        if as_json:
            click.echo(json.dumps({**asdict(event), "at": clock.iso(event.at)}))
        else:
            click.echo(
                harmless(
                    f"{event.event_id}  {clock.iso(event.at)}  {event.actor}  {event.action}  "
                    f"{event.outcome}  {event.target}  {event.detail}  {event.origin}"
                )
            )


@commands.command("demo")
@click.option("--as", "as_user", metavar="USER_ID", help="Sign in as this person at once.")
@click.pass_obj
def demo(session: Session, as_user: str | None) -> None:
    """Look around: the app on a throw-away database full of people and keys."""
    _need_terminal()
    _open_app(session, demo_as=as_user or "")
