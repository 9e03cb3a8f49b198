"""Whoever comes over SSH gets the app or one of a few commands, and nothing else."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from keytui.cli import surroundings
from keytui.cli.commands import commands
from keytui.cli.ssh_commands import COMMANDS
from keytui.domain.text import harmless
from keytui.services import api_keys
from keytui.storage.database import close_database, open_database
from tests.attacks.commands import inputs
from tests.forced import CONNECTION, forced, people
from tests.support import NOBODY, Answer, keytui, python_as_nobody, said, signed_in


class Server:
    """A database with a team, and what sshd would start for them."""

    def __init__(self, database: Path) -> None:
        """Let maria hold key 1 and noor key 2."""
        self.database = database
        people(database, "maria", "noor")
        open_database(str(database))
        for name in ("maria", "noor"):
            api_keys.create_key(signed_in(name), f"key of {name}")
        close_database()
        self.before = self.people_and_keys()

    def ssh(self, user_id: str, sent: str, typed: str = "", **environ: str) -> Answer:
        """Do what ``ssh HOST SENT`` would."""
        given = {"SSH_CONNECTION": CONNECTION, "SSH_ORIGINAL_COMMAND": sent, **environ}
        with patch.dict(os.environ, given):
            return keytui(*forced(self.database, user_id), typed=typed)

    def people_and_keys(self) -> list[tuple[object, ...]]:
        """Return the rows that a command could change."""
        with closing(sqlite3.connect(self.database)) as connection:
            return [
                row
                for query in (
                    "SELECT user_id, role, status, epoch FROM user",
                    "SELECT * FROM api_key",
                )
                for row in connection.execute(query)
            ]

    def last_event(self) -> tuple[str, str, str, str]:
        """Return who did what last, how it ended and what else is on record."""
        with closing(sqlite3.connect(self.database)) as connection:
            row: tuple[str, str, str, str] = connection.execute(
                "SELECT actor, action, outcome, detail FROM audit_event ORDER BY id DESC"
            ).fetchone()
            return row


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return one, in an empty folder that nothing may be written to."""
    house, here = tmp_path / "house", tmp_path / "here"
    house.mkdir(mode=0o700)
    here.mkdir()
    monkeypatch.chdir(here)
    yield Server(house / "keytui.db")
    assert list(here.iterdir()) == []


NO_COMMAND = {
    "a shell": "/bin/sh",
    "a shell's command": "sh -c id",
    "an exclamation mark": "!sh",
    "another command after it": "key list; id",
    "another command in the background": "key list&id",
    "a pipe": "|id",
    "backticks": "`id`",
    "a substitution": "$(id)",
    "a tilde": "~/bin/sh",
    "spaces": "   ",
    "an empty word": "''",
    "scp": "scp -t /tmp/x",
    "sftp": "/usr/lib/openssh/sftp-server",
    "internal sftp": "internal-sftp",
    "rsync": "rsync --server -e.LsfxC . /tmp",
    "git": "git-upload-pack '/repo'",
    "itself as somebody else": "ssh session --user root",
    "itself with a key": "ssh session --user adam --key SHA256:adam",
    "another keytui": "keytui key list",
    "an option first": "--database /tmp/x.db key list",
    "half of a command": "key",
    "a command's beginning": "aud list",
    "capitals": "EXPORT",
    "serve": "serve --listen 0.0.0.0:80",
    "the set-up": "ssh setup --apply",
    "authorized keys": "ssh authorized-keys --all",
    "the head": "audit head",
    "a new audit key": "audit new-key --reason x",
    "help": "--help",
    "a word without end": "9" * 4_000,
}
OPTIONS = {
    "another database": "key list --database /tmp/x.db",
    "another database, in one word": "key list --database=/tmp/x.db",
    "another person": "key list --user adam",
    "a file": "export --output /tmp/x.csv",
    "standard output, named": "export --output -",
    "a file, in one word": "export --output=/tmp/x.csv",
    "a file to replace": "export --replace",
    "an option of no command": "export --to /etc/x",
    "a path": "export /tmp/x",
    "an option shortened": "export --outpu /tmp/x",
    "an end of options": "export -- /tmp/x",
    "help": "export --help",
    "another person, for a new key": "key new --label x --user maria",
    "no label": "key new",
    "no reason": "key deactivate 1",
    "a number that is none": "key deactivate $(id) --reason x",
    "a number too many": "key deactivate 1 2 --reason x",
    "a key": "verify kt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm",
    "verify's database": "verify --database /tmp/x.db",
    "verify's help": "verify --help",
    "a head that is none": "audit check --wrong 1",
    "more than there can be": "audit list --limit 99999999999",
}
UNREADABLE = {
    "a new line": "key list\nid",
    "a carriage return": "key list\rid",
    "a tabulator": "key\tlist",
    "an escape sequence": "key list \x1b]52;c;aGk=\x07",
    "an escape sequence alone": "\x1b[2J\x1b]0;owned\x07",
    "C1 controls": "key list \x9b2J",
    "a bidi control": "key list \u202egnp",
    "bytes that are not UTF-8": "key list \udcff\udcfe",
    "hundred kilobytes": "key list " + "x" * 100_000,
    "a quotation mark left open": "key new --label 'ci",
    "a backslash at the end": "key list \\",
}


