"""The commands by name, and what happens without one."""

import os
import sys
from typing import Any

import click

import keytui
from keytui import settings
from keytui.cli import surroundings, verify
from keytui.cli.audit import audit_commands
from keytui.cli.backup import backup_command, restore_command
from keytui.cli.copy import copy_command
from keytui.cli.demo import demo
from keytui.cli.doctor import doctor_command
from keytui.cli.exits import ExitCode, fail
from keytui.cli.expiring import expiring_command
from keytui.cli.export import export
from keytui.cli.key import key_commands
from keytui.cli.opening import open_app
from keytui.cli.policy import policy_commands
from keytui.cli.review import review_commands
from keytui.cli.serve import serve
from keytui.cli.session import Session
from keytui.cli.ssh import ssh_commands
from keytui.cli.user import user_commands

_LONGEST = 300
"""Characters of a wrong command line that are repeated: enough to find the word."""


def run() -> None:
    """Run the command of this process; a wrong command line ends in one sentence too."""
    if surroundings.is_forced(sys.argv[1:]):
        surroundings.clean(os.environ)
    try:
        sys.exit(commands(prog_name="keytui", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(ExitCode.CANNOT)
    except click.ClickException as error:
        sentence = " ".join(error.format_message().split()).removesuffix(".")
        if len(sentence) > _LONGEST:
            sentence = f"{sentence[:_LONGEST]}…"
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "keytui"
        fail(f"{sentence}. See {path} --help.", ExitCode.CANNOT)
    except click.Abort as stop:
        if stop.__cause__ is None:  # a question: its line is not ended yet
            click.echo(err=True)
        fail("Stopped: it was not done to its end.", ExitCode.CANNOT)


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--database", metavar="PATH", help="The database: a file, or a postgresql:// URL.")
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
    chosen = settings.load(flags, os.environ, settings.config_file())
    if context.invoked_subcommand is None:
        open_app(chosen)
    context.obj = Session(chosen)


@commands.command(
    "verify", context_settings={"ignore_unknown_options": True}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def verify_command(session: Session, /, arguments: tuple[str, ...]) -> None:
    """Tell whether the API key on standard input is good (exit code 0, 1 or 2)."""
    sys.exit(verify.run(arguments, session.settings.location))


for command in (
    user_commands,
    key_commands,
    ssh_commands,
    policy_commands,
    expiring_command,
    export,
    review_commands,
    audit_commands,
    backup_command,
    restore_command,
    copy_command,
    doctor_command,
    serve,
    demo,
):
    commands.add_command(command)
