"""``keytui doctor`` on a host that people come to by SSH: what is no longer as it was."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from keytui.domain.findings import Severity
from keytui.ssh_host import health, plan
from keytui.ssh_host.layout import Layout
from tests.support import NOBODY, keytui


def problems(layout: Layout) -> list[str]:
    """Return the sentences of what is to be mended."""
    return [
        found.sentence for found in health.findings(layout) if found.severity is Severity.PROBLEM
    ]


@pytest.fixture
def whole(bare: Layout) -> Layout:
    """Return a host that is set up in both forms, with a database."""
    for sudo in (False, True):
        for step in plan.setting_up(bare, sudo=sudo):
            if not step.is_done():
                step.do()
    Path(bare.database).touch(0o600)
    shutil.chown(bare.database, bare.account)
    return bare


def test_nothing_is_said_where_nothing_was_set_up(nowhere: Layout) -> None:
    """Most people use keytui on their own machine."""
    assert list(health.findings(nowhere)) == []


def test_a_whole_set_up_is_fine(whole: Layout) -> None:
    """One line says so."""
    assert [found.severity for found in health.findings(whole)] == [Severity.OK]


def test_the_command_asks_it_too(whole: Layout) -> None:
    """Under the name SSH, with the other questions, and with exit code 1."""
    Path(whole.drop_in).chmod(0o666)
    answer = keytui("--database", whole.database, "doctor", "--quiet")
    assert answer.code == 1
    assert f"problem  SSH: Other accounts than root may change {whole.drop_in}" in answer.out


def _open_home(layout: Layout) -> None:
    Path(layout.home).chmod(0o750)


def _foreign_home(layout: Layout) -> None:
    os.chown(layout.home, NOBODY, NOBODY)


def _foreign_database(layout: Layout) -> None:
    os.chown(layout.database, 0, 0)


def _no_settings(layout: Layout) -> None:
    Path(layout.settings).unlink()


def _changed(layout: Layout) -> None:
    with Path(layout.drop_in).open("a") as file:
        file.write("    AuthorizedKeysFile .ssh/authorized_keys\n")


def _changed_sudo(layout: Layout) -> None:
    with Path(layout.sudo_drop_in).open("a") as file:
        file.write("    ClientAliveInterval 0\n")


def _changed_rule(layout: Layout) -> None:
    rule = Path(layout.sudoers).read_text()
    Path(layout.sudoers).write_text(rule.replace(" ssh session", ""))


def _writable(layout: Layout) -> None:
    Path(layout.drop_in).chmod(0o664)


def _overruled(layout: Layout) -> None:
    Path(layout.drop_ins, "early.conf").write_text(
        f"Match User {layout.account}\n    AllowTcpForwarding yes\n"
    )


def _broken(layout: Layout) -> None:
    Path(layout.drop_ins, "other.conf").write_text("NoSuchWord yes\n")


SPOILT: dict[Callable[[Layout], None], str] = {
    _open_home: "is not closed to other accounts",
    _foreign_home: "is not closed to other accounts",
    _foreign_database: "does not belong to",
    _no_settings: "is gone, which names the database",
    _changed: "was changed",
    _changed_sudo: "was changed",
    _changed_rule: "was changed: run keytui ssh setup --apply --sudo",
    _writable: "Other accounts than root may change",
    _overruled: "AllowTcpForwarding is 'yes'",
    _broken: "NoSuchWord",
}


@pytest.mark.parametrize(
    ("spoil", "found"), SPOILT.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_what_was_changed_is_found(
    whole: Layout, spoil: Callable[[Layout], None], found: str
) -> None:
    """Each change by one sentence."""
    spoil(whole)
    (sentence,) = problems(whole)
    assert found in sentence


def test_an_account_that_is_gone_is_found(whole: Layout) -> None:
    """The database is then nobody's."""
    (sentence,) = problems(replace(whole, account="kt-nobody-has-this"))[:1]
    assert "is gone" in sentence


def test_another_keytui_than_sshd_s_says_so(whole: Layout) -> None:
    """Two installations: the one that sshd calls is named, and none is called changed."""
    other = replace(whole, program="/opt/other/bin/keytui")
    assert problems(other) == []
    assert f"sshd calls {whole.program}" in " ".join(
        found.sentence for found in health.findings(other)
    )


def test_an_account_without_rights_is_told_what_it_cannot_ask(
    whole: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sshd reads its host keys to check itself: only root can have it do so."""
    monkeypatch.setattr("os.geteuid", lambda: NOBODY)
    _broken(whole)
    assert [found.severity for found in health.findings(whole)] == [Severity.OK, Severity.NOTE]