def _is_refused(server: Server, answer: Answer) -> str:
    sentence = said(answer)
    assert answer.code == 2
    assert sentence == harmless(sentence)
    assert len(sentence) < 500
    assert server.people_and_keys() == server.before
    return sentence


@pytest.mark.parametrize("who", ["maria", "adam"])
@pytest.mark.parametrize("sent", NO_COMMAND.values(), ids=NO_COMMAND.keys())
def test_what_is_no_command_is_refused(server: Server, who: str, sent: str) -> None:
    """One sentence that names the commands, exit 2, nothing done, on record without its words."""
    sentence = _is_refused(server, server.ssh(who, sent))
    assert sentence.startswith("This is none of the commands over SSH, which are export, audit")
    assert server.last_event() == (who, "session:command", "refused", "no command")


@pytest.mark.parametrize("who", ["maria", "adam"])
@pytest.mark.parametrize("sent", OPTIONS.values(), ids=OPTIONS.keys())
def test_an_option_that_is_not_its_own_is_refused(server: Server, who: str, sent: str) -> None:
    """No file, no database, no other person to be: exit 2, nothing done, on record."""
    _is_refused(server, server.ssh(who, sent))
    assert server.last_event() == (who, "session:command", "refused", "options")


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_line_of_text_is_refused(server: Server, sent: str) -> None:
    """Nothing of it comes back to the terminal."""
    _is_refused(server, server.ssh("maria", sent))
    assert server.last_event()[:3] == ("maria", "session:command", "refused")


@pytest.mark.parametrize(
    "sent",
    ["key list '$(id)'", "key list `id`", "key list '; id'", "key list ~", "key list '*'"],
)
def test_nothing_of_a_shell_means_anything(server: Server, sent: str) -> None:
    """What a shell would run or expand is a name that nobody has."""
    answer = server.ssh("adam", sent)
    assert (answer.code, answer.out) == (1, "")
    assert said(answer).startswith("There is no user ")


OTHERS = sorted({place.path for place in inputs(commands)} - {(), ("verify",), *COMMANDS})


@pytest.mark.parametrize("path", OTHERS, ids=" ".join)
def test_every_other_command_is_refused(server: Server, path: tuple[str, ...]) -> None:
    """Whatever commands there will be: over SSH only those of the list."""
    _is_refused(server, server.ssh("adam", " ".join(path)))


def test_a_command_acts_as_the_person_and_not_as_the_account(server: Server) -> None:
    """The account owns the database and could do everything; the person cannot."""
    assert said(server.ssh("maria", "export")) == "Only an administrator exports the report."
    assert (
        said(server.ssh("adam", "key new --label x"))
        == "Administrators cannot create keys: separation of duties."
    )


ENVIRONMENT = {
    "KEYTUI_DATABASE": "/nowhere/x.db",
    "KEYTUI_AUDIT_KEY": "/nowhere/x.key",
    "KEYTUI_SESSIONS": "none",
    "KEYTUI_MOUSE": "perhaps",
    "XDG_CONFIG_HOME": "/nowhere",
    "XDG_DATA_HOME": "/nowhere",
    "HOME": "/nowhere",
    "TMUX": "/tmp/evil.sock,1,0",
    "DISPLAY": ":0",
    "TEXTUAL_DRIVER": "evil:Driver",
    "PYTHONPATH": "/tmp",
    "PATH": "/tmp",
    "LD_PRELOAD": "/tmp/x.so",
    "TMPDIR": "/nowhere",
    "SUDO_USER": "adam",
    "LOGNAME": "adam",
}


@pytest.mark.parametrize(
    "name", [name for name in ENVIRONMENT if name.startswith(("KEYTUI", "XDG", "HOME", "TMP", "L"))]
)
def test_what_a_client_could_send_along_changes_nothing(server: Server, name: str) -> None:
    """Neither another database nor a setting nor a name comes from the environment."""
    plain = server.ssh("maria", "key list")
    assert plain.code == 0
    assert server.ssh("maria", "key list", **{name: ENVIRONMENT[name]}) == plain


