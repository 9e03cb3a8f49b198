"""``keytui ssh setup``: what it prints is what it does, once, and takes away again."""

import os
import pwd
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from keytui.ssh_host import present
from keytui.ssh_host.layout import Layout
from tests.support import NOBODY, Answer, keytui, said


def talk(answer: Answer) -> str:
    """Return what a command said that printed no answer and was done."""
    assert (answer.code, answer.out) == (0, ""), answer
    return answer.err


def is_there(layout: Layout) -> list[str]:
    """Return what there is of a set-up."""
    found = [
        path
        for path in (layout.home, layout.settings, layout.drop_in, layout.sudo_drop_in)
        if os.path.lexists(path)
    ]
    return found + ([layout.account] if present.account(layout) else [])


def first_person(layout: Layout) -> None:
    """Add an administrator as the account, as the README says it."""
    subprocess.run(
        [
            *("runuser", "-l", layout.account, "-c"),
            f"{layout.program} user add adam --administrator",
        ],
        check=True,
        capture_output=True,
    )


def test_it_only_prints_where_nothing_else_is_asked_for(bare: Layout) -> None:
    """The answer is a shell script; nothing is done."""
    answer = keytui("ssh", "setup")
    assert (answer.code, answer.err) == (0, "")
    assert is_there(bare) == []


@pytest.mark.parametrize("form", [(), ("--sudo",)], ids=["key", "sudo"])
def test_what_it_prints_is_what_it_does(bare: Layout, form: tuple[str, ...]) -> None:
    """After the printed script has run, there is nothing to do."""
    script = keytui("ssh", "setup", *form).out
    subprocess.run(["sh", "-eu"], input=script, text=True, check=True, capture_output=True)
    assert talk(keytui("ssh", "setup", "--apply", *form)).startswith("Nothing to do.\n")


def test_twice_is_once(bare: Layout) -> None:
    """The second time there is nothing to do, and nothing is asked."""
    first = talk(keytui("ssh", "setup", "--apply", "--yes"))
    assert "4 of 4 done" in first
    assert (
        f"runuser -l {bare.account} -c '{bare.program} user add USER_ID --administrator'" in first
    )
    before = Path(bare.drop_in).stat()
    assert talk(keytui("ssh", "setup", "--apply")).startswith("Nothing to do.\n")
    assert Path(bare.drop_in).stat() == before


def test_the_account_and_its_home_are_closed(bare: Layout) -> None:
    """A shell for sshd, a password that nothing matches, a home for nobody else."""
    talk(keytui("ssh", "setup", "--apply", "--yes"))
    account = pwd.getpwnam(bare.account)
    assert (account.pw_shell, account.pw_dir) == ("/bin/sh", bare.home)
    shadow = Path("/etc/shadow").read_text().splitlines()
    assert [line.split(":")[1] for line in shadow if line.startswith(f"{bare.account}:")] == ["*"]
    home = Path(bare.home).stat()
    assert (home.st_mode & 0o777, home.st_uid) == (0o700, account.pw_uid)
    first_person(bare)
    assert talk(keytui("ssh", "setup", "--apply")) == "Nothing to do.\n"
    database = Path(bare.database).stat()
    assert (database.st_mode & 0o777, database.st_uid) == (0o600, account.pw_uid)


def test_settings_that_people_changed_stay(bare: Layout) -> None:
    """Other lines, another database: nothing to do. None at all: what to add is said."""
    talk(keytui("ssh", "setup", "--apply", "--yes"))
    for text in ("idle_minutes = 5\ndatabase = 'x.db'\n", "database = 'postgresql://db/keytui'\n"):
        Path(bare.settings).write_text(text)
        assert talk(keytui("ssh", "setup", "--apply")).startswith("Nothing to do.\n")
        assert Path(bare.settings).read_text() == text
    for text in ("idle_minutes = 5\n", "no TOML"):
        Path(bare.settings).write_text(text)
        sentence = said(keytui("ssh", "setup", "--apply"))
        assert f'add the line database = "{bare.database}".' in sentence


def test_a_pipe_in_the_account_s_folder_holds_nobody_up(bare: Layout) -> None:
    """Root reads there: whoever has the account must not stop it."""
    talk(keytui("ssh", "setup", "--apply", "--yes"))
    Path(bare.settings).unlink()
    os.mkfifo(bare.settings)
    assert "names no database" in said(keytui("ssh", "setup", "--apply"))


@pytest.mark.parametrize("typed", ["", "y\n", "YES\n", "no\n"], ids=repr)
def test_without_a_yes_nothing_is_done(bare: Layout, typed: str) -> None:
    """Only the whole word; an end of input is none."""
    answer = keytui("ssh", "setup", "--apply", typed=typed)
    assert answer.code in (1, 2)
    assert is_there(bare) == []


