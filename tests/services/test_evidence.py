"""The manifest beside a report: what it says, and what a check of it finds."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import keytui
from keytui.domain.errors import BadInput, Conflict, Refused
from keytui.domain.manifest import Manifest
from keytui.domain.records import Actor
from keytui.services import api_keys, audit_check, evidence_check, report
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection
from tests.support import HERE, Clock, rows, trail


@pytest.fixture
def path(clock: Clock, adam: Actor, maria: Actor, tmp_path: Path) -> Path:
    """Export two keys, and return where to."""
    for label in ("CI", "laptop"):
        api_keys.create_key(maria, label)
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / "report.csv"
    report.export(adam, Format.CSV, path, Selection(owner="maria"))
    return path


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.manifest.json")


def test_a_manifest_says_who_when_what_and_how_it_is_proved(path: Path, adam: Actor) -> None:
    """All that an auditor asks of a file, and the audit head that the export itself is."""
    data = path.read_bytes()
    assert json.loads(beside(path).read_text("utf-8")) == {
        "manifest": 1,
        "file": "report.csv",
        "content": "Account API Key",
        "selection": "keys of maria",
        "format": "csv",
        "rows": 2,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "exported_at": "2026-11-24T06:00:00Z",
        "exported_by": "adam",
        "exported_from": HERE,
        "program": f"keytui {keytui.__version__}",
        "audit_head": str(audit_check.head(adam)),
    }


@pytest.mark.parametrize("name", ["again.csv", "again.csv.gz"])
def test_an_untouched_file_is_whole_and_on_record(path: Path, adam: Actor, name: str) -> None:
    """Also packed, and after the trail has gone on."""
    other = path.with_name(name)
    report.export(adam, Format.CSV, other)
    api_keys.deactivate_key(adam, 1, "lost")
    found = evidence_check.check(other)
    assert (found.rows, found.selection) == (2, "all keys")
    evidence_check.check_recorded(adam, found)


CHANGES: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "a byte more": (lambda path: path.write_bytes(path.read_bytes() + b"x"), Conflict, "changed"),
    "another byte": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"laptop", b"Laptop")),
        Conflict,
        "report.csv was changed since its export",
    ),
    "no file": (Path.unlink, BadInput, "cannot be read"),
    "no manifest": (lambda path: beside(path).unlink(), BadInput, "cannot be read"),
    "another's manifest": (
        lambda path: beside(path).write_text(beside(path).read_text().replace("report.csv", "x")),
        Conflict,
        "The manifest is of x",
    ),
    "half a manifest": (
        lambda path: beside(path).write_text(beside(path).read_text()[:100]),
        BadInput,
        "no manifest of an export",
    ),
    "a manifest of something else": (
        lambda path: beside(path).write_text("[]"),
        BadInput,
        "no manifest of an export",
    ),
    "a manifest with numbers as text": (
        lambda path: beside(path).write_text(beside(path).read_text().replace(": 2,", ': "2",')),
        BadInput,
        "no manifest of an export",
    ),
    "a deep manifest": (
        lambda path: beside(path).write_text("[" * 100_000),
        BadInput,
        "no manifest of an export",
    ),
}


@pytest.mark.parametrize(("change", "error", "words"), CHANGES.values(), ids=CHANGES.keys())
def test_what_was_changed_is_said(
    path: Path, change: Callable[[Path], object], error: type[Exception], words: str
) -> None:
    """Each in one sentence, and never as whole."""
    change(path)
    with pytest.raises(error, match=words):
        evidence_check.check(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows", 3),
        ("sha256", "0" * 64),
        ("exported_by", "eve"),
        ("exported_from", "elsewhere"),
        ("exported_at", "2026-11-23T06:00:00Z"),
        ("selection", "all keys"),
        ("content", "Access review 1 (closed)"),
        ("format", "jsonl"),
        ("program", "another"),
        ("size", 1),
        ("file", "other.csv"),
        ("audit_head", f"3:{'a' * 64}"),
    ],
)
def test_a_manifest_that_was_rewritten_is_found_by_the_trail(
    path: Path, adam: Actor, field: str, value: object
) -> None:
    """Whoever changes any of it, and the file alike, cannot change the event."""
    said = json.loads(beside(path).read_text("utf-8"))
    del said["manifest"]
    with pytest.raises(Conflict, match="holds no such export"):
        evidence_check.check_recorded(adam, Manifest(**{**said, field: value}))
    with pytest.raises(BadInput, match="Give the head"):
        evidence_check.check_recorded(adam, Manifest(**{**said, "audit_head": "soon"}))


def test_only_an_administrator_looks_into_the_trail(path: Path, maria: Actor) -> None:
    """A user can check a file by its manifest alone."""
    with pytest.raises(Refused, match="Only an administrator checks"):
        evidence_check.check_recorded(maria, evidence_check.check(path))


def test_a_manifest_that_is_there_is_not_overwritten(path: Path, adam: Actor) -> None:
    """Unless asked to, as with the report itself; and nothing is left of the attempt."""
    path.unlink()
    before = beside(path).read_bytes()
    with pytest.raises(Conflict, match=r"manifest\.json exists already"):
        report.export(adam, Format.CSV, path)
    assert [file.name for file in path.parent.iterdir()] == [beside(path).name]
    assert beside(path).read_bytes() == before
    report.export(adam, Format.CSV, path, replace=True)
    evidence_check.check_recorded(adam, evidence_check.check(path))


def test_the_place_of_the_manifest_is_taken_back_with_the_file(
    path: Path, adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the manifest cannot come to its place, the old report is back and nothing on record."""
    before = path.read_bytes()
    beside(path).unlink()
    beside(path).mkdir()
    events = len(trail())
    with pytest.raises((BadInput, Conflict)):
        report.export(adam, Format.CSV, path, replace=True)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, beside(path).name]
    assert len(trail()) == events
    assert rows("SELECT count(*) FROM audit_event") == [(events,)]
