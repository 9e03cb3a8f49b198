"""The host's own account: it acts with an administrator's rights, by its real name."""

import os
import pwd
from pathlib import Path

import pytest

from keytui.domain import user_id
from keytui.domain.audit import Outcome
from keytui.domain.errors import BadInput, Refused
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, report, report_lines, users
from keytui.services.host import host_actor
from tests.support import NOBODY, trail


@pytest.fixture
def engine() -> str:
    """What is done to files here is done to SQLite's."""
    return "sqlite"


def test_the_owner_of_the_file_is_the_host_actor(database: Path) -> None:
    """It is named by the effective user number, with a colon that no User ID holds."""
    actor = host_actor(database, "local")
    name = f"host:{pwd.getpwuid(os.geteuid()).pw_name}"
    assert actor == Actor(None, name, Role.ADMINISTRATOR, 0, "local")
    with pytest.raises(BadInput):
        user_id.parse(actor.user_id)


def test_no_environment_variable_renames_it(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``LOGNAME`` says whatever it was told, so nobody asks it."""
    honest = host_actor(database, "local")
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "maria")
    assert host_actor(database, "local") == honest


def test_another_account_is_refused(database: Path) -> None:
    """Whoever does not own the file signs in, root as well."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(database, NOBODY, NOBODY)
    with pytest.raises(Refused, match="use --user with your User ID"):
        host_actor(database, "local")


def test_it_has_no_keys_and_creates_none(host: Actor) -> None:
    """Separation of duties holds for the host's account too, and the attempt is on record."""
    with pytest.raises(Refused, match="separation of duties"):
        api_keys.create_key(host, "CI")
    assert (trail()[-1].actor, trail()[-1].outcome) == (host.user_id, Outcome.REFUSED)


def test_its_acts_are_on_record_under_its_name(host: Actor, maria: Actor, tmp_path: Path) -> None:
    """What it does is done by ``host:NAME`` in the trail and in the rows."""
    key, _ = api_keys.create_key(maria, "CI")
    api_keys.deactivate_key(host, key.key_id, "rotated by cron")
    report.export(host, report_lines.Format.CSV, tmp_path / "report.csv")
    users.reset_sign_in(host, "maria")
    assert [event.actor for event in trail()[-3:]] == [host.user_id] * 3
    assert api_keys.list_keys(host, "maria")[0].deactivated_by == host.user_id