def test_a_yes_does_it(bare: Layout) -> None:
    """Each step is said before it is asked for, and when it is done."""
    said_so = talk(keytui("ssh", "setup", "--apply", typed="yes\n"))
    assert said_so.index("- The account") < said_so.index("Type yes") < said_so.index("1 of 4 done")
    assert bare.drop_in in is_there(bare)


def test_a_configuration_that_is_broken_already_stays_as_it_is(bare: Layout) -> None:
    """It says what sshd says, and adds nothing to it."""
    Path(bare.drop_ins, "other.conf").write_text("NoSuchWord yes\n")
    answer = keytui("ssh", "setup", "--apply", "--yes")
    assert answer.code == 1
    assert "NoSuchWord" in answer.err.splitlines()[-1]
    assert bare.drop_in not in is_there(bare)


@pytest.mark.parametrize("before", [None, "# an older one\n"], ids=["new", "changed"])
def test_what_does_not_hold_is_undone(bare: Layout, before: str | None) -> None:
    """An earlier Match that lets passwords in would win: it is named, and the file is as it was."""
    Path(bare.drop_ins, "early.conf").write_text(
        f"Match User {bare.account}\n    PasswordAuthentication yes\n    AuthenticationMethods any\n"
    )
    if before is not None:
        Path(bare.drop_in).write_text(before)
    answer = keytui("ssh", "setup", "--apply", "--yes")
    assert answer.code == 1
    assert "AuthenticationMethods is 'any'" in answer.err.splitlines()[-1]
    found = Path(bare.drop_in).read_text() if Path(bare.drop_in).exists() else None
    assert found == before


def test_a_configuration_without_drop_ins_is_noticed(bare: Layout) -> None:
    """Where sshd includes none, the account would have a shell for whoever has its password."""
    configuration = Path(bare.sshd[-1])
    lines = configuration.read_text().splitlines(keepends=True)
    configuration.write_text("".join(line for line in lines if not line.startswith("Include")))
    answer = keytui("ssh", "setup", "--apply", "--yes")
    assert answer.code == 1
    assert "a missing Include" in answer.err
    assert not Path(bare.drop_in).exists()


def test_it_is_taken_away_as_a_whole(bare: Layout) -> None:
    """Without a database nothing stays; the second time there is nothing to do."""
    talk(keytui("ssh", "setup", "--apply", "--yes"))
    talk(keytui("ssh", "setup", "--apply", "--yes", "--sudo"))
    talk(keytui("ssh", "setup", "--remove", "--yes"))
    assert is_there(bare) == []
    assert talk(keytui("ssh", "setup", "--remove")) == "Nothing to do.\n"


def test_a_database_is_never_taken_away(bare: Layout) -> None:
    """It stays, with the account that owns it, and where is said; nobody comes in any more."""
    talk(keytui("ssh", "setup", "--apply", "--yes"))
    first_person(bare)
    last = talk(keytui("ssh", "setup", "--remove", "--yes")).splitlines()[-1]
    assert last.startswith(f"The database stays, in {bare.home}")
    assert is_there(bare) == [bare.home, bare.settings, bare.account]
    assert Path(bare.database).exists()


def test_both_at_once_are_refused() -> None:
    """There is no order in which doing and taking away make sense."""
    assert said(keytui("ssh", "setup", "--apply", "--remove")).startswith("Choose one")


@pytest.mark.parametrize("way", ["--apply", "--remove"])
def test_only_root_does_it(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Others are told so, and what they can do."""
    monkeypatch.setattr("os.geteuid", lambda: NOBODY)
    assert said(keytui("ssh", "setup", way, "--yes")).startswith("Only root can do this:")


def test_an_account_of_another_program_is_left_alone(
    nowhere: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account of that name with another home is not keytui's: neither used nor removed."""
    other = replace(nowhere, account="daemon")
    monkeypatch.setattr("keytui.ssh_host.layout.this_host", lambda: other)
    monkeypatch.setattr("keytui.ssh_host.installation.weakness", lambda layout: "")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for way in ("--apply", "--remove"):
        sentence = said(keytui("ssh", "setup", way, "--yes"))
        assert sentence.startswith("There is an account daemon already")


def test_sudo_s_rule_is_for_one_command(bare: Layout) -> None:
    """Visudo takes it; the command has its arguments, and a star is nowhere in it."""
    talk(keytui("ssh", "setup", "--apply", "--yes", "--sudo"))
    rule = Path(bare.sudoers).read_text()
    assert rule.splitlines()[-1] == (
        f"%{bare.group} ALL=({bare.account}) NOPASSWD: {bare.program} ssh session"
    )
    assert Path(bare.sudoers).stat().st_mode & 0o777 == 0o440
    checked = subprocess.run([bare.visudo, "-c", "-f", bare.sudoers], check=False)
    assert checked.returncode == 0
