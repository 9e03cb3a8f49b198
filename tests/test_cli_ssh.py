"""``keytui ssh``: what sshd asks, and the SSH keys of people."""

import subprocess
import sys
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import ssh_keys
from keytui.storage.database import close_database
from tests.ssh_keys import ED25519, FINGERPRINTS, OTHER, needs_ssh_keygen
from tests.support import PASSWORD, keytui, python, said

pytestmark = needs_ssh_keygen

HEAVY = {
    "click",
    "peewee",
    "playhouse",
    "argon2",
    "textual",
    "subprocess",
    "platformdirs",
    "dataclasses",
}


@pytest.fixture
def key(database: Path, maria: Actor) -> str:
    """Return the line of maria's SSH key."""
    ssh_keys.add_key(maria, ED25519, "laptop")
    close_database()
    return ED25519


def asked(database: Path, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run ``keytui ssh authorized-keys`` as a process, as sshd does."""
    return subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "keytui", "--database", str(database)),
            *("ssh", "authorized-keys", *map(str, words)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_sshd_gets_the_line_of_a_key(database: Path, key: str) -> None:
    """It names this very Python and this database, and looks for no module in anybody's home."""
    ended = asked(database, *key.split())
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        f'restrict,pty,command="{sys.executable} -P -m keytui --database {database} '
        f'ssh session --user maria --key {FINGERPRINTS[ED25519]}" {key}\n'
    )


@pytest.mark.parametrize(
    "words",
    [OTHER.split(), ["ssh-ed25519", ""], ["", ""], ["x\ny", "'"], ["ssh-rsa", "A" * 100_000]],
    ids=["unknown", "no body", "nothing", "malformed", "huge"],
)
def test_sshd_gets_nothing_for_another_key(database: Path, key: str, words: list[str]) -> None:
    """No line, no word, exit 0: sshd goes on to the client's next key."""
    ended = asked(database, *words)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_keytui_that_was_started_is_the_one_in_the_line(
    database: Path, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed program stands there by its absolute path."""
    program = tmp_path / "keytui"
    program.touch(0o755)
    monkeypatch.chdir(tmp_path)
    answer = keytui("--database", database, "ssh", "authorized-keys", *key.split())
    assert f'command="{program} --database ' in answer.out


def test_nothing_slow_is_loaded(database: Path, key: str) -> None:
    """The answer, for which sshd waits, comes without click, Peewee, Argon2, Textual and the settings."""
    ended = python(
        "import sys\nfrom keytui.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(*sys.modules)",
        *("--database", database, "ssh", "authorized-keys", *key.split()),
    )
    assert ended.stderr == ""
    line, modules = ended.stdout.splitlines()
    assert line.endswith(key)
    assert HEAVY & set(modules.split()) <= HEAVY & set(
        python("import sys\nprint(*sys.modules)").stdout.split()
    )


def test_other_options_of_keytui_may_stand_before_it(database: Path, key: str) -> None:
    """The slow way gives the same answer."""
    words = ("ssh", "authorized-keys", *key.split())
    fast = keytui("--database", database, *words)
    assert fast.out.endswith(f"{key}\n")
    assert keytui("--no-mouse", "--database", database, *words) == fast


def test_a_database_that_cannot_be_read_is_said_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As sshd drops standard error, the system's log has the sentence, sshd's own the exit code."""
    logged = []
    monkeypatch.setattr("syslog.syslog", lambda _, line: logged.append(line))
    answer = keytui("--database", tmp_path / "no.db", "ssh", "authorized-keys", *ED25519.split())
    sentence = f"There is no database {tmp_path}/no.db: name another with --database."
    assert (answer.code, said(answer)) == (2, sentence)
    assert logged == [f"ssh authorized-keys: {sentence}"]


@pytest.mark.parametrize("words", [(), ("a",), ("a", "b", "c"), ("--all", "a"), ("--write",)])
def test_a_wrong_command_line_is_one_sentence(database: Path, words: tuple[str, ...]) -> None:
    """It says what it takes, and prints no line."""
    answer = keytui("--database", database, "ssh", "authorized-keys", *words)
    assert answer.code == 2
    assert said(answer) == "authorized-keys takes a type and a key, or --all: see its --help."


def test_the_static_file_is_written_whole_and_private(
    database: Path, key: str, tmp_path: Path
) -> None:
    """All lines, 0600, in place of what was there, and nothing is left beside it."""
    folder = tmp_path / "ssh"
    folder.mkdir()
    file = folder / "authorized_keys"
    file.write_text("old\n")
    file.chmod(0o644)
    answer = keytui("--database", database, "ssh", "authorized-keys", "--all", "--write", file)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert file.read_text() == keytui("--database", database, "ssh", "authorized-keys", "--all").out
    assert file.read_text().count(key) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [file]


def test_what_is_no_place_for_the_static_file_is_said(database: Path, key: str) -> None:
    """A folder, and a folder that is not there."""
    folder = database.parent
    words = ("--database", database, "ssh", "authorized-keys", "--all", "--write")
    assert said(keytui(*words, folder)) == f"{folder} is no file: name another."
    answer = keytui(*words, folder / "no" / "file")
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)


