"""The command line as a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.storage.database import close_database


def run(*arguments: str | Path, **how: object) -> subprocess.Popen[bytes]:
    """Start keytui as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "keytui", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **how,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["--version"], 0, rb"keytui \d+\.\d+\.\d+\n", b""),
        ([], 2, b"", b"keytui: The app needs a terminal: .*\\.\n"),
        (["--database", "/no/x", "user", "list"], 2, b"", b"keytui: .* --database.\n"),
    ],
    ids=["version", "no terminal", "no database"],
)
def test_as_a_process_it_answers_the_same(
    arguments: list[str], code: int, out: bytes, err: bytes
) -> None:
    """``python -m keytui`` is the same door, without a warning or a traceback."""
    process = run(*arguments)
    found = process.communicate(timeout=60)
    assert process.returncode == code
    assert re.fullmatch(out, found[0])
    assert re.fullmatch(err, found[1])


def test_a_reader_that_went_away_is_no_traceback(database: Path, maria: Actor) -> None:
    """``keytui export | head -0`` ends quietly."""
    api_keys.create_key(maria, "CI")
    close_database()
    process = run("--database", database, "export")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    talk = process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert b"Traceback" not in talk
    assert b"internal error" not in talk
