"""Bad input that only a real process meets: bytes, closed streams, a folder that is gone."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from keytui.domain.permissions import Role
from keytui.services import api_keys
from keytui.storage.database import close_database, open_database
from tests.corpus import BROKEN_BYTES
from tests.home import KEYTUI, Home
from tests.support import make_person

ESCAPE = b"\xff\x1b]0;PWNED\x07\x1b[2J"
"""Neither UTF-8 nor harmless."""


def run(home: Home, *words: str | bytes, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command with bytes for words; ``environ`` adds to the environment."""
    environ = {**home.environ, **how.pop("environ", {})}
    chosen = {"capture_output": True, "cwd": home.folder, "input": b""} | how
    return subprocess.run([*KEYTUI, *words], env=environ, timeout=60, check=False, **chosen)


def sentence(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    """Return what a failing command said: one line that acts on no terminal."""
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert re.fullmatch("keytui: [^\0-\x1f\x7f-\x9f]*\n", said), said
    assert "internal error" not in said
    return said.removeprefix("keytui: ").rstrip("\n")


@pytest.fixture
def lived_in(home: Home) -> Home:
    """Return a home with maria in it, who has a key whose label is in no Latin-1."""
    open_database(str(home.database))
    make_person(home.database, "adam", Role.ADMINISTRATOR)
    api_keys.create_key(make_person(home.database, "maria", Role.USER), "na\u00efve \u65e5\u672c")
    close_database()
    return home


@pytest.mark.parametrize(
    "words",
    [["key", "list"], ["key", "list", "--user"], ["no-such-command"], ["export", "--output"]],
)
def test_words_that_are_no_utf_8(lived_in: Home, words: list[str]) -> None:
    """Bytes on the command line are refused in one harmless sentence."""
    done = run(lived_in, *words, ESCAPE)
    assert done.returncode in (1, 2)
    sentence(done, done.returncode)


@pytest.mark.parametrize(
    "name", ["KEYTUI_LOOK", "KEYTUI_DATABASE", "KEYTUI_AUDIT_KEY", "KEYTUI_MOUSE"]
)
@pytest.mark.parametrize("command", [["user", "list"], ["verify"]], ids=" ".join)
def test_variables_that_are_no_utf_8(lived_in: Home, name: str, command: list[str]) -> None:
    """Bytes in the environment are refused in one harmless sentence, or not looked at."""
    done = run(lived_in, *command, environ={name: ESCAPE})
    if command == ["verify"] and name != "KEYTUI_DATABASE":
        assert (done.returncode, done.stdout) == (1, b"malformed\n")
    else:
        sentence(done, 2 if command == ["verify"] else 1)


@pytest.mark.parametrize("typed", BROKEN_BYTES.values(), ids=BROKEN_BYTES)
def test_standard_input_that_is_no_text(lived_in: Home, typed: bytes) -> None:
    """Whatever arrives where a password or a key is expected proves nothing."""
    assert sentence(run(lived_in, "key", "list", "--user", "maria", input=typed), 1).startswith(
        "Wrong"
    )
    checked = run(lived_in, "verify", input=typed)
    assert (checked.returncode, checked.stdout, checked.stderr) == (1, b"malformed\n", b"")


def test_a_terminal_without_unicode(lived_in: Home) -> None:
    """In a Latin-1 locale the dots of a mask are written as escapes, and nothing fails."""
    for command in (["key", "list", "maria"], ["audit", "list"], ["--help"]):
        done = run(lived_in, *command, environ={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
        assert (done.returncode, done.stderr) == (0, b""), command
    assert (
        b"\xef"
        in run(lived_in, "key", "list", "maria", environ={"PYTHONIOENCODING": "latin-1"}).stdout
    )


def _close(*streams: int) -> Any:
    return lambda: [os.close(stream) for stream in streams]


def test_streams_that_are_closed(lived_in: Home) -> None:
    """Without standard input nobody signs in; without an output nothing fails by it."""
    asked = run(
        lived_in, "key", "list", "--user", "maria", preexec_fn=_close(0), input=None, stdin=None
    )
    assert sentence(asked, 1) == "No password was given: write it to standard input."
    for streams in ((1,), (2,), (1, 2), (0, 1, 2)):
        done = run(lived_in, "key", "list", "maria", preexec_fn=_close(*streams))
        assert done.returncode == 0, streams
        assert run(lived_in, "key", "list", "nobody", preexec_fn=_close(*streams)).returncode == 1


def _in_folder(home: Home, name: bytes, *, remove: bool) -> Any:
    folder = os.path.join(os.fsencode(home.folder), name)
    os.mkdir(folder)

    def enter() -> None:
        os.chdir(folder)
        if remove:
            os.rmdir(folder)

    return enter


@pytest.mark.parametrize(
    ("name", "remove", "words"),
    [(b"gone", True, "was removed"), (ESCAPE.replace(b"/", b""), False, "cannot hold control")],
    ids=["removed", "of bytes"],
)
def test_a_present_folder_of_no_use(lived_in: Home, name: bytes, remove: bool, words: str) -> None:
    """A file named without its folder is refused where the folder is gone or has no proper name."""
    enter = _in_folder(lived_in, name, remove=remove)
    done = run(lived_in, "export", "--output", "x.csv", preexec_fn=enter)
    assert words in sentence(done, 1)


def test_a_full_disk_behind_the_answer(lived_in: Home) -> None:
    """Help and answers that cannot be written are said, with an exit code."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    for command in (["--help"], ["key", "list", "maria"], ["export"], ["verify", "--help"]):
        with open("/dev/full", "wb") as full:
            done = run(
                lived_in, *command, capture_output=False, stdout=full, stderr=subprocess.PIPE
            )
        assert "could not be written (No space left" in sentence(done, 2)
