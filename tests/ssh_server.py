"""A real OpenSSH server on the loopback, set up by ``keytui ssh setup`` itself.

Everything is the set-up's own but its names and places, which :func:`layout_in`
gives: an account, a home and a folder of configuration made for one test run.
sshd calls only programs in folders of root's, so keytui is installed there too.
"""

import importlib.metadata
import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

import keytui
from keytui.ssh_host import installation, plan
from keytui.ssh_host.layout import Layout
from tests.home import Home
from tests.terminal import LIMIT_SECONDS, SIZE, Terminal

SSHD: Final = "/usr/sbin/sshd"
SFTP_SERVER: Final = "/usr/lib/openssh/sftp-server"

PERMISSIVE: Final = """
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
UsePAM no
LogLevel VERBOSE
PasswordAuthentication yes
AllowTcpForwarding yes
AllowAgentForwarding yes
AllowStreamLocalForwarding yes
X11Forwarding yes
PermitTunnel yes
PermitUserEnvironment yes
AcceptEnv *
Subsystem sftp {sftp}
"""
"""A server that allows what it can: what is refused, the set-up refuses."""


def why_not() -> str:
    """Return why there can be no server here; empty if there can."""
    if os.geteuid() != 0:
        return "an account for a server of OpenSSH can be made by root alone"
    for program in (SSHD, "ssh", "ssh-keygen", "useradd", "runuser"):
        if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            return f"{program} is not installed here"
    return ""


def layout_in(folder: Path, installed: Path) -> Layout:
    """Return the set-up's names and places, all of one test run."""
    name = f"kt-{folder.name.rpartition('-')[2]}"
    return Layout(
        program=f"{installed}/bin/keytui",
        code=(str(installed), os.path.realpath(sys.executable)),
        account=name,
        home=f"{folder}/home",
        group=f"{name}-users",
        drop_ins=f"{folder}/sshd_config.d",
        sudoers=f"/etc/sudoers.d/{name}",  # sudo reads no other
        sshd=(SSHD, "-f", f"{folder}/sshd_config"),
        reload=("true",),
    )


