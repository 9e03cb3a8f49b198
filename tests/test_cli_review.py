"""``keytui review`` and ``keytui export check``: a review from its opening to its proof."""

import json
from pathlib import Path

import pytest

from keytui.domain.records import Actor
from keytui.services import api_keys
from tests.support import PASSWORD, Answer, Clock, MakePerson, keytui


@pytest.fixture
def keys(clock: Clock, adam: Actor, maria: Actor, person: MakePerson) -> list[int]:
    """Create three keys of maria and one of ben, of some age."""
    owners = [maria, maria, maria, person("ben")]
    made = [api_keys.create_key(owner, "CI")[0].key_id for owner in owners]
    clock.advance(days=100)
    return made


def run(database: Path, *arguments: str, who: str = "") -> Answer:
    options = ["--user", who] if who else []
    return keytui("--database", database, *arguments, *options, typed=PASSWORD)


def test_a_review_from_its_opening_to_its_proof(
    database: Path, keys: list[int], tmp_path: Path
) -> None:
    """Opened, decided by key, by owner, signed off, reported, checked; each answer on its stream."""
    opened = run(database, "review", "open", who="adam")
    assert (opened.code, opened.out) == (0, "1\n")
    assert "Access review 1 of all active keys is open: 4 keys" in opened.err
    assert run(database, "review", "keep", "1", "1", "--reason", "in use", who="adam").code == 0
    kept = run(database, "review", "deactivate", "1", "2", "--reason", "unknown")
    assert (kept.code, kept.out, kept.err) == (0, "", "Key 2 is deactivated.\n")
    asked = run(database, "review", "keep", "1", "--owner", "ben", "--reason", "x")
    assert (asked.code, asked.err) == (
        1,
        "keytui: It is about 1 key: look at them, and say --keys 1 if they are meant.\n",
    )
    for chosen, why in (
        (("--owner", "nobody"), "There is no user nobody."),
        (("--filter", "xyz"), "There is nothing left to decide about: nothing was changed."),
    ):
        none = run(database, "review", "keep", "1", *chosen, "--reason", "x")
        assert (none.code, none.err) == (1, f"keytui: {why}\n")
    many = run(database, "review", "keep", "1", "--owner", "ben", "--keys", "1", "--reason", "x")
    assert (many.code, many.err) == (0, "1 key kept.\n")
    shown = run(database, "review", "show", "1")
    assert [line.split("\t")[5] for line in shown.out.splitlines()] == [
        "not reviewed",
        "deactivate",
        "keep",
        "keep",
    ]
    closed = run(database, "review", "close", "1", who="adam")
    assert "signed off by adam: 4 keys: 2 kept, 1 deactivated, 1 not reviewed." in closed.err
    for which in (("3",), ()):
        again = run(database, "review", "keep", "1", *which, "--reason", "x")
        assert (again.code, again.out) == (1, "")
        assert "Access review 1 is closed" in again.err
    path = tmp_path / "review.jsonl"
    report = ("review", "report", "1", "--format", "jsonl", "--output", str(path))
    assert run(database, *report).code == 0
    assert len([json.loads(line) for line in path.read_text("utf-8").splitlines()]) == 4
    assert "Use --replace to replace it." in run(database, *report).err
    checked = run(database, "export", "check", str(path), "--head")
    assert (checked.code, checked.err) == (0, "")
    assert "Whole: Access review 1 (closed), all active keys, 4 rows" in checked.out
    assert "is on record here." in checked.out


def test_a_due_review_is_an_exit_code(database: Path, keys: list[int], clock: Clock) -> None:
    """For cron: 1 while a review of all active keys is due, 0 for 90 days after all were decided."""
    due = run(database, "review", "list")
    assert (due.code, due.out) == (1, "")
    assert "A review of all active keys is due since 2027-02-22 06:00:00 UTC." in due.err
    run(database, "review", "open")
    run(database, "review", "close", "1")
    assert run(database, "review", "list").code == 1  # nobody looked at a key
    run(database, "review", "open")
    run(database, "review", "keep", "2", "--keys", "4", "--reason", "in use")
    run(database, "review", "close", "2")
    done = run(database, "review", "list")
    assert done.code == 0
    assert done.out.startswith("2\tall active keys\t")
    clock.advance(days=90)
    assert run(database, "review", "list").code == 1


def test_a_report_goes_to_standard_output_whole(database: Path, keys: list[int]) -> None:
    """The page is the answer; the head is the talk."""
    run(database, "review", "open", "--owner", "maria", "--older-days", "90")
    page = run(database, "review", "report", "1")
    assert page.out.startswith("# Access review 1\n")
    assert "| Scope | active keys of maria\\, older than 90 d, as they were" in page.out
    assert page.err.startswith("Audit head ")


def test_a_key_and_a_group_are_not_named_together(database: Path, keys: list[int]) -> None:
    """Which of the two is meant cannot be told."""
    run(database, "review", "open")
    both = run(database, "review", "keep", "1", "1", "--owner", "ben", "--reason", "x")
    assert (both.code, both.err.count("\n")) == (1, 1)
    assert "not both" in both.err


def test_a_file_is_checked_without_a_database(
    database: Path, keys: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole is 0, changed is 1, what cannot be checked is 2; each is one sentence."""
    path = tmp_path / "keys.csv"
    assert run(database, "export", "--output", str(path)).code == 0
    nowhere = tmp_path / "no.db"
    whole = keytui("--database", nowhere, "export", "check", path)
    assert (whole.code, whole.err) == (0, "")
    assert "not looked for in an audit trail (--head does)" in whole.out
    path.write_bytes(path.read_bytes()[:-2])
    changed = keytui("--database", nowhere, "export", "check", path)
    assert (changed.code, changed.out, changed.err.count("\n")) == (1, "", 1)
    path.unlink()
    missing = keytui("--database", nowhere, "export", "check", path)
    assert (missing.code, missing.out, missing.err.count("\n")) == (2, "", 1)
    assert not nowhere.exists()
