"""``keytui key new``: the text goes out once, or the key is deactivated again."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.forced import CONNECTION, connect, forced, people, send
from tests.home import KEYTUI, Home, close_reveal, home, quit_with  # noqa: F401 - a fixture
from tests.support import PASSWORD
from tests.terminal import KEY_TEXT


@pytest.fixture
def server(home: Home) -> Iterator[Home]:  # noqa: F811 - the fixture
    """Let maria and adam be there, each with an SSH key and a password."""
    people(home.database, "maria")
    return home


def _keys(server: Home) -> list[tuple[object, ...]]:
    return server.rows(
        "SELECT id, label, confirmed_at IS NOT NULL, deactivated_at IS NULL, deactivation_reason "
        "FROM api_key"
    )


def test_the_text_alone_is_the_answer(server: Home) -> None:
    """52 characters and no end of line; all the talk is on standard error, masked."""
    ended = send(server, "maria", "key new --label ci")
    assert (ended.returncode, bool(KEY_TEXT.fullmatch(ended.stdout))) == (0, True)
    masked = f"••••{ended.stdout[-4:]}"
    assert ended.stderr == (
        f"Key 1 {masked} is created; it expires in 90 d. Its text went to standard output, once: "
        "nobody can see it again.\n"
    )
    assert _keys(server) == [(1, "ci", 1, 1, None)]
    assert server.files_with(ended.stdout) == []


def test_the_text_is_a_good_key(server: Home) -> None:
    """What came out verifies, over SSH too."""
    text = send(server, "maria", "key new --label ci").stdout
    verified = send(server, "maria", "verify", typed=text)
    assert (verified.returncode, verified.stdout) == (0, "valid: key 1 of maria, ci\n")


def test_outside_ssh_it_asks_the_password(server: Home) -> None:
    """A script gives it as the first line of standard input."""
    ended = server.keytui("key", "new", "--label", "ci", "--user", "maria", typed=PASSWORD)
    assert ended.returncode == 0
    assert KEY_TEXT.fullmatch(ended.stdout)


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-", "| :"])
def test_a_text_that_goes_nowhere_ends_its_key(server: Home, redirected: str) -> None:
    """A full disk, a closed output, a closed pipe: deactivated again at once, and said."""
    script = f'"$@" 2>said {redirected}'
    if redirected == "| :":
        # Closed for certain before anything is written.
        script = 'mkfifo pipe; exec 3<>pipe 4>pipe 3>&-; "$@" 2>said >&4'
    server.run(
        *("/bin/sh", "-c", script, "sh", *KEYTUI, *forced(server.database, "maria")),
        SSH_CONNECTION=CONNECTION,
        SSH_ORIGINAL_COMMAND="key new --label ci",
    )
    said = (server.folder / "said").read_text()
    assert re.fullmatch(
        r"keytui: Key 1 is deactivated again: its text could not be written \(.*\)\.\n", said
    )
    reason = "Its text could not be written: nobody has it."
    assert _keys(server) == [(1, "ci", 0, 0, reason)]


def test_a_pipe_that_takes_no_more_ends_its_key(server: Home) -> None:
    """A reader that stands still behind a full pipe does not hold the key back for ever."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4_096))
    ended = subprocess.run(
        [*KEYTUI, *forced(server.database, "maria")],
        env=server.environ
        | {"SSH_CONNECTION": CONNECTION, "SSH_ORIGINAL_COMMAND": "key new --label ci"},
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(reader)
    os.close(writer)
    assert ended.returncode == 2
    assert "Key 1 is deactivated again" in ended.stderr


@pytest.mark.parametrize("label", ["", "x" * 65, "a\u202eb"])
def test_a_label_that_does_not_fit_creates_nothing(server: Home, label: str) -> None:
    """Exit 1 and a sentence."""
    ended = server.keytui("key", "new", "--user", "maria", f"--label={label}", typed=PASSWORD)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert _keys(server) == []


def test_an_administrator_creates_none(server: Home) -> None:
    """Nor does the account that owns the database: separation of duties."""
    sentence = "keytui: Administrators cannot create keys: separation of duties.\n"
    over_ssh = send(server, "adam", "key new --label ci")
    at_home = server.keytui("key", "new", "--label", "ci")
    for ended in (over_ssh, at_home):
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", sentence)


def test_at_a_terminal_the_app_shows_it(server: Home) -> None:
    """``ssh -t HOST key new`` opens the pop-up; after OK the key is in the list, masked."""
    terminal = connect(server, "maria", "key new --label ci")
    terminal.wait_for('Key 1 "ci".', "[ Copy to clipboard ]")
    text = terminal.find(KEY_TEXT)
    close_reveal(terminal)
    terminal.wait_for("[1 Profile]", f"••••{text[-4:]} from now on")
    assert quit_with(terminal) == 0
    assert _keys(server) == [(1, "ci", 1, 1, None)]


def test_at_a_terminal_a_wrong_label_is_said_before_the_app_opens(server: Home) -> None:
    """One sentence, exit 1, no screen drawn."""
    terminal = connect(server, "maria", f"key new --label {'x' * 65}")
    assert terminal.wait_end() == 1
    assert b"\x1b" not in terminal.raw
    assert terminal.says("keytui: A label has at most 64 characters; this has 65.")


def test_at_a_terminal_outside_ssh_the_app_shows_it_too(server: Home) -> None:
    """It never stands in a scrollback."""
    terminal = server.open("key", "new", "--label", "ci", "--user", "maria")
    terminal.wait_for("Password:")
    terminal.send(f"{PASSWORD}\r")
    terminal.wait_for('Key 1 "ci".', "[ Save to file... ]")
    close_reveal(terminal)
    terminal.wait_for("[1 Profile]", "from now on")
    assert quit_with(terminal) == 0