def install(folder: Path) -> None:
    """Install keytui and what it needs in ``folder``, as pip does, without a network."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in sorted(_needed("keytui", set()) - {"keytui"}):
        distribution = importlib.metadata.distribution(name)
        for file in distribution.files or ():
            if ".." not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(distribution.locate_file(file)), target)
    shutil.copytree(Path(keytui.__file__).parent, packages / "keytui")
    # Of a bare checkout too: an account that may write no byte code would compile each time.
    subprocess.run(
        [folder / "bin" / "python", "-m", "compileall", "-q", packages / "keytui"], check=True
    )
    program = folder / "bin" / "keytui"
    program.write_text(
        f"#!{folder}/bin/python\nimport sys\nfrom keytui.cli import main\nsys.exit(main())\n"
    )
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent == program.parent else 0o644)


def _needed(name: str, found: set[str]) -> set[str]:
    """Return a distribution and all it needs, without extras."""
    if name in found:
        return found
    found.add(name)
    for line in importlib.metadata.requires(name) or ():
        required, _, marker = line.partition(";")
        match = re.match(r"[A-Za-z0-9._-]+", required)
        assert match is not None
        # A marker that is not about extras is about platforms: what is there is needed.
        if "extra ==" not in marker and (name := match[0]) not in found:
            try:
                importlib.metadata.distribution(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            _needed(name, found)
    return found


def bare_host(folder: Path, installed: Path) -> Layout:
    """Lay out in ``folder`` what a host has before its set-up."""
    layout = layout_in(folder, installed)
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # Debian's, made at its start
    Path(layout.drop_ins).mkdir()
    _new_key(folder / "host_key")
    (folder / "sshd_config").write_text(
        f"Include {layout.drop_ins}/*.conf\n" + PERMISSIVE.format(folder=folder, sftp=SFTP_SERVER)
    )
    return layout


class Server:
    """A host with a set-up, a running sshd, and clients with keys."""

    def __init__(self, folder: Path, installed: Path) -> None:
        """Set the host up in ``folder`` and start sshd."""
        self.folder = folder
        self.layout = bare_host(folder, installed)
        self.clients = folder / "clients"
        self.clients.mkdir()
        for step in plan.setting_up(self.layout, sudo=False):
            step.do()
        self.log = folder / "sshd.log"
        self.port = 0
        self._accounts: list[str] = []
        self._sshd = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):  # somebody else may take the port in between
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                self.port = found.getsockname()[1]
            with self.log.open("wb") as log:
                process = subprocess.Popen(
                    [*self.layout.sshd, "-D", "-e", "-p", str(self.port)],
                    stderr=subprocess.PIPE,
                    stdin=subprocess.DEVNULL,
                )
                assert process.stderr is not None
                first = process.stderr.readline()
                log.write(first)
            if b"listening" in first:
                # From here on a process of its own keeps the log: a full pipe would stop sshd.
                with self.log.open("ab") as log:
                    self._logger = subprocess.Popen(["cat"], stdin=process.stderr, stdout=log)
                process.stderr.close()
                return process
            process.wait()
        raise AssertionError(self.log.read_text())

    # -- the host

    @property
    def database(self) -> Path:
        """The database of the set-up."""
        return Path(self.layout.database)

    def as_account(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run keytui on the host as its account, as the README says it."""
        return subprocess.run(
            [
                *("runuser", "-l", self.layout.account, "-c"),
                " ".join((self.layout.program, *words)),
            ],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def processes(self) -> set[int]:
        """Return the processes of the account."""
        uid = pwd.getpwnam(self.layout.account).pw_uid
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    if entry.stat().st_uid == uid or f"Uid:\t{uid}\t" in (
                        entry / "status"
                    ).read_text(errors="replace"):
                        found.add(int(entry.name))
                except OSError:
                    continue
        return found

    def sessions(self, name: str) -> list[int]:
        """Return the processes of somebody's sessions."""
        found = []
        for process in sorted(self.processes()):
            try:
                words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"session" in words and name.encode() in words:
                found.append(process)
        return found

    def connections(self, name: str) -> list[int]:
        """Return the processes of sshd's that hold somebody's connections."""
        found = []
        for process in self.sessions(name):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            found.append(int(fields[1]))  # proc(5): after its state, its parent
        return found

    def watch(self, name: str) -> "Watched":
        """Hold on to the processes of somebody's sessions, to wait for their end."""
        return Watched([os.pidfd_open(process) for process in self.sessions(name)])

    # -- people

    def person(self, name: str, *, administrator: bool = False) -> None:
        """Add a person on the host, and give them an SSH key."""
        role = ("--administrator",) if administrator else ()
        added = self.as_account("user", "add", name, *role)
        assert added.returncode == 0, added.stderr
        key = _new_key(self.clients / name)
        given = self.as_account("ssh", "add", "-", "--for", name, given=key)
        assert given.returncode == 0, given.stderr

    def stranger(self, name: str) -> None:
        """Make an SSH key that nobody on the host knows."""
        _new_key(self.clients / name)

    def unix_account(self) -> str:
        """Set the sudo form up too; return a person who has an account on the host, and its key."""
        for step in plan.setting_up(self.layout, sudo=True):
            if not step.is_done():
                step.do()
        os.kill(self._sshd.pid, signal.SIGHUP)
        name = f"{self.layout.account}-u"
        home = self.folder / "unix"
        subprocess.run(
            [
                *("useradd", "--create-home", "--home-dir", home, "--password", "*"),
                *("--user-group", "--groups", self.layout.group, "--shell", "/bin/sh", name),
            ],
            check=True,
        )
        self._accounts.append(name)
        key = _new_key(self.clients / name)
        (home / ".ssh").mkdir(mode=0o700)
        (home / ".ssh" / "authorized_keys").write_text(f'command="/bin/sh" {key}')
        for path in (home / ".ssh", home / ".ssh" / "authorized_keys"):
            shutil.chown(path, name)
        added = self.as_account("user", "add", name)
        assert added.returncode == 0, added.stderr
        return name

    def ssh(self, name: str, *options: str, user: str = "") -> list[str]:
        """Return the command of somebody's ssh, up to what the host shall do."""
        known = self.clients / "known_hosts"
        host_key = (self.folder / "host_key.pub").read_text()
        known.write_text(f"[127.0.0.1]:{self.port} {host_key}")
        return [
            *("ssh", "-F", "none", "-p", str(self.port), "-i", str(self.clients / name)),
            *self.settings(known),
            *options,
            f"{user or self.layout.account}@127.0.0.1",
        ]

    def settings(self, known: Path) -> list[str]:
        """Return the client's options that keep it from asking, and from other keys."""
        named = (
            f"UserKnownHostsFile={known}",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "LogLevel=ERROR",
            f"ConnectTimeout={LIMIT_SECONDS:.0f}",
        )
        return [word for setting in named for word in ("-o", setting)]

    def run(
        self,
        name: str,
        *words: str,
        options: tuple[str, ...] = (),
        given: str = "",
        user: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run ssh without a terminal."""
        return subprocess.run(
            [*self.ssh(name, *options, user=user), *words],
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.clients)},
            timeout=60,
            check=False,
        )

    def open(
        self,
        home: Home,
        name: str,
        *words: str,
        options: tuple[str, ...] = (),
        size: tuple[int, int] = SIZE,
        user: str = "",
        **environ: str,
    ) -> Terminal:
        """Run ssh in a terminal."""
        return home.start([*self.ssh(name, *options, user=user), *words], size=size, **environ)

    # -- the end

    def close(self) -> None:
        """End sshd and everything of the account, and take the set-up away."""
        self._sshd.send_signal(signal.SIGTERM)
        self._sshd.wait()
        for process in self.processes():
            os.kill(process, signal.SIGKILL)
        self._logger.terminate()
        self._logger.wait()
        for name in self._accounts:
            subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)
        take_away(self.layout)


class Watched:
    """Processes whose end can be waited for; their numbers cannot come to mean others."""

    def __init__(self, handles: list[int]) -> None:
        """Keep their handles."""
        assert handles
        self._handles = handles

    def wait(self) -> None:
        """Wait until all have ended."""
        end = monotonic() + LIMIT_SECONDS
        for handle in self._handles:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            assert poll.poll(max(0, end - monotonic()) * 1_000), "a process stays"
            os.close(handle)


def _new_key(path: Path) -> str:
    """Make an SSH key pair; return the public key."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", path], check=True
    )
    return path.with_name(f"{path.name}.pub").read_text()