def test_only_what_is_needed_of_the_environment_is_kept() -> None:
    """Terminal, language and what sshd and sudo say; home and path are the account's."""
    environ = {**ENVIRONMENT, "TERM": "xterm", "LC_ALL": "C.UTF-8", "SSH_CONNECTION": CONNECTION}
    surroundings.clean(environ)
    assert set(environ) == {"TERM", "LC_ALL", "SSH_CONNECTION", "HOME", "PATH"}
    assert environ["PATH"] == "/usr/local/bin:/usr/bin:/bin"
    assert environ["HOME"] not in ("", "/nowhere")


def test_a_sudo_uid_that_a_client_sent_lets_nobody_in(server: Server) -> None:
    """Neither beside the forced command's own name nor instead of it."""
    answer = server.ssh("maria", "key list", SUDO_UID="4711")
    assert said(answer).startswith("--user and --key are for the command that sshd runs")
    with patch.dict(
        os.environ, SSH_CONNECTION=CONNECTION, SSH_ORIGINAL_COMMAND="export", SUDO_UID="4711"
    ):
        answer = keytui("--database", server.database, "ssh", "session")
    assert said(answer).startswith("SUDO_UID is not from sudo here")
    assert answer.code == 1


def test_a_name_outside_sshd_lets_nobody_in(server: Server) -> None:
    """At a shell --user is refused, also for the account that owns the database."""
    with patch.dict(os.environ, SSH_ORIGINAL_COMMAND="export"):
        answer = keytui(*forced(server.database, "adam"))
    assert (answer.code, said(answer)) == (
        1,
        "--user and --key are for the command that sshd runs: open keytui and sign in instead.",
    )


def test_a_command_without_an_identity_is_refused(server: Server) -> None:
    """Who signs in by password gets the app alone."""
    with patch.dict(os.environ, SSH_CONNECTION=CONNECTION, SSH_ORIGINAL_COMMAND="export"):
        answer = keytui("--database", server.database, "ssh", "session")
    assert (answer.code, said(answer)) == (
        1,
        "A command over SSH needs an SSH key of your own: come without one, and sign in.",
    )


def test_another_person_s_key_lets_nobody_in(server: Server) -> None:
    """Name and fingerprint must be of one person."""
    arguments = [*forced(server.database, "maria")[:-1], forced(server.database, "adam")[-1]]
    with patch.dict(os.environ, SSH_CONNECTION=CONNECTION, SSH_ORIGINAL_COMMAND="key list"):
        answer = keytui(*arguments)
    assert (answer.code, said(answer)) == (
        1,
        "This SSH key lets nobody in any more: ask an administrator.",
    )


def test_an_account_that_does_not_own_the_database_speaks_for_nobody(open_folder: Path) -> None:
    """Though it may write the file: exit 1, one sentence."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    database = open_folder / "keytui.db"
    people(database, "maria")
    open_folder.chmod(0o777)
    for file in open_folder.iterdir():
        file.chmod(0o666 if file.suffix != ".audit-key" else 0o600)
    os.chown(f"{database}.audit-key", NOBODY, NOBODY)
    ended = python_as_nobody(
        "import os, sys",
        "from keytui import cli\n"
        f"os.environ.update(SSH_CONNECTION={CONNECTION!r}, SSH_ORIGINAL_COMMAND='export')\n"
        "sys.argv[0] = 'keytui'; cli.main()",
        *forced(database, "adam"),
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"keytui: Only the account that owns {database} may let people in like this: "
        "open keytui and sign in instead.\n"
    )


def test_without_an_administrator_nobody_is_asked_to_become_one(tmp_path: Path) -> None:
    """The first comer over SSH is not offered the house."""
    database = tmp_path / "keytui.db"
    open_database(str(database))
    close_database()
    with patch.dict(os.environ, SSH_CONNECTION=CONNECTION, SSH_ORIGINAL_COMMAND="key list"):
        answer = keytui("--database", database, "ssh", "session")
    assert (answer.code, said(answer)) == (
        1,
        (
            "There is no administrator yet: add one on the server with "
            "keytui user add USER_ID --administrator."
        ),
    )


def test_no_database_is_created(tmp_path: Path) -> None:
    """A forced session with a wrong path makes nothing."""
    with patch.dict(os.environ, SSH_CONNECTION=CONNECTION, SSH_ORIGINAL_COMMAND="key list"):
        answer = keytui("--database", tmp_path / "other.db", "ssh", "session")
    assert answer.code == 2
    assert "There is no database" in said(answer)
    assert not (tmp_path / "other.db").exists()


def test_without_a_terminal_and_a_command_it_ends(server: Server) -> None:
    """As for ``ssh -T``: exit 2, one sentence, nobody signed in."""
    before = server.last_event()
    answer = server.ssh("maria", "")
    assert answer.code == 2
    assert said(answer).startswith("The app needs a terminal: use ssh -t, or send one of the")
    assert server.last_event() == before
