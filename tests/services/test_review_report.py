"""The report of a review: who decided what and why, what was not reviewed, and the proof of it."""

import csv
import io
import json
from pathlib import Path

import pytest

from keytui.domain.errors import BadInput, Cancelled, Refused
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision
from keytui.services import (
    api_keys,
    audit_check,
    evidence_check,
    review_decisions,
    review_lines,
    review_report,
    reviews,
)
from keytui.services.review_lines import ReviewFormat
from tests.support import Clock, rows, trail


@pytest.fixture
def review(clock: Clock, adam: Actor, maria: Actor) -> int:
    """Sign a review off: key 1 kept, 2 deactivated, 3 ended meanwhile, 4 not reviewed."""
    for label in ("CI", "=1+1", "phone", "[x](javascript:1) | <b>"):
        api_keys.create_key(maria, label)
    clock.advance(days=10)
    review = reviews.open_review(adam)
    review_decisions.decide(adam, review.review_id, 1, Decision.KEEP, "in use")
    review_decisions.decide(adam, review.review_id, 2, Decision.DEACTIVATE, "+unknown")
    api_keys.deactivate_key(maria, 3, "lost")
    api_keys.edit_label(maria, 4, "[y](javascript:1) | <b>")
    clock.advance(hours=1)
    reviews.close_review(adam, review.review_id)
    return review.review_id


def written(actor: Actor, review_id: int, form: ReviewFormat) -> str:
    stream = io.BytesIO()
    review_report.export_to_stream(actor, review_id, form, stream)
    return stream.getvalue().decode()


def test_the_table_says_of_each_key_what_was_decided(review: int, adam: Actor) -> None:
    """Outcome, reason, who, when, what changed meanwhile; in each row the scope and the sign-off."""
    head = str(audit_check.head(adam))
    found = list(csv.DictReader(io.StringIO(written(adam, review, ReviewFormat.CSV), newline="")))
    assert list(found[0]) == list(review_lines.COLUMNS)
    assert [
        (row["key_id"], row["decision"], row["reason"], row["decided_by"], row["state"])
        for row in found
    ] == [
        ("1", "keep", "in use", "adam", "active"),
        ("2", "deactivate", "'+unknown", "adam", "deactivated"),
        ("3", "ended meanwhile", "", "", "deactivated"),
        ("4", "not reviewed", "", "", "active"),
    ]
    assert [row["changed_meanwhile"] for row in found] == [
        "",
        "",
        "deactivated since",
        "label was [x](javascript:1) | <b>",
    ]
    for row in found:
        assert (row["scope"], row["opened_by"], row["closed_by"]) == (
            "all active keys",
            "adam",
            "adam",
        )
        assert (row["opened_at"], row["closed_at"]) == (
            "2026-12-04T06:00:00Z",
            "2026-12-04T07:00:00Z",
        )
        assert (row["role"], row["last_used"], row["audit_head"]) == ("user", "never", head)
    assert found[1]["label"] == "'=1+1"


def test_json_lines_say_the_same(review: int, adam: Actor) -> None:
    """Numbers are numbers, what is missing is null, and no text is quoted against spreadsheets."""
    found = [json.loads(line) for line in written(adam, review, ReviewFormat.JSONL).splitlines()]
    assert [list(row) for row in found] == [list(review_lines.COLUMNS)] * 4
    assert [(row["key_id"], row["label"], row["decided_by"]) for row in found[1:3]] == [
        (2, "=1+1", "adam"),
        (3, "phone", None),
    ]


def test_the_page_is_for_people(review: int, adam: Actor) -> None:
    """Counts, sign-off, separation of duties and both tables; people's text is never markup."""
    page = written(adam, review, ReviewFormat.MARKDOWN)
    for line in (
        "# Access review 1\n",
        "| Scope | all active keys, as they were at the opening |\n",
        "| Opened | 2026-12-04 06:00:00 UTC by adam |\n",
        "| Signed off | 2026-12-04 07:00:00 UTC by adam |\n",
        "| Kept | 1 |\n",
        "| Deactivated by the review | 1 |\n",
        "| Ended meanwhile without a decision | 1 |\n",
        "| Not reviewed | 1 |\n",
        "none of the decisions was made by the owner of the key",
    ):
        assert line in page
    decisions, left = page.split("\n## Decisions\n")[1].split("\n## Not reviewed\n")
    assert decisions.count("\n| maria |") == left.count("\n| maria |") == 2
    assert r"\[y\]\(javascript\:1\) \| \<b\>" in left
    assert "[y]" not in page.replace(r"\[y\]", "")


def test_an_open_review_says_that_it_is_open(adam: Actor, maria: Actor) -> None:
    """A report before the sign-off cannot be taken for the result."""
    api_keys.create_key(maria, "CI")
    reviews.open_review(adam)
    assert "not signed off yet: this review is open" in written(adam, 1, ReviewFormat.MARKDOWN)
    (row,) = csv.DictReader(io.StringIO(written(adam, 1, ReviewFormat.CSV), newline=""))
    assert (row["closed_at"], row["closed_by"], row["decision"]) == ("", "", "not reviewed")


@pytest.mark.parametrize("form", ReviewFormat)
def test_a_file_has_a_manifest_and_is_on_record(
    review: int, adam: Actor, tmp_path: Path, form: ReviewFormat
) -> None:
    """As the export of keys: checked by its manifest, and found in the trail."""
    path = tmp_path / f"review.{form}"
    assert review_report.export(adam, review, form, path) == 4
    found = evidence_check.check(path)
    assert (found.content, found.selection, found.rows) == (
        "Access review 1 (closed)",
        "all active keys",
        4,
    )
    evidence_check.check_recorded(adam, found)
    assert trail()[-1].target == "review 1"


def test_a_report_that_is_stopped_or_refused_leaves_nothing(
    review: int, adam: Actor, maria: Actor, tmp_path: Path
) -> None:
    """Neither file nor manifest; nor does one of a review that is not there."""
    folder = tmp_path / "reports"
    folder.mkdir()

    def stop(done: int, total: int) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        review_report.export(adam, review, ReviewFormat.CSV, folder / "a.csv", progress=stop)
    with pytest.raises(Refused, match="Only an administrator reviews access"):
        review_report.export(maria, review, ReviewFormat.CSV, folder / "a.csv")
    with pytest.raises(BadInput, match="There is no access review 7"):
        review_report.export(adam, 7, ReviewFormat.CSV, folder / "a.csv")
    with pytest.raises(BadInput, match=r"as csv ends in \.csv .*another format"):
        review_report.export(adam, review, ReviewFormat.CSV, folder / "keytui.md")
    assert list(folder.iterdir()) == []


def test_a_decision_by_an_owner_would_be_told(
    review: int, adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page counts them: it does not merely say that there can be none."""
    monkeypatch.setattr(review_report, "_own", lambda review: 2)
    assert "2 decisions by the owner of the key" in written(adam, review, ReviewFormat.MARKDOWN)
    monkeypatch.undo()
    assert rows("SELECT count(*) FROM review_item WHERE decided_by = 'adam'") == [(2,)]
    (found,) = [review_report._own(one) for one in reviews.list_reviews(adam)]
    assert found == 0
