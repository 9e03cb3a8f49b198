"""Over SSH: a real server, set up by keytui's own set-up, and real clients.

Whoever has an SSH key that keytui knows is in; everybody else gets nothing,
and those who are in get keytui and nothing else.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.clipboards import osc52
from tests.home import (
    Home,
    close_reveal,
    copy,
    create_key,
    in_profile,
    quit_with,
    select,
)
from tests.ssh_server import Server
from tests.terminal import KEY_TEXT, Terminal

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")

pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture(scope="module", autouse=True)
def _people(server: Server) -> None:
    """Have an administrator and users on the host; a story that spoils somebody adds its own."""
    server.person("adam", administrator=True)
    server.person("maria")
    server.stranger("nobody")


def came_in(server: Server, home: Home, name: str, **how: str) -> Terminal:
    """Sign in by an SSH key, up to the Profile."""
    terminal = server.open(home, name, **how)
    in_profile(terminal, name)
    return terminal


def events(server: Server, containing: str) -> list[str]:
    """Return the audit events with a text, as the host's account lists them."""
    listed = server.as_account("audit", "list")
    assert listed.returncode == 0, listed.stderr
    return [line for line in listed.stdout.splitlines() if containing in line]


# -- in


def test_an_ssh_key_is_the_sign_in(server: Server, home: Home) -> None:
    """No form: the Profile at once; every event of the session names the SSH key."""
    terminal = came_in(server, home, "maria")
    create_key(terminal, "by ssh")
    close_reveal(terminal)
    assert quit_with(terminal) == 0
    listed = server.run("maria", "audit", "list").stdout
    (created,) = [line for line in listed.splitlines() if "by ssh" in line]
    shown = subprocess.run(
        ["ssh-keygen", "-lf", server.clients / "maria.pub"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert FINGERPRINT.findall(created) == FINGERPRINT.findall(shown)


def test_the_key_arrives_in_the_terminal_of_whoever_copies(server: Server, home: Home) -> None:
    """Copy goes through the connection as OSC 52: into the clipboard where the person sits."""
    terminal = came_in(server, home, "maria")
    key = create_key(terminal, "copied")
    copy(terminal, "SENT to your terminal's clipboard. keytui cannot see whether it arrived")
    assert terminal.raw.count(osc52(key)) == 1
    close_reveal(terminal)
    assert quit_with(terminal) == 0


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed here")
@pytest.mark.parametrize("arrives", [True, False], ids=["on", "external"])
def test_through_a_tmux_where_the_person_sits(
    server: Server,
    home: Home,
    arrives: bool,
) -> None:
    """With ``set-clipboard on`` it arrives; by default tmux keeps it back, and nobody said COPIED."""
    folder = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))  # a socket's path is short
    (folder / "tmux.conf").write_text(
        f"set -s set-clipboard {'on' if arrives else 'external'}\nset -g status off\n"
    )
    tmux = (str(shutil.which("tmux")), "-f", str(folder / "tmux.conf"), "-L", "keytui")
    environ = {"TMUX_TMPDIR": str(folder), "SHELL": "/bin/sh"}
    try:
        terminal = home.start(
            [*tmux, "new-session", "-s", "story", shlex.join(server.ssh("maria"))], **environ
        )
        in_profile(terminal, "maria")
        key = create_key(terminal, f"tmux {arrives}")
        copy(terminal, "SENT to your terminal's clipboard.")
        terminal.settle()
        assert (osc52(key) in terminal.raw or osc52(key, b"") in terminal.raw) is arrives
        close_reveal(terminal)
    finally:
        home.run(*tmux, "kill-server", **environ)
        shutil.rmtree(folder)


# -- commands


def test_an_administrator_exports_into_a_file_of_their_own(server: Server, home: Home) -> None:
    """``ssh HOST export > report.csv``: the report alone is in the file, the talk beside it."""
    assert server.run("maria", "key", "new", "--label", "exported").returncode == 0
    ended = server.run("adam", "export")
    assert ended.returncode == 0
    first, *rows = ended.stdout.splitlines()
    assert first.replace('"', "").startswith("user_id,masked_key,status,key_age_days,last_used")
    assert any("exported" in row and "••••" in row for row in rows)
    assert KEY_TEXT.search(ended.stdout) is None


