"""The report: its columns and cells, in both forms."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from keytui.domain.errors import BadInput
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, report, report_lines, users
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection
from keytui.storage.models import ApiKeyRow
from tests.corpus import FORMULAS
from tests.support import Clock, MakePerson, signed_in, text_of, trail

FIRST_COLUMNS = ["user_id", "masked_key", "status", "key_age_days", "last_used"]


def written(actor: Actor, form: Format = Format.CSV) -> str:
    """Return the report as text."""
    stream = io.BytesIO()
    report.export_to_stream(actor, form, stream)
    return stream.getvalue().decode("utf-8")


def read(actor: Actor) -> list[dict[str, str]]:
    """Return the CSV report's rows, as any program reads them."""
    return list(csv.DictReader(io.StringIO(written(actor), newline="")))


def test_the_columns_stand_in_the_order_of_the_rules(host: Actor) -> None:
    """The five of the product's rules come first, also in a report without keys."""
    (header,) = csv.reader(io.StringIO(written(host), newline=""))
    assert header[:5] == FIRST_COLUMNS
    assert header == list(report_lines.COLUMNS)


def test_a_row_says_what_is_known_of_a_key(clock: Clock, maria: Actor, adam: Actor) -> None:
    """An active, never used key: mask, age in days, the word never, ISO 8601 in UTC."""
    key, secret = api_keys.create_key(maria, "CI")
    clock.advance(days=41, hours=23)
    assert read(adam) == [
        {
            "user_id": "maria",
            "masked_key": "••••" + text_of(secret)[-4:],
            "status": "active",
            "key_age_days": "41",
            "last_used": "never",
            "key_id": str(key.key_id),
            "label": "CI",
            "created_at": "2026-11-24T06:00:00Z",
            "expires_at": "never",
            "state": "active",
            "deactivated_at": "",
            "deactivated_by": "",
            "deactivation_reason": "",
            "last_used_from": "",
        }
    ]


def test_the_last_use_is_iso_8601(clock: Clock, maria: Actor, adam: Actor) -> None:
    """A used key has the exact time and the place of its last use."""
    api_keys.create_key(maria, "CI")
    ApiKeyRow.update(last_used_at=clock.now, last_used_from="10.0.0.9").execute()
    (row,) = read(adam)
    assert (row["last_used"], row["last_used_from"]) == (
        "2026-11-24T06:00:00Z",
        "10.0.0.9",
    )


def test_a_use_from_nowhere_known_is_not_never(clock: Clock, maria: Actor, adam: Actor) -> None:
    """It was used, and from where is no information; a key that was never used has neither."""
    api_keys.create_key(maria, "used")
    ApiKeyRow.update(last_used_at=clock.now).execute()
    api_keys.create_key(maria, "new")
    assert [(row["last_used"], row["last_used_from"]) for row in read(adam)] == [
        ("2026-11-24T06:00:00Z", "no_information"),
        ("never", ""),
    ]


def test_the_age_stops_at_the_deactivation(clock: Clock, maria: Actor, adam: Actor) -> None:
    """A dead key grows no older, and says who ended it, when and why."""
    key, _ = api_keys.create_key(maria, "CI")
    clock.advance(days=7)
    api_keys.deactivate_key(adam, key.key_id, "seen on a forum")
    clock.advance(days=300)
    (row,) = read(adam)
    assert (row["status"], row["state"], row["key_age_days"]) == (
        "inactive",
        "deactivated",
        "7",
    )
    assert (row["deactivated_at"], row["deactivated_by"]) == (
        "2026-12-01T06:00:00Z",
        "adam",
    )
    assert row["deactivation_reason"] == "seen on a forum"


def test_a_key_of_an_inactive_owner_is_inactive(maria: Actor, adam: Actor) -> None:
    """The status says that it does not work, the state says why."""
    api_keys.create_key(maria, "CI")
    users.deactivate_user(adam, "maria", "left")
    (row,) = read(adam)
    assert (row["status"], row["state"]) == ("inactive", "owner inactive")


def test_every_key_of_the_system_is_a_row(person: MakePerson, host: Actor) -> None:
    """All of everybody's keys, by User ID and then by number; administrators have none."""
    for name in ("noor", "maria", "astrid"):
        actor = person(name)
        for number in range(3):
            api_keys.create_key(actor, f"{name} {number}")
    person("adam", Role.ADMINISTRATOR)
    assert [row["label"] for row in read(host)] == [
        f"{name} {number}" for name in ("astrid", "maria", "noor") for number in range(3)
    ]


@pytest.mark.parametrize("label", FORMULAS.values(), ids=FORMULAS)
def test_no_cell_is_a_formula(maria: Actor, adam: Actor, label: str) -> None:
    """What a spreadsheet would calculate is text, in the label and in the reason."""
    key, _ = api_keys.create_key(maria, label)
    api_keys.deactivate_key(maria, key.key_id, label)
    (row,) = read(adam)
    assert row["label"] == row["deactivation_reason"] == "'" + label
    (line,) = written(adam, Format.JSONL).splitlines()
    assert json.loads(line)["label"] == label, "JSON is no spreadsheet"


