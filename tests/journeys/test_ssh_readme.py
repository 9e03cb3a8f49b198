"""The README's "On a server", word by word on a new host, until a colleague is signed in."""

import re
import subprocess

import pytest

from tests.home import Home, in_profile, quit_with
from tests.ssh_server import Server
from tests.terminal import SIGN_IN_CODE
from tests.test_readme import section

pytestmark = pytest.mark.usefixtures("server")

BLOCKS = re.findall(r"```sh\n(.*?)```", section("On a server"), re.DOTALL)


def commands_of(block: str) -> list[str]:
    """Return the commands of a block, without their remarks."""
    return [re.sub(r" +#.*", "", line) for line in block.splitlines()]


def as_on_this_host(server: Server, line: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the names and places of this host."""
    for name in ("adam", "maria"):
        line = line.replace(f" {name}.pub", f" {server.clients / name}.pub")
    there = f"-l {server.layout.account} -c '{server.layout.program} "
    line = line.replace("-l keytui -c 'keytui ", there)
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)


def test_it_ends_with_a_colleague_signed_in(server: Server, home: Home) -> None:
    """The server is set up as by ``--apply``; then every command as it stands there."""
    first, second, _ = BLOCKS
    lines = commands_of(first)
    assert lines[2:4] == ["keytui ssh setup", "keytui ssh setup --apply"]
    for name in ("adam", "maria"):
        server.stranger(name)
    added, *others = [as_on_this_host(server, line) for line in lines[4:]]
    assert SIGN_IN_CODE.fullmatch(added.stdout.strip())
    assert [other.stdout for other in others] == [""]

    terminal = server.open(home, "adam")
    in_profile(terminal, "adam")
    terminal.press("2")
    terminal.wait_for("[2 Manage Users]")
    terminal.press("n")
    terminal.fill(User_ID="maria")
    terminal.press("enter")
    terminal.find(SIGN_IN_CODE)

    (line,) = commands_of(second)
    as_on_this_host(server, line)
    colleague = server.open(home, "maria")
    in_profile(colleague, "maria")
    assert quit_with(colleague) == 0
