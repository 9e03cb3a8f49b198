"""A machine of one's own for keytui in a terminal, and the steps that many stories share."""

import base64
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from keytui.domain.permissions import Role
from keytui.storage.database import close_database, open_database
from tests.postgresql import server
from tests.support import PASSWORD, make_person
from tests.terminal import KEY_TEXT, SIZE, Terminal

KEYTUI = (sys.executable, "-m", "keytui")


class Home:
    """A home folder, an environment of a few variables, a database."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """Lay it out in ``folder``; with ``url``, a database on a server is the home's."""
        self.folder = folder
        self.database = folder / "keytui.db"
        self.url = url
        self.environ = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "KEYTUI_DATABASE": url or str(self.database),
            "KEYTUI_CLIPBOARD": "off",
        }
        if url:
            self.environ["KEYTUI_AUDIT_KEY"] = str(folder / "audit-key")
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            self.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
        self._terminals: list[Terminal] = []

    # -- what is there

    def people(self, *users: str, administrators: Iterable[str] = ("adam",)) -> None:
        """Add people who have chosen PASSWORD."""
        file = open_database(
            self.environ["KEYTUI_DATABASE"], audit_key_file=self.environ.get("KEYTUI_AUDIT_KEY", "")
        )
        for name in administrators:
            make_person(file, name, Role.ADMINISTRATOR)
        for name in users:
            make_person(file, name, Role.USER)
        close_database()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Run SQL on the database, past keytui, and return the rows."""
        if self.url:
            import psycopg  # an extra

            with psycopg.connect(self.url) as server_s:
                return server_s.execute(query, values).fetchall()  # type: ignore[call-overload]
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(query, values).fetchall()

    def files_with(self, *secrets: str) -> list[Path]:
        """Return the files below the home folder that hold a secret, plain or in base64."""
        needles = [secret.encode() for secret in secrets]
        needles += [base64.b64encode(needle) for needle in needles]
        return [
            path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and any(needle in path.read_bytes() for needle in needles)
        ]

    # -- what is started

    def open(self, *arguments: str, size: tuple[int, int] = SIZE, **environ: str) -> Terminal:
        """Start keytui in a terminal; ``environ`` adds to the environment."""
        return self.start([*KEYTUI, *arguments], size=size, **environ)

    def start(
        self, command: Iterable[str | Path], size: tuple[int, int] = SIZE, **environ: str
    ) -> Terminal:
        """Start any program in a terminal."""
        terminal = Terminal(list(command), self.environ | environ, self.folder, size)
        self._terminals.append(terminal)
        return terminal

    def run(
        self, *command: str | Path, typed: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run any program without a terminal."""
        return subprocess.run(
            command,
            input=typed,
            env=self.environ | environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def keytui(
        self, *arguments: str, typed: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of keytui without a terminal."""
        return self.run(*KEYTUI, *arguments, typed=typed, **environ)

    def close(self) -> None:
        """End everything that was started."""
        for terminal in self._terminals:
            terminal.close()


BOTH_ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
"""Tells a story twice: with a database in the home, and with one on a server."""


@pytest.fixture
def home(engine: str, tmp_path: Path) -> Iterator[Home]:
    """Return a home of its own for one story; what is started in it ends with it."""
    folder = tmp_path / "home"
    folder.mkdir()
    its = Home(folder, server().empty() if engine == "postgresql" else "")
    yield its
    its.close()


# -- steps


def sign_in(terminal: Terminal, user_id: str, secret: str = PASSWORD) -> None:
    """Fill in the sign-in form; the caller waits for what comes."""
    terminal.fill(User_ID=user_id, Password_or_code=secret)


def in_profile(terminal: Terminal, user_id: str) -> None:
    """Wait for somebody's Profile, its rows read."""
    terminal.wait_for("[1 Profile]", "API Keys:", f"{user_id} (")
    terminal.wait_gone("Reading...")


def signed_in(home: Home, user_id: str, size: tuple[int, int] = SIZE, **environ: str) -> Terminal:
    """Open keytui and sign in with PASSWORD, up to the Profile."""
    terminal = home.open(size=size, **environ)
    sign_in(terminal, user_id)
    in_profile(terminal, user_id)
    return terminal


def choose_password(terminal: Terminal, password: str = PASSWORD) -> None:
    """Choose a password after a one-time code."""
    terminal.wait_for("Choose your password")
    terminal.fill(Password=password, **{"Password, again": password})


def create_key(terminal: Terminal, label: str = "laptop") -> str:
    """Create an API key and return its text, read off the open reveal."""
    terminal.press("n")
    terminal.fill(Label=label)
    return terminal.find(KEY_TEXT)


def copy(terminal: Terminal, says: str) -> None:
    """Press c in the reveal until it says how it went, and OK is what Enter presses."""
    terminal.press_heard("c", lambda: terminal.says(says), says)
    if says.startswith(("COPIED", "SENT")):
        terminal.wait_until(lambda: terminal.screen.is_reversed("[ OK ]"), "the focus on OK")


def focus(terminal: Terminal, button: str) -> None:
    """Press Tab until a button has the focus."""
    terminal.wait_for(button)
    if not terminal.screen.is_reversed(button):
        reached = partial(terminal.screen.is_reversed, button)
        terminal.press_until("tab", reached, f"the focus on {button}")


def press_button(terminal: Terminal, label: str) -> None:
    """Go to a button and press Enter on it."""
    focus(terminal, f"[ {label} ]")
    terminal.press("enter")


def close_reveal(terminal: Terminal) -> None:
    """Press OK, once more where it asks, until the reveal is closed."""
    button = "[ Copy to clipboard ]"
    terminal.wait_for(button)
    focus(terminal, "[ OK ]")
    asked = "NOT COPIED yet."
    terminal.press_heard(
        "enter", lambda: terminal.says(asked) or not terminal.says(button), "an answer to OK"
    )
    terminal.press_heard("enter", lambda: not terminal.says(button), "the end of the pop-up")
    terminal.settle()  # the list behind it is read anew


def select(terminal: Terminal, row: str) -> None:
    """Move the cursor of a list to the row that begins with ``row``, by j."""
    terminal.wait_for(row)
    terminal.press("g")
    terminal.settle()
    lines = terminal.screen.lines
    (cursor,) = (place for place, line in enumerate(lines) if line.startswith(" > "))
    wanted = next(place for place, line in enumerate(lines) if line[3:].startswith(row))
    terminal.press(*"j" * (wanted - cursor))
    terminal.wait_for(f"> {row}")


def quit_with(terminal: Terminal, key: str = "q") -> int:
    """Quit and return the exit code."""
    terminal.press(key)
    return terminal.wait_end()