def test_a_user_s_export_is_refused(server: Server) -> None:
    """One sentence, exit code 1, an event, and nothing on standard output."""
    ended = server.run("maria", "export")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Only an administrator exports the report." in ended.stderr
    (event,) = [line for line in events(server, "report:export") if "refused" in line]
    assert "maria" in event


def test_a_new_key_goes_straight_into_a_secret_store(server: Server) -> None:
    """Through a pipe: the key text and nothing else, once; it is good at once."""
    ended = server.run("maria", "key", "new", "--label", "ci")
    assert ended.returncode == 0
    assert KEY_TEXT.fullmatch(ended.stdout.strip())
    assert KEY_TEXT.search(ended.stderr) is None
    verified = server.run("maria", "verify", given=ended.stdout)
    assert verified.returncode == 0


def test_a_new_key_in_a_terminal_opens_the_pop_up(server: Server, home: Home) -> None:
    """With ``-t`` nothing is printed that would stay in the scrollback."""
    terminal = server.open(home, "maria", "key", "new", "--label", "by-t", options=("-t",))
    key = terminal.find(KEY_TEXT)
    close_reveal(terminal)
    terminal.wait_for(f"••••{key[-4:]}")
    assert quit_with(terminal) == 0
    assert not terminal.says(key)


def test_an_administrator_gets_no_key(server: Server) -> None:
    """Separation of duties holds at this door too."""
    ended = server.run("adam", "key", "new", "--label", "ci")
    assert (ended.returncode, ended.stdout) == (1, "")


# -- out


def test_who_is_deactivated_loses_everything_at_the_next_key(server: Server, home: Home) -> None:
    """The open session ends at the next key press, and there is no way back in."""
    server.person("ben")
    terminal = came_in(server, home, "ben")
    ended = server.as_account("user", "deactivate", "ben", "--reason", "left")
    assert ended.returncode == 0, ended.stderr
    terminal.press("r")
    assert terminal.wait_end() != 0
    assert b"deactivated" in terminal.raw
    again = server.run("ben", "key", "list")
    assert (again.returncode, again.stdout) == (255, "")
    assert "Permission denied" in again.stderr


def test_an_ssh_key_that_was_removed_lets_nobody_in(server: Server, home: Home) -> None:
    """Nor does it keep in whoever came with it."""
    server.person("noor")
    terminal = came_in(server, home, "noor")
    listed = server.as_account("ssh", "list", "noor").stdout
    removed = server.as_account("ssh", "remove", listed.split("\t")[0], "--reason", "lost")
    assert removed.returncode == 0, removed.stderr
    terminal.press("r")
    assert terminal.wait_end() != 0
    assert server.run("noor", "key", "list").returncode == 255


def test_an_unknown_ssh_key_gets_nothing(server: Server) -> None:
    """Not a word of keytui: sshd says no, as it does to anybody."""
    ended = server.run("nobody")
    assert (ended.returncode, ended.stdout) == (255, "")
    assert "Permission denied (publickey)." in ended.stderr
    assert "keytui:" not in ended.stderr


def test_no_other_way_in_is_left_open(server: Server) -> None:
    """Neither a file of keys in the account's home, nor a password, nor the word of another host."""
    folder = Path(server.layout.home, ".ssh")
    folder.mkdir(mode=0o700)
    file = folder / "authorized_keys"
    file.write_text((server.clients / "nobody.pub").read_text())
    for path in (folder, file):
        shutil.chown(path, server.layout.account)
    for ways in ("publickey", "password,keyboard-interactive", "hostbased"):
        ended = server.run("nobody", "id", options=("-o", f"PreferredAuthentications={ways}"))
        assert (ended.returncode, ended.stdout) == (255, "")
        assert "Permission denied (publickey)." in ended.stderr


# -- nothing else


HELD = ("PWNED", "uid=", "root:x:", "SQLite format")
"""What would stand in the answer to an attempt that got through."""

