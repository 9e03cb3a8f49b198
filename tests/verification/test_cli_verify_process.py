"""``keytui verify`` as a process: its pipes, its terminal, what it loads."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.verification.support import Ring

KEYTUI = (sys.executable, "-W", "error", "-m", "keytui")


def verify(ring: Ring, typed: str, *words: str, **how: object) -> subprocess.CompletedProcess[str]:
    """Run ``keytui verify`` with ``typed`` on its standard input."""
    return subprocess.run(
        [*KEYTUI, "verify", "--database", str(ring.database), *words],
        **{"input": typed, "stdout": subprocess.PIPE, **how},  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def terminal(ring: Ring, tmp_path: Path) -> Iterator[Terminal]:
    """Start ``keytui verify`` at a terminal."""
    environ = os.environ | {"HOME": str(tmp_path), "TERM": "xterm"}
    command = [*KEYTUI, "verify", "--database", str(ring.database)]
    started = Terminal(command, environ, tmp_path)
    yield started
    started.close()


def test_as_a_process_it_answers_and_writes(ring: Ring) -> None:
    """``echo KEY | keytui verify`` prints the verdict, and the use is in the file."""
    ended = verify(ring, f"{ring.valid.text}\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("valid: key 1 of maria")
    assert ring.last_use(ring.valid)[1] == "local"


def test_at_a_terminal_the_key_is_asked_for_without_echo(ring: Ring, terminal: Terminal) -> None:
    """The key is typed unseen; the verdict is the only other line."""
    terminal.wait_for("API key:")
    terminal.send(f"{ring.valid.text}\r")
    assert terminal.wait_end() == 0
    assert b"valid: key 1 of maria" in terminal.raw
    assert ring.valid.text.encode() not in terminal.raw
    assert re.search(rb"kt_[0-9A-Za-z]", terminal.raw) is None


def test_at_a_terminal_a_wrong_key_is_exit_code_1(ring: Ring, terminal: Terminal) -> None:
    """A typo is refused without a word of what was typed."""
    terminal.wait_for("API key:")
    terminal.send(f"{ring.valid.text[:-1]}\r")
    assert terminal.wait_end() == 1
    assert b"malformed" in terminal.raw
    assert ring.never_used()


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["ctrl+c", "ctrl+d"])
def test_leaving_the_prompt_is_no_traceback(terminal: Terminal, keys: str) -> None:
    """Ctrl+C and Ctrl+D end it quietly: nothing was checked, so never exit code 0 or 1."""
    terminal.wait_for("API key:")
    terminal.send(keys)
    assert terminal.wait_end() in (2, 130, -signal.SIGINT)
    assert b"Traceback" not in terminal.raw
    assert b"internal error" not in terminal.raw


def test_a_reader_that_went_away_is_no_traceback(ring: Ring) -> None:
    """``keytui verify | head -0`` ends quietly, and the exit code still tells the verdict or 2."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = verify(ring, ring.valid.text, stdout=writing)
    finally:
        os.close(writing)
    assert ended.returncode in (0, 2)
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr
    assert "internal error" not in ended.stderr


def test_without_a_standard_input_it_says_so(ring: Ring) -> None:
    """``keytui verify <&-``: no key was given, in one sentence or as malformed; no traceback."""
    ended = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *KEYTUI, "verify", "--database", str(ring.database)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode in (1, 2)
    assert "internal error" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_locked_database_still_gets_a_verdict(ring: Ring) -> None:
    """Another program writes: the verdict is right; that the use was not written is said."""
    with closing(sqlite3.connect(ring.database, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        ended = verify(ring, ring.valid.text)
    assert ended.returncode == 0
    assert ended.stdout.startswith("valid")
    assert "last used cannot be written" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["line", "json"])
def test_it_loads_neither_textual_nor_argon2_nor_click(ring: Ring, words: tuple[str, ...]) -> None:
    """What a check does not need is not loaded: that is why it takes no time."""
    ended = subprocess.run(
        [
            *(sys.executable, "-X", "importtime", "-m", "keytui"),
            *("verify", "--database", str(ring.database), *words),
        ],
        input=ring.valid.text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "keytui.services.verification" in loaded
    unwanted = {
        "textual",
        "rich",
        "argon2",
        "peewee",
        "click",
        "platformdirs",
        "asyncio",
        "uvicorn",
    }
    assert loaded & unwanted == set()
    assert "logging" not in loaded
    assert ("json" in loaded) is (bool(words) or ring.is_written(ring.valid))
