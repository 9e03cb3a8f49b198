"""Whoever can change the program is everybody who signs in: only root may."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from keytui.ssh_host import installation
from keytui.ssh_host.layout import Layout, this_host
from keytui.ssh_host.sshd import differing
from keytui.ssh_host.steps import Command, Step
from keytui.ssh_host.texts import directives
from tests.support import NOBODY, keytui, refusal_of, said


def test_an_installation_of_root_s_is_fine(bare: Layout) -> None:
    """As the README makes it."""
    assert installation.weakness(bare) == ""


def _module(layout: Layout) -> Path:
    return next(Path(layout.code[0]).rglob("permissions.py"))


def _writable_module(layout: Layout) -> Path:
    path = _module(layout)
    path.chmod(0o664)
    return path


def _foreign_module(layout: Layout) -> Path:
    path = _module(layout)
    os.chown(path, NOBODY, NOBODY)
    return path


def _unreadable_module(layout: Layout) -> Path:
    path = _module(layout)
    path.chmod(0o600)
    return path


def _writable_folder(layout: Layout) -> Path:
    path = _module(layout).parent
    path.chmod(0o1777)
    return path


def _writable_above(layout: Layout) -> Path:
    path = Path(layout.code[0]).parent
    path.chmod(0o775)
    return path


def _closed_above(layout: Layout) -> Path:
    path = Path(layout.code[0]).parent
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (_writable_module, "may change"),
        (_foreign_module, "belongs to another account"),
        (_unreadable_module, "Not every account may read"),
        (_writable_folder, "may change"),
        (_writable_above, "may change"),
        (_closed_above, "Not every account may read"),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_what_others_may_change_is_named(
    bare: Layout, spoil: Callable[[Layout], Path], what: str
) -> None:
    """The path, and what to do; nothing is set up with it."""
    module, folder = _module(bare), Path(bare.code[0]).parent
    before = [(path, path.stat()) for path in (module, module.parent, folder)]
    try:
        path = spoil(bare)
        sentence = said(keytui("ssh", "setup", "--apply", "--yes"))
        assert str(path) in sentence
        assert what in sentence
        assert not Path(bare.drop_in).exists()
        answer = keytui("ssh", "setup")
        assert answer.out.startswith("# ")
        assert answer.err == f"Before this is applied: {sentence}\n"
    finally:
        for path, was in before:
            os.chown(path, was.st_uid, was.st_gid)
            path.chmod(was.st_mode & 0o7777)


@pytest.mark.parametrize("name", ["/opt/key tui/keytui", "/opt/%u/keytui", '/opt/"/keytui', "x"])
def test_a_name_that_programs_read_differently_is_refused(nowhere: Layout, name: str) -> None:
    """It goes into files of sshd's, of sudo's, and into a shell."""
    assert "has a name that" in installation.weakness(replace(nowhere, program=name))


def test_a_program_that_is_not_there_is_refused(nowhere: Layout) -> None:
    """Run from a checkout, keytui is no program that sshd could call."""
    assert "There is no program" in installation.weakness(nowhere)


def test_this_host_s_program_is_the_one_that_runs() -> None:
    """What is printed names the installation it was printed by."""
    assert os.path.basename(this_host().program) == "keytui"
    assert os.path.isabs(this_host().program)


# -- steps


def test_every_directive_is_compared(nowhere: Layout) -> None:
    """Each one that does not hold is named, by name and value."""
    lines = [f"{name.lower()} {value}" for name, value in directives(nowhere)]
    assert differing(nowhere, "\n".join(lines)) == ""
    for number, (name, _) in enumerate(directives(nowhere)):
        spoilt = [*lines[:number], *lines[number + 1 :]]
        assert f"{name} is 'nothing'" in differing(nowhere, "\n".join(spoilt))


@pytest.mark.parametrize("before", [None, "as it was\n"])
def test_a_step_that_fails_puts_its_file_back(tmp_path: Path, before: str | None) -> None:
    """Also when the failing command is not the one that writes."""
    path = tmp_path / "file"
    if before is not None:
        path.write_text(before)
    step = Step(
        "A step",
        (
            Command(("tee", str(path)), "new\n"),
            Command(("sh", "-c", "echo no good >&2; exit 3")),
        ),
        lambda: False,
        str(path),
    )
    assert refusal_of(step.do) == "sh says: no good. Mend that first."
    assert (path.read_text() if path.exists() else None) == before


def test_a_program_that_is_missing_is_named() -> None:
    """One sentence, no traceback."""
    sentence = refusal_of(Command(("/no/such/sshd", "-t")).run)
    assert sentence.startswith("sshd cannot be run (No such file or directory)")