def test_the_host_lists_and_removes_the_keys_of_people(database: Path, key: str) -> None:
    """The list has number, type, fingerprint, state, last use and label; a removal says why."""
    fields = ["1", "ssh-ed25519", FINGERPRINTS[ED25519], "active", "never", "laptop"]
    listing = ("--database", database, "ssh", "list", "maria")
    assert keytui(*listing).out == "\t".join(fields) + "\n"
    removal = ("--database", database, "ssh", "remove", "1", "--reason", "stolen")
    answer = keytui(*removal)
    assert (answer.code, answer.out, answer.err) == (0, "", "SSH key 1 is removed.\n")
    assert "\tremoved\t" in keytui(*listing).out
    assert said(keytui(*removal)) == "SSH key 1 is removed already: nothing was changed."


def test_a_person_adds_a_key_with_their_password(
    database: Path, maria: Actor, tmp_path: Path
) -> None:
    """From a file, called as they say; the host's account has none."""
    file = tmp_path / "id.pub"
    file.write_text(f"{ED25519} maria@laptop\n")
    add = ("--database", database, "ssh", "add")
    answer = keytui(*add, file, "--user", "maria", typed=f"{PASSWORD}\n")
    assert answer.err == f"SSH key 1 ({FINGERPRINTS[ED25519]}) lets you in.\n"
    file.write_text(f"{OTHER}\n")
    answer = keytui(*add, file, "--label", "desk", "--user", "maria", typed=f"{PASSWORD}\n")
    assert (answer.code, answer.err.count("lets you in.")) == (0, 1)
    assert "\tdesk\n" in keytui("--database", database, "ssh", "list", "maria").out
    assert said(keytui(*add, file)) == "You can add and label only your own SSH keys."


def test_a_file_that_cannot_be_read_is_said(database: Path, tmp_path: Path) -> None:
    """A file that is not there, and a folder."""
    add = ("--database", database, "ssh", "add")
    for name, why in (("no.pub", "No such file or directory"), ("", "Is a directory")):
        file = tmp_path / name
        assert said(keytui(*add, file)) == f"{file} cannot be read ({why}): name a .pub file."


def test_a_private_key_is_refused_and_not_repeated(
    database: Path, maria: Actor, tmp_path: Path
) -> None:
    """The file without .pub is the usual mistake."""
    file = tmp_path / "id"
    file.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n")
    answer = keytui("--database", database, "ssh", "add", file, "--user", "maria", typed=PASSWORD)
    assert said(answer) == (
        "This is a private key: keep it to yourself, and paste the .pub file's line."
    )
