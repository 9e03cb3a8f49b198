"""``keytui doctor``: each thing that is wrong is found by its own question, and says what to do."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from keytui.cli.doctor import clipboard, terminal
from keytui.domain.clock import DAY
from keytui.domain.findings import Severity
from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.settings import ClipboardRoute
from keytui.storage import health
from keytui.storage.database import close_database, open_database
from tests.support import NOBODY, Clock, Stranger, keytui, trail


def problems(database: Path) -> tuple[int, list[str]]:
    """Return the exit code and the names of the questions that found a problem."""
    close_database()
    answer = keytui("--database", database, "doctor", "--quiet")
    assert answer.err == ""
    lines = answer.out.splitlines()
    assert all(line.startswith("problem  ") for line in lines), answer.out
    return answer.code, [line.removeprefix("problem  ").partition(":")[0] for line in lines]


def test_a_healthy_database_has_no_problem(database: Path, maria: Actor) -> None:
    """Exit code 0; --quiet says nothing, so that cron sends no mail; all questions are asked."""
    assert problems(database) == (0, [])
    answer = keytui("--database", database, "doctor")
    named = {line[9:].partition(":")[0] for line in answer.out.splitlines()}
    assert named == {name for name, _ in health.CHECKS} | {"clipboard", "memory", "terminal"}


def test_it_leaves_nothing_behind(database: Path, maria: Actor) -> None:
    """No event, no file: it only looks."""
    events = trail()
    problems(database)
    files = sorted(file.name for file in database.parent.iterdir())
    problems(database)
    assert sorted(file.name for file in database.parent.iterdir()) == files
    open_database(str(database))
    assert trail() == events


def _open_file(database: Path) -> None:
    database.chmod(0o644)


def _open_key(database: Path) -> None:
    Path(f"{database}.audit-key").chmod(0o640)


def _open_folder(database: Path) -> None:
    database.parent.chmod(0o777)


def _sticky_folder(database: Path) -> None:
    database.parent.chmod(0o1777)


def _lost_key(database: Path) -> None:
    Path(f"{database}.audit-key").unlink()


def _changed(database: Path) -> None:
    with closing(sqlite3.connect(database, factory=Stranger)) as stranger, stranger:
        stranger.execute("UPDATE audit_event SET actor = 'noor' WHERE id = 1")


def _newer(database: Path) -> None:
    with closing(sqlite3.connect(database, factory=Stranger)) as stranger, stranger:
        stranger.execute("UPDATE migration SET name = '9999_future' WHERE name LIKE '0002%'")


def _ahead(database: Path) -> None:
    with closing(sqlite3.connect(database, factory=Stranger)) as stranger, stranger:
        stranger.execute("UPDATE audit_event SET at = at * 2 WHERE id = 1")


def _unguarded(database: Path) -> None:
    with closing(sqlite3.connect(database)) as stranger, stranger:
        stranger.execute("DROP TRIGGER kt_key_final_on_api_key_update")


def _garbage(database: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    database.write_bytes(b"no database " * 1000)


def _away(database: Path) -> None:
    database.rename(database.with_name("elsewhere.db"))


CANNOT_OPEN = ["database", "schema", "rules", "pages", "audit chain", "clock"]

SPOILT: dict[Callable[[Path], None], list[str]] = {
    _open_file: ["permissions"],
    _open_key: ["permissions", "audit chain"],
    _open_folder: ["permissions"],
    _sticky_folder: ["permissions"],
    _lost_key: ["audit chain"],
    _changed: ["audit chain"],
    _newer: ["schema", "audit chain"],
    _ahead: ["audit chain", "clock"],
    _unguarded: ["rules"],
    _garbage: ["permissions", *CANNOT_OPEN],
    _away: ["permissions", *CANNOT_OPEN],
}


@pytest.mark.parametrize(
    ("spoil", "found"), SPOILT.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_what_is_wrong_is_found(
    database: Path, maria: Actor, spoil: Callable[[Path], None], found: list[str]
) -> None:
    """Each fault by its question, with exit code 1; no other question is kept from its answer."""
    close_database()
    spoil(database)
    assert problems(database) == (1, found)


def test_a_damaged_page_is_found(database: Path, maria: Actor) -> None:
    """Also where the damage lies in a page that opening does not read."""
    for number in range(200):
        api_keys.create_key(maria, f"key {number}")
    close_database()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'api_key'"
        ).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 64)
    code, found = problems(database)
    assert (code, "pages" in found) == (1, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_account_is_found(database: Path) -> None:
    """A key that another account owns can be changed by it."""
    os.chown(f"{database}.audit-key", NOBODY, -1)
    assert problems(database) == (1, ["permissions", "audit chain"])


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
//server/share /mnt/a\\040share cifs rw 0 0
tmpfs /home/maria/tmp tmpfs rw 0 0
server:/b /mnt/Büro nfs rw 0 0

broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/keytui", "ext4"),
        ("/home/maria", "nfs4"),
        ("/homeless", "ext4"),
        ("/home/maria/tmp/x", "tmpfs"),
        ("/mnt/a share/x", "cifs"),
        ("/mnt/Büro/x", "nfs"),
    ],
)
def test_the_nearest_mount_tells_the_file_system(folder: str, kind: str) -> None:
    """As the kernel lists them, blanks in their names and all."""
    assert health.kind_of(folder, MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs", "smb3"])
def test_a_file_system_without_shared_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """WAL there loses data: a problem, with its reason."""
    monkeypatch.setattr(health, "_mounts", lambda: f"x / {kind} rw 0 0\n")
    (finding,) = health.file_system(health.Place("/srv/keytui.db", "/srv/key"))
    assert finding.severity is Severity.PROBLEM
    assert "memory shared on one host" in finding.sentence


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ((3, 40, 1), Severity.NOTE),
        ((3, 44, 5), Severity.NOTE),
        ((3, 44, 6), Severity.OK),
        ((3, 45, 9), Severity.NOTE),
        ((3, 50, 7), Severity.OK),
        ((3, 51, 2), Severity.NOTE),
        ((3, 51, 3), Severity.OK),
        ((3, 54, 0), Severity.OK),
    ],
)
def test_sqlite_s_known_bug_is_told(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], severity: Severity
) -> None:
    """By the versions in which it was mended."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    (finding,) = health.sqlite_version(health.Place("", ""))
    assert finding.severity is severity


def test_a_clock_that_was_set_back_is_found(database: Path, clock: Clock, maria: Actor) -> None:
    """Events of tomorrow tell that the clock is wrong now, or was."""
    place = health.Place(str(database), f"{database}.audit-key")
    assert [it.severity for it in health.clock_is_right(place)] == [Severity.OK]
    clock.now -= DAY
    assert [it.severity for it in health.clock_is_right(place)] == [Severity.PROBLEM]


def test_the_clipboard_s_ways_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which are tried, and that a program is missing where one is needed."""
    monkeypatch.setenv("PATH", "/nowhere")
    local = [it.sentence for it in clipboard(ClipboardRoute.AUTO, {})]
    assert local[0] == "Copy to clipboard tries: native, osc52."
    assert "install wl-clipboard or xclip" in local[1]
    assert len(list(clipboard(ClipboardRoute.AUTO, {"TMUX": "x"}))) == 1
    (off,) = clipboard(ClipboardRoute.OFF, {})
    assert off.severity is Severity.NOTE


def test_a_terminal_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app would not know how to draw."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert next(terminal({})).severity is Severity.PROBLEM
    assert next(terminal({"TERM": "xterm", "COLORTERM": "truecolor"})).sentence == (
        "TERM is xterm, COLORTERM truecolor."
    )