COMMANDS = {
    "a shell": ["/bin/sh", "-c", "id"],
    "a shell's login": ["sh", "-l"],
    "one more command": ["key list; id"],
    "in its background": ["key list & id"],
    "piped": ["key list | id"],
    "substituted": ["key list $(id)"],
    "in backticks": ["key list `id`"],
    "behind a line": ["key list\nid"],
    "another user": ["ssh session --user adam"],
    "another database": ["export --database /etc/passwd"],
    "a file": ["export --output /tmp/PWNED.csv"],
    "SQL": ["sqlite3 keytui.db 'select * from user'"],
    "the database": ["cat", "keytui.db"],
    "old scp": ["scp -f /etc/passwd"],
    "rsync": ["rsync --server --sender . /etc/passwd"],
    "git": ["git-upload-pack '/'"],
    "a tilde": ["export ~/x"],
    "long": ["key list " + "x" * 100_000],
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_no_command_gets_through(server: Server, words: list[str]) -> None:
    """Refused in one sentence; nothing of the host is told, and no process stays."""
    ended = server.run("maria", *words)
    assert ended.returncode in (1, 2), ended
    assert ended.stdout == ""
    assert ended.stderr.startswith("keytui: ")
    assert not any(held in ended.stdout + ended.stderr for held in HELD)
    assert not Path("/tmp/PWNED.csv").exists()


OPTIONS = {
    "a port of the host": ["-o", "ExitOnForwardFailure=yes", "-N", "-W", "127.0.0.1:22"],
    "a remote port": ["-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:9"],
    "a remote socket": ["-o", "ExitOnForwardFailure=yes", "-N", "-R", "/tmp/PWNED:127.0.0.1:9"],
    "a tunnel": ["-o", "ExitOnForwardFailure=yes", "-N", "-w", "any:any"],
    "no terminal": ["-T"],
    "a subsystem": ["-s"],
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_no_option_opens_anything(server: Server, options: list[str]) -> None:
    """Forwarding fails, a subsystem is no command, no app without a terminal; nothing hangs."""
    words = ["sftp"] if options == ["-s"] else []
    ended = server.run("maria", *words, options=tuple(options))
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert not Path("/tmp/PWNED").exists()


def test_sftp_and_scp_get_no_file(server: Server, tmp_path: Path) -> None:
    """Neither out nor in."""
    known = server.clients / "known_hosts"
    server.ssh("maria")
    common = ["-F", "none", "-P", str(server.port), "-i", str(server.clients / "maria")]
    common += server.settings(known)
    there = f"{server.layout.account}@127.0.0.1"
    for command in (
        ["sftp", "-b", "-", *common, there],
        ["scp", *common, f"{there}:keytui.db", str(tmp_path / "got")],
        ["scp", "-O", *common, f"{there}:keytui.db", str(tmp_path / "got")],
        ["scp", *common, "/etc/hostname", f"{there}:laid"],
    ):
        ended = subprocess.run(
            command,
            input="get keytui.db\n",
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            check=False,
        )
        assert ended.returncode != 0, command
    assert list(tmp_path.iterdir()) == []
    assert not Path(server.layout.home, "laid").exists()


def test_neither_agent_nor_display_are_forwarded(server: Server, home: Home) -> None:
    """The app runs, and has no way to either."""
    terminal = server.open(
        home, "maria", options=("-A", "-X"), SSH_AUTH_SOCK="/tmp/none", DISPLAY=":9"
    )
    in_profile(terminal, "maria")
    environs = [
        Path(f"/proc/{process}/environ").read_bytes() for process in server.sessions("maria")
    ]
    assert environs
    assert not any(b"SSH_AUTH_SOCK" in environ or b"DISPLAY=" in environ for environ in environs)
    assert quit_with(terminal) == 0


def test_the_environment_is_the_server_s(server: Server, home: Home) -> None:
    """What a client sends along names no other database, module or clipboard."""
    sent = {
        "KEYTUI_DATABASE": "/tmp/PWNED.db",
        "KEYTUI_CLIPBOARD": "native",
        "PYTHONPATH": "/tmp",
        "TEXTUAL_DRIVER": "evil:Driver",
        "LD_PRELOAD": "/tmp/evil.so",
        "TMUX": "/tmp/evil,1,0",
    }
    send = tuple(word for name in sent for word in ("-o", f"SendEnv={name}"))
    terminal = server.open(home, "maria", options=send, **sent)
    in_profile(terminal, "maria")
    (process, *_) = server.sessions("maria")
    there = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    assert [name for name in sent if any(line.startswith(name.encode()) for line in there)] == []
    assert quit_with(terminal) == 0


@pytest.mark.parametrize("key", ["ctrl+z", "ctrl+\\", "ctrl+c", "!", "~", ":"])
def test_no_key_leads_to_a_shell(server: Server, home: Home, key: str) -> None:
    """The app goes on, and has started nothing."""
    terminal = came_in(server, home, "maria")
    sessions = len(server.sessions("maria"))
    terminal.press(key)
    terminal.press("3")
    terminal.wait_for("[3 Audit]")
    assert len(server.sessions("maria")) == sessions
    assert quit_with(terminal) == 0


# -- links that die


def test_a_client_that_dies_leaves_nothing(server: Server, home: Home) -> None:
    """With a key on show: the process ends, and the key stays not confirmed."""
    terminal = came_in(server, home, "maria")
    create_key(terminal, "client died")
    watched = server.watch("maria")
    terminal.kill(signal.SIGKILL)
    watched.wait()
    assert "not confirmed" in row_of(server, "maria", "client died")


def test_a_frozen_client_keeps_nothing_alive(server: Server, home: Home) -> None:
    """The client reads no more; sshd, which asks it every 10 s, gives up: the process ends."""
    terminal = came_in(server, home, "maria")
    create_key(terminal, "client froze")
    watched = server.watch("maria")
    terminal.kill(signal.SIGSTOP)
    for connection in server.connections("maria"):
        os.kill(connection, signal.SIGTERM)  # what its time-out does, without the wait
    watched.wait()
    assert "not confirmed" in row_of(server, "maria", "client froze")


def row_of(server: Server, name: str, label: str) -> str:
    """Return the line of a key in a new session's list: the database is not held either."""
    (row,) = [line for line in server.run(name, "key", "list").stdout.splitlines() if label in line]
    return row


# -- Unix accounts


@pytest.mark.skipif(not shutil.which("sudo"), reason="sudo is not installed here")
def test_a_unix_account_comes_through_sudo(server: Server, home: Home) -> None:
    """They are who their account is, whatever their own ``authorized_keys`` says."""
    name = server.unix_account()
    terminal = server.open(home, name, user=name)
    in_profile(terminal, name)
    assert quit_with(terminal) == 0
    listed = server.run(name, "key", "list", user=name)
    assert (listed.returncode, listed.stderr) == (0, "")
    for words in ("/bin/sh -c id", "user list"):
        refused = server.run(name, words, user=name)
        assert refused.returncode in (1, 2)
        assert refused.stdout == ""
    assert any("with a Unix account" in line for line in events(server, name))
    for more in (["--user", "adam", "--key", "x"], ["--help"], [""]):
        forged = subprocess.run(
            [
                *("runuser", "-u", name, "--", "sudo", "-n", "-u", server.layout.account),
                *(server.layout.program, "ssh", "session", *more),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert forged.returncode == 1
        assert "a password is required" in forged.stderr


# -- slow links


def test_it_is_light_on_a_slow_link(server: Server, home: Home) -> None:
    """A first screen under 20 kB, at most 2 kB for each Down, nothing while nobody types."""
    terminal = came_in(server, home, "adam")
    terminal.settle()
    first = len(terminal.raw)
    assert first < 20_000
    terminal.press("2")
    select(terminal, "adam")
    terminal.settle()
    for _ in range(3):
        before = len(terminal.raw)
        terminal.press("j")
        terminal.wait_until(lambda before=before: len(terminal.raw) > before, "a row further")
        terminal.settle()
        assert len(terminal.raw) - before <= 2_000
    before = len(terminal.raw)
    terminal.settle()
    assert len(terminal.raw) == before
    assert quit_with(terminal) == 0
