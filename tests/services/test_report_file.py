"""The report's file: private, whole, on record, or not there."""

import gzip
import io
import resource
import stat
import threading
from hashlib import sha256
from pathlib import Path

import peewee
import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.errors import BadInput, Cancelled, Conflict, KeytuiError, Refused
from keytui.domain.manifest import Manifest
from keytui.domain.records import Actor
from keytui.services import api_keys, report
from keytui.services.report_lines import Format
from keytui.storage.database import close_database
from keytui.storage.models import database as connection
from tests.support import Clock, trail


@pytest.fixture
def folder(tmp_path: Path, maria: Actor) -> Path:
    """Return an empty folder for reports; there are keys to report."""
    for number in range(100):
        api_keys.create_key(maria, f"key number {number} of the continuous integration")
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


def at_exports(engine: str, when: str, act: str) -> None:
    """Have the database do something when the event of an export comes."""
    condition = f"{when} INSERT ON audit_event"
    matches = "NEW.action = 'report:export'"
    if engine == "postgresql":
        connection.execute_sql(
            "CREATE FUNCTION at_exports() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$BEGIN {act}; RETURN NEW; END$$"
        )
        act = f"FOR EACH ROW WHEN ({matches}) EXECUTE FUNCTION at_exports()"
    else:
        act = f"WHEN {matches} BEGIN {act}; END"
    connection.execute_sql(f"CREATE TRIGGER at_exports {condition} {act}")


@pytest.fixture
def no_events(adam: Actor, engine: str) -> None:
    """Let the database refuse every event of an export."""
    refuse = {"sqlite": "SELECT RAISE(ABORT, 'no')", "postgresql": "RAISE EXCEPTION 'no'"}
    at_exports(engine, "BEFORE", refuse[engine])


@pytest.fixture
def no_commits(adam: Actor, engine: str) -> None:
    """Let the database take the event of an export and fail only at the commit."""
    connection.execute_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    connection.execute_sql(
        "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    at_exports(engine, "AFTER", "INSERT INTO child VALUES (1)")


def exports() -> list[tuple[str, Outcome, str]]:
    """Return who exported, how it ended and the detail, from the trail."""
    return [
        (event.actor, event.outcome, event.detail)
        for event in trail()
        if event.action is Action.REPORT_EXPORT
    ]


def test_a_report_is_private_and_on_record(adam: Actor, folder: Path) -> None:
    """The file is readable by its account alone; the event has the rows and the place."""
    path = folder / "report.csv"
    assert report.export(adam, Format.CSV, path) == 100
    beside = folder / "report.csv.manifest.json"
    assert sorted(folder.iterdir()) == [path, beside]
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path, beside)} == {0o600}
    said = Manifest.parse(beside.read_text("utf-8"))
    detail = f"100 rows as csv to {path}, SHA-256 {said.sha256}, manifest {said.seal}"
    assert said.sha256 == sha256(path.read_bytes()).hexdigest()
    assert exports() == [("adam", Outcome.DONE, detail)]


def test_a_stream_is_on_record_too(adam: Actor, folder: Path) -> None:
    """The event of a report to a stream has the rows and says that it was one."""
    stream = io.BytesIO()
    assert report.export_to_stream(adam, Format.JSONL, stream) == 100
    detail = f"100 rows as jsonl to a stream, SHA-256 {sha256(stream.getvalue()).hexdigest()}"
    assert exports() == [("adam", Outcome.DONE, detail)]


@pytest.mark.parametrize("there", ["file", "link to nowhere", "link to file"])
def test_what_is_there_is_not_overwritten(adam: Actor, folder: Path, there: str) -> None:
    """Without being asked to, an export replaces nothing and follows no link."""
    path, other = folder / "report.csv", folder / "other"
    if there == "file":
        path.write_text("precious")
    else:
        path.symlink_to(other)
        if there == "link to file":
            other.write_text("precious")
    before = sorted(folder.iterdir())
    with pytest.raises(Conflict, match="exists already: nothing was written"):
        report.export(adam, Format.CSV, path)
    assert sorted(folder.iterdir()) == before
    assert not path.exists() or path.read_text() == "precious"
    assert exports() == []


