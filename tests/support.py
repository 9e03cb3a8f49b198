"""Helpers that several test files share."""

import io
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from keytui import cli
from keytui.domain import key_text, sign_in_code
from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY, HOUR, MINUTE, SECOND
from keytui.domain.errors import KeytuiError
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.secret import Secret
from keytui.domain.text import harmless
from keytui.services import sign_in, users
from keytui.services.host import host_actor
from keytui.storage import models
from keytui.storage.database import close_database
from keytui.storage.models import AuditEventRow

PASSWORD = "olive boats drift"
"""The password of everybody that ``person(...)`` makes."""

WRONG_PASSWORD = "olive boats sink"
HERE = "ssh 10.0.4.17"
"""The origin of everybody that ``person(...)`` makes."""

NOBODY = 65534
"""The user number of an account without rights."""


@dataclass
class Clock:
    """A clock that stands still until it is told to advance."""

    now: int = 1_795_500_000 * SECOND

    def advance(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass."""
        self.now += days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND


class MakePerson(Protocol):
    """The fixture ``person``."""

    def __call__(self, user_id: str, role: Role = Role.USER) -> Actor:
        """Add a person who has chosen PASSWORD, and return them signed in."""


def make_person(database: Path, user_id: str, role: Role) -> Actor:
    """Add a person through the services, as a real one comes to be."""
    code = users.add_user(host_actor(database, "local"), user_id, role)
    return sign_in.choose_password(user_id, text_of(code), PASSWORD, HERE).actor


def text_of(secret: Secret) -> str:
    """Return what a secret holds as a string: keytui itself never makes one."""
    return str(secret.view(), "ascii")


def secret_of(text: str) -> Secret:
    """Return a secret that holds ``text``."""
    secret = Secret()
    secret.room(len(text))[:] = text.encode("ascii")
    return secret


def new_key_text() -> Secret:
    """Draw a key text."""
    secret = Secret()
    key_text.draw(secret)
    return secret


def new_code() -> Secret:
    """Draw a sign-in code."""
    secret = Secret()
    sign_in_code.draw(secret)
    return secret


def signed_in(user_id: str, password: str = PASSWORD, origin: str = HERE) -> Actor:
    """Sign somebody in who has a password, and return them."""
    entered = sign_in.sign_in(user_id, password, origin)
    assert isinstance(entered, sign_in.SignedIn)
    return entered.actor


@dataclass(frozen=True)
class Event:
    """What the tests look at in an audit event."""

    actor: str
    action: Action
    outcome: Outcome
    target: str
    detail: str
    origin: str


def trail() -> list[Event]:
    """Return the whole audit trail, oldest first, without leaving a trace in it."""
    return [
        Event(
            row.actor,
            Action(row.action),
            Outcome(row.outcome),
            row.target,
            row.detail,
            row.origin,
        )
        for row in AuditEventRow.select().order_by(AuditEventRow.id)
    ]


def rows(query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a raw SQL query on the open database."""
    return list(models.database.execute_sql(query))


def written_of(database: Path) -> bytes:
    """Return all that the open database holds: the bytes of its files, and every row."""
    files = [file.read_bytes() for file in database.parent.glob("keytui.db*")]
    return b"".join(files) + repr(
        [rows(f'SELECT * FROM "{name}"') for name in models.database.get_tables()]
    ).encode("utf-8", "surrogateescape")


@contextmanager
def without_guards(connection: sqlite3.Connection) -> Iterator[None]:
    """Take the guards away for the block: some tests need rows that no program may write."""
    guards = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kt_%'"
    ).fetchall()
    assert guards
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in guards:
        connection.execute(sql)


class Stranger(sqlite3.Connection):
    """A connection of somebody who owns the file: no guard stands in its way, each is back after."""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run a statement past the guards."""
        with self._unguarded(sql):
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
        """Run a statement past the guards, many times."""
        with self._unguarded(sql):
            return super().executemany(sql, parameters)

    @contextmanager
    def _unguarded(self, sql: str) -> Iterator[None]:
        if not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            yield
            return
        guards = (
            super().execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        )
        for name, _ in guards:
            super().execute(f"DROP TRIGGER {name}")
        try:
            yield
        finally:
            for _, guard in guards:
                super().execute(guard)


def people_and_keys() -> list[tuple[Any, ...]]:
    """Return every row that an act could change, but for when people last signed in."""
    people = rows(
        "SELECT id, user_id, role, status, epoch, code_digest, reset_at, reset_by, "
        'deactivated_at, deactivated_by, deactivation_reason FROM "user" ORDER BY id'
    )
    return people + [
        row
        for table in ("api_key", "ssh_key", "access_review", "review_item")
        for row in rows(f"SELECT * FROM {table} ORDER BY id")
    ]


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str


def keytui(*arguments: str | Path, typed: str | bytes = "") -> Answer:
    """Run the command line in this process, from its very entry point."""
    entered = typed.encode() if isinstance(typed, str) else typed
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with ExitStack() as stack:
        stack.callback(_restore_environment, dict(os.environ))
        stack.enter_context(patch.object(sys, "argv", ["keytui", *map(str, arguments)]))
        stack.enter_context(
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(entered), encoding="utf-8"))
        )
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.callback(close_database)
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Answer(code, _written(out), _written(err))


def _restore_environment(before: dict[str, str]) -> None:
    """Put back what a forced session dropped; mostly there is nothing, and ``patch.dict`` is slow."""
    if dict(os.environ) != before:
        os.environ.clear()
        os.environ.update(before)


def said(answer: Answer) -> str:
    """Return what a refusing command said: one line of talk, no answer, no traceback."""
    assert answer.out == ""
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("keytui: ")
    assert "internal error" not in answer.err
    return answer.err.removeprefix("keytui: ").removesuffix("\n")


def refusal_of(act: Callable[[], object]) -> str:
    """Return the sentence with which an act is refused: harmless and whole; empty when it is done.

    Any other exception than keytui's own comes through, and fails the test.
    """
    try:
        act()
    except KeytuiError as error:
        sentence = str(error)
    else:
        return ""
    assert sentence == harmless(sentence)
    assert sentence.endswith(".")
    assert len(sentence) < 5_000
    return sentence


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def race(*acts: Callable[[], object]) -> list[KeytuiError | None]:
    """Do all ``acts`` at the same instant, a thread each; return how each ended."""
    start = threading.Barrier(len(acts))
    ends: list[KeytuiError | None] = []

    def run(act: Callable[[], object]) -> None:
        users.administrator_exists()  # be connected before the start
        start.wait()
        try:
            act()
            ends.append(None)
        except KeytuiError as error:
            ends.append(error)
        finally:
            close_database()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def python(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in another Python process; ``sys.argv[1:]`` are the arguments."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def python_as_nobody(
    setup: str, code: str, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run ``setup``, give up root's rights if there are any, then run ``code``.

    Root may read and write everything, so nothing is ever unreadable to it.
    """
    give_up = (
        f"import os\nif os.geteuid() == 0:\n    os.setgroups([]); "
        f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
    )
    return python(f"{setup}\n{give_up}\n{code}", *arguments)


def give_to_nobody(path: Path) -> None:
    """Make ``path`` the property of the account that :func:`python_as_nobody` runs as."""
    if os.geteuid() == 0:
        for file in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm"))):
            with suppress(FileNotFoundError):
                os.chown(file, NOBODY, NOBODY)
