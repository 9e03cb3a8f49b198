"""The commands that somebody may send over SSH (``ssh HOST COMMAND``), by their own rights.

What they sent is split into words as a shell would, and never given to one.
A command is taken from the list below with the options named there; whatever
names a file, a database or another person to act as is refused, on record.
"""

import copy
import shlex
import sys
from typing import Final, NoReturn

import click
from click.core import ParameterSource

from keytui.cli import verify
from keytui.cli.audit import audit_check_command, audit_list
from keytui.cli.exits import ExitCode, fail
from keytui.cli.expiring import expiring_command
from keytui.cli.export import export
from keytui.cli.key import key_deactivate, key_history_command, key_list, key_uses
from keytui.cli.new_key import key_new, key_rotate
from keytui.cli.session import Session
from keytui.domain.text import harmless
from keytui.services import forced

_LONGEST: Final = 4_096
"""Bytes of a command: a reason of 200 characters and a label of 64 are far below."""
_LONGEST_ANSWER: Final = 300

COMMANDS: Final[dict[tuple[str, ...], tuple[click.Command, frozenset[str]]]] = {
    ("export",): (export, frozenset({"form", "active", "owner", "idle_days", "older_days"})),
    ("audit", "list"): (
        audit_list,
        frozenset({"containing", "limit", "family", "about", "as_json"}),
    ),
    ("audit", "check"): (audit_check_command, frozenset({"kept"})),
    ("key", "new"): (key_new, frozenset({"label", "lasts"})),
    ("key", "rotate"): (key_rotate, frozenset({"key_id", "overlap"})),
    ("expiring",): (expiring_command, frozenset({"within"})),
    ("key", "list"): (key_list, frozenset({"name"})),
    ("key", "history"): (key_history_command, frozenset({"key_id"})),
    ("key", "uses"): (key_uses, frozenset({"key_id"})),
    ("key", "deactivate"): (key_deactivate, frozenset({"key_id", "reason"})),
}
"""Each command, what it leads to, and which of its parameters may be given."""

_VERIFY: Final = "verify"
WHICH: Final = ", ".join((*(" ".join(path) for path in COMMANDS), _VERIFY))
"""All of them, as they are named in a sentence."""


def run(session: Session, sent: str) -> None:
    """Run what somebody sent, as the person whom the session has signed in."""
    words = _split(session, sent)
    if words[:1] == [_VERIFY]:
        if words[1:] not in ([], ["--json"]):
            # Not repeated: it may be a key.
            _refuse(session, "verify takes its key from standard input, and only --json", "options")
        sys.exit(verify.run(words[1:], session.settings.location))
    path = next((path for path in COMMANDS if tuple(words[: len(path)]) == path), None)
    if path is None:
        _refuse(session, f"This is none of the commands over SSH, which are {WHICH}", "no command")
    command, allowed = COMMANDS[path]
    bare = copy.copy(command)
    bare.add_help_option = False  # it names what cannot be used here
    try:
        with bare.make_context(" ".join(path), words[len(path) :], obj=session) as context:
            for parameter in bare.params:
                name = str(parameter.name)
                given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
                if given and name not in allowed:
                    _refuse(session, f"{parameter.opts[0]} cannot be used over SSH", "options")
            bare.invoke(context)
    except click.UsageError as error:
        sentence = " ".join(error.format_message().split()).removesuffix(".")
        _refuse(session, sentence[:_LONGEST_ANSWER], "options")


def _split(session: Session, sent: str) -> list[str]:
    if len(sent.encode("utf-8", "surrogateescape")) > _LONGEST:
        _refuse(session, f"A command over SSH has at most {_LONGEST:,} bytes", "too long")
    if harmless(sent) != sent:
        _refuse(session, "A command over SSH is one line of UTF-8 text", "control characters")
    try:
        return shlex.split(sent)
    except ValueError:
        _refuse(session, "A quotation mark of this command is not closed", "quotes")


def _refuse(session: Session, sentence: str, why: str) -> NoReturn:
    if session.signed_in is not None:
        forced.refuse_command(session.signed_in.actor, why)
    fail(f"{sentence}: nothing was done.", ExitCode.CANNOT)
