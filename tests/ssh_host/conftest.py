"""A host of its own for each test, before its set-up."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keytui.ssh_host import installation, layout
from keytui.ssh_host.layout import Layout
from tests.ssh_server import bare_host, installed, layout_in, take_away  # noqa: F401 - fixtures


@pytest.fixture
def bare(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:  # noqa: F811 - the fixture
    """Return a host that nobody has set up; the command finds it as this host."""
    folder = Path(tempfile.mkdtemp(prefix="host-", dir=installed.parent))
    folder.chmod(0o755)
    if weakness := installation.weakness(layout_in(folder, installed)):
        pytest.skip(weakness)
    its = bare_host(folder, installed)
    monkeypatch.setattr(layout, "this_host", lambda: its)
    yield its
    take_away(its)
    shutil.rmtree(folder)


@pytest.fixture
def nowhere(tmp_path: Path) -> Layout:
    """Return the places of a host on which nothing is, for any account."""
    return Layout(
        program=str(tmp_path / "bin" / "keytui"),
        code=(),
        account="kt-nobody-has-this",
        home=str(tmp_path / "home"),
        drop_ins=str(tmp_path / "sshd_config.d"),
        sudoers=str(tmp_path / "sudoers"),
        sshd=("false",),
        reload=("false",),
    )