@pytest.mark.parametrize("raw", [" =1+1", "\t=1", "\r=1", "\n=1", "\0=1", "\u200b=1", "\x1b=1"])
def test_a_formula_behind_something_invisible_is_none_either(
    maria: Actor, adam: Actor, engine: str, raw: str
) -> None:
    """A label that came by another way is held to the same."""
    if engine == "postgresql" and "\0" in raw:
        pytest.skip("PostgreSQL's text holds no NUL")
    api_keys.create_key(maria, "CI")
    ApiKeyRow.update(label=raw).execute()
    (row,) = read(adam)
    assert row["label"].startswith("'")
    assert row["label"].lstrip("' ") == "=1" + "+1" * raw.endswith("+1")


@pytest.mark.parametrize(
    "label", ['say "hi", then go', "a;b,c|d", "naïve 日本 🚀", "'quoted'", "1e5", "007"]
)
def test_any_label_is_read_back_as_it_is(maria: Actor, adam: Actor, label: str) -> None:
    """Quotes, separators and scripts survive the way through CSV and JSON."""
    api_keys.create_key(maria, label)
    (row,) = read(adam)
    (line,) = written(adam, Format.JSONL).splitlines()
    assert row["label"] == json.loads(line)["label"] == label


def test_what_acts_on_a_terminal_is_dropped(maria: Actor, adam: Actor) -> None:
    """``cat report`` is safe even when a label came by another way."""
    api_keys.create_key(maria, "CI")
    hostile = "a\x1b]52;c;eA==\x07\x9b31m\u202eb"
    ApiKeyRow.update(
        label=hostile, deactivated_at=1, deactivated_by="maria", deactivation_reason=hostile
    ).execute()
    for form in Format:
        text = written(adam, form)
        assert not set(text) & set("\x1b\x07\x9b\u202e")
        assert "\\u001b" not in text


def test_a_json_line_has_the_same_columns(maria: Actor, adam: Actor) -> None:
    """Every line is an object with the columns in their order; numbers are numbers."""
    api_keys.create_key(maria, "CI")
    api_keys.create_key(maria, "CD")
    lines = [json.loads(line) for line in written(adam, Format.JSONL).splitlines()]
    assert [list(line) for line in lines] == [list(report_lines.COLUMNS)] * 2
    assert (lines[0]["key_age_days"], lines[0]["key_id"]) == (0, 1)
    assert (lines[0]["last_used"], lines[0]["deactivated_at"]) == ("never", None)


def test_no_key_text_and_no_digest_is_in_the_report(maria: Actor, adam: Actor) -> None:
    """The report masks like everything else."""
    _, secret = api_keys.create_key(maria, "CI")
    for form in Format:
        text = written(adam, form)
        assert text_of(secret)[-4:] in text
        assert text_of(secret)[-5:] not in text
        assert secret.digest().hex() not in text


def test_file_and_stream_are_the_same(
    clock: Clock, maria: Actor, adam: Actor, tmp_path: Path
) -> None:
    """Where to a report goes does not change a byte of it; its lines end as RFC 4180 says."""
    api_keys.create_key(maria, "CI")
    report.export(adam, Format.CSV, tmp_path / "report.csv")
    whole = (tmp_path / "report.csv").read_bytes()
    assert whole == written(adam).encode()
    assert whole.count(b"\r\n") == whole.count(b"\n") == 2


@pytest.mark.parametrize("form", Format)
def test_the_proposed_name_is_dated(clock: Clock, form: Format) -> None:
    """A file name without a colon or a space, that sorts by time."""
    assert report.proposed_name(form) == f"account-api-keys-20261124-060000.{form}"


@pytest.fixture
def world(clock: Clock, maria: Actor, adam: Actor, person: MakePerson) -> None:
    """Make keys of several ages and uses."""
    for label in ("old", "used", "dead"):
        key, _ = api_keys.create_key(maria, label)
    api_keys.deactivate_key(maria, key.key_id, "lost")
    api_keys.create_key(person("noor"), "noors")
    clock.advance(days=60)
    ApiKeyRow.update(last_used_at=clock.now).where(ApiKeyRow.label == "used").execute()
    clock.advance(days=40)
    api_keys.create_key(signed_in("maria"), "new")


@pytest.mark.parametrize(
    ("selection", "labels"),
    [
        (Selection(), ["old", "used", "dead", "new", "noors"]),
        (Selection(active=True), ["old", "used", "new", "noors"]),
        (Selection(owner="Noor"), ["noors"]),
        (Selection(idle_days=45), ["old", "dead", "noors"]),
        (Selection(older_days=100), ["old", "used", "dead", "noors"]),
        (Selection(older_days=101), []),
        (Selection(active=True, owner="maria", idle_days=45), ["old"]),
    ],
    ids=lambda value: value.words if isinstance(value, Selection) else "",
)
def test_a_report_is_of_the_keys_that_were_chosen(
    clock: Clock, world: None, selection: Selection, labels: list[str]
) -> None:
    """Everything that is given holds; idle counts from the later of creation and last use."""
    stream = io.BytesIO()
    number = report.export_to_stream(signed_in("adam"), Format.JSONL, stream, selection)
    found = [json.loads(line)["label"] for line in stream.getvalue().splitlines()]
    assert (number, found) == (len(labels), labels)
    sha256 = hashlib.sha256(stream.getvalue()).hexdigest()
    assert trail()[-1].detail == (
        f"{len(labels)} rows{selection.words} as jsonl to a stream, SHA-256 {sha256}"
    )


def test_a_report_of_nobody_is_refused(adam: Actor) -> None:
    """Whose keys there are none of, because there is no such person, is said."""
    with pytest.raises(BadInput, match="There is no user noor"):
        report.export_to_stream(adam, Format.CSV, io.BytesIO(), Selection(owner="noor"))
