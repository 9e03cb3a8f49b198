"""An internal error: a private report of where it was, without anybody's data."""

import re
import stat
from pathlib import Path

import pytest

from keytui import crash
from tests.support import keytui, python

SECRET = "hunter2-the-password"


def fail_deep_inside(password: str) -> None:
    """Fail the way a library does: with the data in its message, its cause and its notes."""
    held = {"password": password}
    try:
        {}[held["password"]]
    except KeyError as error:
        failure = ValueError(f"cannot use {password}")
        failure.add_note(password)
        raise failure from error


def report_of_failure(folder: Path) -> tuple[str, Path | None]:
    """Return the sentence for the person and the report's path, if there is one."""
    try:
        fail_deep_inside(SECRET)
    except ValueError as error:
        sentence = crash.report(error, folder)
    reports = list(folder.glob("*")) if folder.is_dir() else []
    return sentence, reports[0] if reports else None


def test_a_report_is_private(tmp_path: Path) -> None:
    """Report and folder are for its account alone, and the sentence says where it is."""
    sentence, path = report_of_failure(tmp_path / "state" / "log")
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sentence.endswith(f"is in {path}.")


def test_a_report_says_where_and_of_what_kind_and_nothing_else(tmp_path: Path) -> None:
    """The types of the chain and their places are there; no message, value or note is."""
    sentence, path = report_of_failure(tmp_path / "log")
    assert path is not None
    written = path.read_text()
    assert "builtins.ValueError" in written
    assert "builtins.KeyError" in written
    assert re.search(r"test_crash\.py:\d+ in fail_deep_inside", written)
    assert SECRET not in written
    assert "cannot use" not in written
    assert SECRET not in sentence


def test_without_a_place_for_the_report_the_sentence_stands_alone(
    tmp_path: Path,
) -> None:
    """Where no report can be written the person still gets a sentence, and no path."""
    (tmp_path / "notes").write_text("soup")
    sentence, path = report_of_failure(tmp_path / "notes" / "log")
    assert path is None
    assert re.fullmatch(
        r"An internal error stopped it \([0-9a-f]{8}\); no report could be written\.",
        sentence,
    )


def test_two_errors_make_two_reports(tmp_path: Path) -> None:
    """A second error never writes over the first one's report."""
    for _ in range(2):
        report_of_failure(tmp_path / "log")
    assert len(list((tmp_path / "log").iterdir())) == 2


ITS_OWN_CAUSE = """
import resource, sys
from pathlib import Path
from keytui import crash
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
error = ValueError("x")
error.__cause__ = error
print(crash.report(error, Path(sys.argv[1])))
"""


def test_an_error_that_is_its_own_cause_is_reported_too(tmp_path: Path) -> None:
    """A chain of causes that runs in a circle has an end."""
    ended = python(ITS_OWN_CAUSE, tmp_path / "log")
    assert "MemoryError" not in ended.stderr
    assert ended.stdout.startswith("An internal error stopped it")


def test_at_the_command_line_an_internal_error_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, exit code 2, and a private report without any data in the state folder."""

    def broken(*arguments: object) -> None:
        fail_deep_inside(SECRET)

    monkeypatch.setattr("keytui.services.users.list_users", broken)
    assert keytui("--database", tmp_path / "keytui.db", "user", "add", "maria").code == 0
    answer = keytui("--database", tmp_path / "keytui.db", "user", "list")
    (path,) = (tmp_path / "xdg-state").rglob("error-*.log")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("keytui: ")
    assert answer.err.endswith(f"A report without any of your data is in {path}.\n")
    assert "Traceback" not in answer.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "fail_deep_inside" in path.read_text()
    assert SECRET not in answer.err + path.read_text()