def test_what_comes_there_meanwhile_is_not_overwritten(
    adam: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that appears while the report is made stays, and no export is on record."""
    path = folder / "report.csv"

    def somebody_else_is_faster() -> int:
        path.write_text("precious")
        return 1

    monkeypatch.setattr("keytui.domain.clock.source", somebody_else_is_faster)
    with pytest.raises(Conflict):
        report.export(adam, Format.CSV, path)
    assert [file.name for file in folder.iterdir()] == ["report.csv"]
    assert path.read_text() == "precious"
    assert exports() == []


def test_a_replaced_file_is_private_and_a_replaced_link_is_not_followed(
    adam: Actor, folder: Path
) -> None:
    """Replacing puts a new 0600 file in the place, whatever was there."""
    (folder / "old.csv").write_text("old")
    (folder / "old.csv").chmod(0o644)
    (folder / "link.csv").symlink_to(folder / "target")
    (folder / "target").write_text("precious")
    for name in ("old.csv", "link.csv"):
        path = folder / name
        assert report.export(adam, Format.CSV, path, replace=True) == 100
        assert not path.is_symlink()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (folder / "target").read_text() == "precious"


@pytest.mark.parametrize("replace", [False, True])
def test_a_write_that_fails_leaves_no_file(adam: Actor, folder: Path, *, replace: bool) -> None:
    """A report that does not fit on the disk is said to fail, and not half of it stays."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(BadInput, match=r"cannot be written .* choose another place"):
            report.export(adam, Format.CSV, folder / "report.csv", replace=replace)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(folder.iterdir()) == []
    assert exports() == []


@pytest.mark.parametrize(
    "name",
    ["missing/report.csv", f"{'x' * 300}.csv", "a\0b.csv", "y" * 5_000 + "/report.csv"],
    ids=["missing folder", "name too long", "NUL", "path too long"],
)
@pytest.mark.parametrize("replace", [False, True])
def test_an_impossible_place_is_said(
    adam: Actor, folder: Path, name: str, *, replace: bool
) -> None:
    """Where no file can be, one sentence says so and nothing is on record as done."""
    with pytest.raises(BadInput, match="choose another place"):
        report.export(adam, Format.CSV, folder / name, replace=replace)
    assert list(folder.iterdir()) == []
    assert exports() == []


@pytest.mark.parametrize(
    "name",
    ["keytui.db", "keytui.db-wal", ".bashrc", "report", "x.csv.bak", "x.jsonl", "x.jsonl.gz"],
)
def test_only_a_report_can_be_replaced(adam: Actor, folder: Path, name: str) -> None:
    """A file by another kind of name, or of another format, is never written over."""
    (folder / name).write_text("precious")
    with pytest.raises(BadInput, match=r"as csv ends in \.csv \(or that and \.gz\), unlike"):
        report.export(adam, Format.CSV, folder / name, replace=True)
    assert (folder / name).read_text() == "precious"
    assert exports() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_database_is_not_written_over_whatever_it_is_called(
    adam: Actor, database: Path, folder: Path
) -> None:
    """A database called ``.csv`` through a link is known for what it is."""
    (folder / "report.csv").symlink_to(database)
    with pytest.raises(BadInput, match="keytui's own database"):
        report.export(adam, Format.CSV, folder / "report.csv", replace=True)
    assert database.read_bytes().startswith(b"SQLite format 3")


def test_a_folder_is_not_replaced(adam: Actor, folder: Path) -> None:
    """Replacing means a file: a folder in its place stays."""
    (folder / "report.csv").mkdir()
    with pytest.raises(BadInput, match="choose another place"):
        report.export(adam, Format.CSV, folder / "report.csv", replace=True)
    assert [file.name for file in folder.iterdir()] == ["report.csv"]
    assert exports() == []


@pytest.mark.parametrize("replace", [False, True])
def test_a_user_gets_no_report_and_is_on_record(
    maria: Actor, folder: Path, *, replace: bool
) -> None:
    """The refusal comes before the disk is touched: it tells nothing about it."""
    there = folder / "there.csv"
    there.write_text("precious")
    for path in (there, folder / "new.csv", folder / "missing" / "x.csv"):
        with pytest.raises(Refused, match="Only an administrator exports"):
            report.export(maria, Format.CSV, path, replace=replace)
    stream = io.BytesIO()
    with pytest.raises(Refused):
        report.export_to_stream(maria, Format.CSV, stream)
    assert stream.getvalue() == b""
    assert list(folder.iterdir()) == [there]
    assert there.read_text() == "precious"
    assert [end[:2] for end in exports()] == [("maria", Outcome.REFUSED)] * 4


@pytest.mark.usefixtures("no_events")
def test_without_an_event_there_is_no_report(adam: Actor, folder: Path) -> None:
    """When the event cannot be written, neither a file nor a byte leaves."""
    stream = io.BytesIO()
    with pytest.raises((peewee.DatabaseError, KeytuiError)):
        report.export(adam, Format.CSV, folder / "report.csv")
    with pytest.raises((peewee.DatabaseError, KeytuiError)):
        report.export_to_stream(adam, Format.CSV, stream)
    assert list(folder.iterdir()) == []
    assert stream.getvalue() == b""


@pytest.mark.usefixtures("no_commits")
@pytest.mark.parametrize("replace", [False, True])
def test_when_the_event_is_lost_at_the_commit_there_is_no_report(
    adam: Actor, folder: Path, *, replace: bool
) -> None:
    """A full disk may show itself only at the commit: then no report has appeared either."""
    path = folder / "report.csv"
    if replace:
        path.write_text("the one before")
    with pytest.raises((peewee.DatabaseError, KeytuiError)):
        report.export(adam, Format.CSV, path, replace=replace)
    assert exports() == []
    assert (path.read_text() if path.exists() else "") == "the one before" * replace
    assert [file.name for file in folder.iterdir()] == ["report.csv"] * replace


def test_a_name_that_acts_is_said_harmlessly(clock: Clock, adam: Actor, folder: Path) -> None:
    """An escape sequence in a file name reaches neither the sentence nor the trail."""
    path = folder / "a\x1b]52;c;eA==\x07.csv"
    report.export(adam, Format.CSV, path)
    with pytest.raises(Conflict) as refused:
        report.export(adam, Format.CSV, path)
    assert "\x1b" not in str(refused.value) + exports()[0][2]


def test_a_name_that_ends_in_gz_is_compressed(adam: Actor, folder: Path) -> None:
    """The same bytes, packed; two exports of the same keys are the same file."""
    plain, packed, again = (folder / name for name in ("a.csv", "a.csv.gz", "b.csv.gz"))
    for path in (plain, packed, again):
        assert report.export(adam, Format.CSV, path) == 100
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.read_bytes() == again.read_bytes()
    assert packed.stat().st_size < plain.stat().st_size / 3
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600


def test_an_export_that_is_stopped_leaves_nothing(
    adam: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, no half of one, no event: it did not happen."""
    monkeypatch.setattr(report, "_TELL_EVERY", 10)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 50:
            raise Cancelled("Stopped: nothing was exported.")

    before = exports()
    for path in (folder / "a.csv", folder / "a.csv.gz"):
        with pytest.raises(Cancelled):
            report.export(adam, Format.CSV, path, progress=stop)
    with pytest.raises(Cancelled):
        report.export_to_stream(adam, Format.CSV, io.BytesIO(), progress=stop)
    assert list(folder.iterdir()) == []
    assert exports() == before
    assert told[:5] == [(10, 100), (20, 100), (30, 100), (40, 100), (50, 100)]


@pytest.mark.parametrize("form", Format)
def test_keys_that_come_meanwhile_are_not_half_in_it(
    adam: Actor, maria: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch, form: Format
) -> None:
    """The report is of one moment, though others go on creating while it is written."""
    monkeypatch.setattr(report, "_TELL_EVERY", 10)

    def create(done: int, total: int) -> None:
        if done < total:
            thread = threading.Thread(
                target=lambda: (api_keys.create_key(maria, "late"), close_database())
            )
            thread.start()
            thread.join()

    path = folder / f"report.{form}"
    assert report.export(adam, form, path, progress=create) == 100
    assert "late" not in path.read_text("utf-8")
