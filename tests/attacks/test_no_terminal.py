"""Where there is no whole terminal, keytui says so and ends."""

import subprocess
import sys

import pytest

from tests.home import KEYTUI, Home


def _one_sentence(said: str) -> None:
    (line,) = said.splitlines()
    assert line.startswith("keytui: ")
    assert "terminal" in line


@pytest.mark.parametrize("command", [(), ("demo",), ("demo", "--as", "maria")])
def test_nothing_is_a_terminal(home: Home, command: tuple[str, ...]) -> None:
    """As under cron, scp and ``ssh -T``: exit 2, one sentence, nothing created."""
    home.people("maria")
    ended = home.keytui(*command)
    assert ended.returncode == 2
    assert ended.stdout == ""
    _one_sentence(ended.stderr)


@pytest.mark.parametrize("redirected", ["</dev/null", "| cat", "2>drawn"])
def test_one_of_the_three_is_no_terminal(home: Home, redirected: str) -> None:
    """With any of input, output and error elsewhere the app does not draw into nowhere."""
    home.people("maria")
    shell = f'{sys.executable} -m keytui {redirected}; echo "ended"'
    terminal = home.start(["/bin/sh", "-c", shell])
    terminal.wait_for("ended")
    drawn = home.folder / "drawn"
    said = drawn.read_text() if drawn.exists() else terminal.raw.decode()
    assert "\x1b" not in said
    _one_sentence(said.replace("ended\r\n", ""))


def test_no_file_descriptors_at_all(home: Home) -> None:
    """With input, output and error closed it ends too, with exit code 2."""
    home.people("maria")
    closed = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *KEYTUI],
        env=home.environ,
        cwd=home.folder,
        timeout=60,
        check=False,
    )
    assert closed.returncode == 2


def test_a_first_start_without_a_terminal_creates_nothing(home: Home) -> None:
    """A cron job that calls ``keytui`` by mistake makes no database and no folder."""
    ended = home.keytui(KEYTUI_DATABASE="")
    assert ended.returncode == 2
    assert list(home.folder.iterdir()) == []