def take_away(layout: Layout) -> None:
    """Take a set-up away, and its database with it."""
    shutil.rmtree(layout.home, ignore_errors=True)
    for path in Path(layout.drop_ins).glob("*"):
        if str(path) not in (layout.drop_in, layout.sudo_drop_in):
            path.unlink()  # a test's own, which sshd may refuse
    for step in plan.taking_away(layout):
        if not step.is_done():
            step.do()


@pytest.fixture(scope="session")
def installed() -> Iterator[Path]:
    """Return an installation that is root's, below folders of root's."""
    if reason := why_not():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="keytui-test-", dir="/opt"))
    folder.chmod(0o755)
    install(folder / "keytui")
    yield folder / "keytui"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def host_folder(installed: Path) -> Iterator[Path]:
    """Return a folder for one host."""
    folder = Path(tempfile.mkdtemp(prefix="host-", dir=installed.parent))
    folder.chmod(0o755)
    if weakness := installation.weakness(layout_in(folder, installed)):
        pytest.skip(weakness)  # the interpreter in the home folder of root's alone, for example
    yield folder
    take_away(layout_in(folder, installed))  # also of a server that never came up
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(host_folder: Path, installed: Path) -> Iterator[Server]:
    """Return a host that is set up and serves; its people are the tests' own to add."""
    its = Server(host_folder, installed)
    yield its
    its.close()
