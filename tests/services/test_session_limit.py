"""How many sessions may be open at once, and that none is counted that is over."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from keytui.domain.errors import DatabaseUnusable, Refused
from keytui.services.session_limit import place


def test_a_person_s_sessions_are_limited(tmp_path: Path) -> None:
    """One more than allowed is refused with a sentence; another person still comes in."""
    with ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(place(tmp_path, "maria", 2, 100))
        with (
            pytest.raises(
                Refused,
                match=r"^maria has 2 sessions open already: close one, then come again\.$",
            ),
            place(tmp_path, "maria", 2, 100),
        ):
            raise AssertionError
        with place(tmp_path, "ben", 2, 100):
            pass


def test_all_sessions_are_limited(tmp_path: Path) -> None:
    """Whoever they are of, also of people who have not signed in yet."""
    with (
        place(tmp_path, "maria", 10, 2),
        place(tmp_path, "", 10, 2),
        pytest.raises(Refused, match=r"^There are 2 sessions open already: come again later\.$"),
        place(tmp_path, "ben", 10, 2),
    ):
        raise AssertionError


def test_a_session_that_ends_makes_room(tmp_path: Path) -> None:
    """By its end or by an error."""
    for _ in range(3):
        with pytest.raises(KeyError), place(tmp_path, "maria", 1, 1):
            raise KeyError


def test_a_refused_session_takes_no_place(tmp_path: Path) -> None:
    """Who is one too many in all is not counted among the person's own."""
    with place(tmp_path, "ben", 1, 1), pytest.raises(Refused), place(tmp_path, "maria", 1, 1):
        raise AssertionError
    with place(tmp_path, "maria", 1, 1):
        pass


def test_a_killed_session_is_not_counted(tmp_path: Path) -> None:
    """``kill -9`` leaves no place taken."""
    code = (
        "import sys; from pathlib import Path; from keytui.services.session_limit import place\n"
        "with place(Path(sys.argv[1]), 'maria', 1, 1): print('in', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(Refused), place(tmp_path, "maria", 1, 1):
            raise AssertionError
        other.kill()
    with place(tmp_path, "maria", 1, 1):
        pass


def test_no_program_started_meanwhile_holds_the_place(tmp_path: Path) -> None:
    """A child that outlives the session does not count as one."""
    with place(tmp_path, "maria", 1, 1):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            close_fds=False,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"  # it runs: what it inherited it has
    with place(tmp_path, "maria", 1, 1):
        pass
    child.communicate()


def test_the_folder_is_private(tmp_path: Path) -> None:
    """0700, and its files 0600: others could hold the places."""
    folder = tmp_path / "sessions"
    with place(folder, "maria", 1, 1):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    """One sentence that says what to do."""
    file = tmp_path / "sessions"
    file.touch()
    with (
        pytest.raises(DatabaseUnusable, match=r"cannot be counted \(.*\): make it a folder"),
        place(file, "maria", 1, 1),
    ):
        raise AssertionError
