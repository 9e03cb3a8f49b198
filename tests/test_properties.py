"""Grammars by their properties: Hypothesis looks for the text that breaks one."""

import csv
import io
import json
import re
import string
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keytui.domain import audit_chain, clock, key_text, text, user_id
from keytui.domain.clock import SECOND
from keytui.domain.errors import BadInput
from keytui.domain.records import ApiKey
from keytui.domain.states import Status
from keytui.services import report_lines
from keytui.services.report_lines import Format
from keytui.settings import Settings, load
from keytui.storage.location import sqlite_path
from tests.corpus import EVERYTHING, FORMULAS
from tests.support import new_key_text, refusal_of, text_of

FIXED = settings(
    derandomize=True,
    deadline=None,
    max_examples=200,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ANY = st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from(
    [entry for entry in EVERYTHING.values() if len(entry) < 1_000]
)
"""Any text at all, lone surrogates too, and the corpus."""

BASE62 = st.sampled_from(key_text.ALPHABET)
DRAWN = st.builds(lambda: text_of(new_key_text()))


# -- key text


@FIXED
@given(ANY | st.from_regex(key_text.PATTERN, fullmatch=True))
def test_no_text_but_a_drawn_one_is_a_key_text(presented: str) -> None:
    """Nothing is raised, and what has the shape passes only with its checksum."""
    found = key_text.digest_of(presented)
    if found is not None:
        assert re.fullmatch("kt_[0-9A-Za-z]{49}", presented)
        assert key_text.checksum(presented[3:46].encode()) == presented[46:].encode()


@FIXED
@given(st.text(BASE62, min_size=43, max_size=43), st.integers(0, 51), ANY, st.integers(0, 50))
def test_a_key_text_with_one_mistake_never_passes(
    random_part: str, place: int, other: str, swapped: int
) -> None:
    """Changed, dropped, doubled or swapped characters are noticed by shape or checksum."""
    whole = f"kt_{random_part}{key_text.checksum(random_part.encode()).decode()}"
    assert key_text.digest_of(whole) is not None
    mistakes = {
        whole[:place] + other[:1] + whole[place + 1 :],
        whole[:place] + whole[place + 1 :],
        whole[:place] + whole[place] + whole[place:],
        whole[:swapped] + whole[swapped + 1] + whole[swapped] + whole[swapped + 2 :],
        whole + other,
        other + whole,
    }
    for mistake in mistakes - {whole}:
        assert key_text.digest_of(mistake) is None


# -- User ID


@FIXED
@given(ANY | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,70}"))
def test_a_user_id_is_what_its_grammar_says(typed: str) -> None:
    """It is taken in lower case exactly where ASCII in lower case fits; looking up never fails."""
    fits = typed.isascii() and re.fullmatch(r"[a-z0-9][a-z0-9._@+-]{0,63}", typed.lower())
    if fits:
        assert user_id.parse(typed) == user_id.folded(typed) == typed.lower()
    else:
        assert refusal_of(partial(user_id.parse, typed))
    assert user_id.folded(typed) in ("", typed.strip().lower())


# -- labels and reasons


@FIXED
@given(ANY | st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=250))
def test_what_is_taken_as_text_is_text(typed: str) -> None:
    """A label or reason that is taken is NFC, fits, and loses nothing on its way out."""
    for take, longest in ((text.label, 64), (text.reason, 200)):
        try:
            taken = take(typed)
        except BadInput:
            assert refusal_of(partial(take, typed))
            continue
        assert 1 <= len(taken) <= longest
        assert unicodedata.is_normalized("NFC", taken)
        assert not {unicodedata.category(each)[0] for each in taken} & {"C"}
        assert text.harmless(taken) == taken
        assert take(taken) == taken


@FIXED
@given(ANY)
def test_harmless_text_can_be_written_anywhere(shown: str) -> None:
    """What is left has no control character and is UTF-8; a second time nothing is dropped."""
    left = text.harmless(shown)
    left.encode("utf-8")
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in left)
    assert text.harmless(left) == left


# -- settings and locations


@FIXED
@given(st.sampled_from(sorted(Settings.__slots__)), ANY | st.integers().map(str))
def test_a_setting_fits_or_is_said(name: str, value: str) -> None:
    """Any value of any variable is taken, within its range, or refused in one sentence."""
    variable = f"KEYTUI_{name.upper()}"
    refused = refusal_of(partial(load, {}, {variable: value}, Path("/nonexistent")))
    assert refused.startswith(f"{variable} must be ") or not refused
    if not refused:
        chosen = load({}, {variable: value}, Path("/nonexistent"))
        assert 1 <= chosen.idle_minutes <= 1_440
        assert 5 <= chosen.clear_seconds <= 600
        assert 10 <= chosen.reveal_seconds <= 900


@FIXED
@given(
    ANY,
    st.sampled_from(["", "~", "~/", "/", "sqlite:///", "sqlite:////", "postgresql://", "file:"]),
)
def test_a_location_is_an_absolute_path_or_is_said(location: str, start: str) -> None:
    """Whatever names a database gives one absolute path that can be written down, or a sentence."""
    whole = start + location
    if not refusal_of(partial(sqlite_path, whole)):
        path = sqlite_path(whole)
        assert path.startswith("/")
        assert text.harmless(path) == path
        assert sqlite_path(path) == path


# -- audit chain

EVENT = st.tuples(
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.none() | st.integers(1, 99),
    *([ANY] * 4),
    st.none() | st.integers(1, 99),
    *([ANY] * 2),
)


def canonical(event: tuple[object, ...], previous: bytes) -> str:
    """Return the text of an event that is hashed."""
    fields = dict(zip(audit_chain.HASHED, event, strict=True))
    return audit_chain._encode(fields | {"previous_hash": previous.hex()})


@FIXED
@given(EVENT, st.binary(min_size=32, max_size=32))
def test_the_canonical_form_holds_the_whole_event(
    event: tuple[object, ...], previous: bytes
) -> None:
    """It is read back value for value: two different events never have one form."""
    read = json.loads(canonical(event, previous))
    assert tuple(read[name] for name in audit_chain.HASHED) == event
    assert bytes.fromhex(read["previous_hash"]) == previous


@FIXED
@given(EVENT, EVENT, st.integers(0, 9), st.binary(min_size=32, max_size=32))
def test_an_event_that_differs_anywhere_has_another_hash(
    event: tuple[object, ...], other: tuple[object, ...], place: int, previous: bytes
) -> None:
    """Changing any one value, or the hash before it, changes the hash."""
    key = b"k" * 32
    changed = (*event[:place], other[place], *event[place + 1 :])
    try:
        hashes = [audit_chain.link(key, each, previous) for each in (event, changed)]
    except UnicodeEncodeError:  # half a surrogate pair: no database gives one back
        assume(False)
    assert (hashes[0] == hashes[1]) == (event == changed)
    moved = audit_chain.link(key, event, audit_chain.START)
    assert (moved == hashes[0]) == (previous == audit_chain.START)


@FIXED
@given(st.integers(1, 10**18 - 1), st.text(string.hexdigits, min_size=16, max_size=64), ANY)
def test_a_head_is_read_as_it_was_written(number: int, digits: str, other: str) -> None:
    """A printed head comes back; anything else is refused in one sentence."""
    head = audit_chain.Head(number, digits.lower())
    assert audit_chain.Head.parse(f" {head}\n") == head
    if not refusal_of(partial(audit_chain.Head.parse, other)):
        assert re.fullmatch(r"\s*[0-9]+:[0-9a-fA-F]+\s*", other)


# -- the report

CELL = ANY | st.builds(str.__add__, st.sampled_from(sorted(FORMULAS.values())), ANY)
STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP "CSV Injection")."""


def _report(form: Format, labels: list[str]) -> str:
    """Write a report on keys with these labels, as the database would give them."""
    rows = [
        ("maria", "active", "wxyz", number, label, 1, None, 2, label, 3, label, label, None)
        for number, label in enumerate(labels, 1)
    ]
    return report_lines.head(form) + report_lines.lines(form, 0)(rows)


@FIXED
@given(st.lists(CELL, min_size=1, max_size=3))
def test_the_csv_is_read_back_and_is_no_formula(labels: list[str]) -> None:
    """Any reader finds each text again, behind at most one quote, and no cell is a formula."""
    whole = _report(Format.CSV, labels)
    found = list(csv.DictReader(io.StringIO(whole, newline=""), strict=True))
    assert len(found) == len(labels)
    for row, label in zip(found, map(text.harmless, labels), strict=True):
        assert list(row) == list(report_lines.COLUMNS)
        assert not any(cell.lstrip(" ").startswith(STARTS) for cell in row.values())
        quote = "'" if label.lstrip(" ").startswith(STARTS) else ""
        for column in ("label", "last_used_from", "deactivated_by", "deactivation_reason"):
            assert row[column] == quote + label


@FIXED
@given(st.lists(CELL, min_size=1, max_size=3))
def test_json_lines_are_read_back(labels: list[str]) -> None:
    """Each row is one line, whatever counts as a line's end in a label, and holds it unchanged."""
    whole = _report(Format.JSONL, labels).encode("utf-8").decode("utf-8")
    found = [json.loads(line) for line in whole.splitlines()]
    assert [row["label"] for row in found] == [text.harmless(label) for label in labels]
    assert all(list(row) == list(report_lines.COLUMNS) for row in found)


# A time that keytui could have written: years 1970 to 9999.
TIME = st.integers(0, 253_402_300_799 * SECOND)
ROW = st.tuples(
    *(CELL, st.sampled_from(["active", "inactive"]), st.text(min_size=4, max_size=4)),
    *(st.integers(-(2**63), 2**63 - 1), CELL, TIME, st.none() | TIME, st.none() | TIME),
    *(st.none() | CELL, st.none() | TIME, st.none() | CELL, st.none() | CELL),
    st.none() | st.integers(1, 2**63 - 1),
)


@FIXED
@given(st.lists(ROW, max_size=4), TIME)
def test_the_report_is_quick_and_says_what_the_record_says(
    rows: list[tuple[Any, ...]], present: int
) -> None:
    """The same bytes as Python's own csv and json write, one value after the other."""
    table, objects = io.StringIO(newline=""), io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(report_lines.COLUMNS)
    for row in rows:
        user_id, owner, four, number, label, born, expires, used, origin, ended, by, why, next_ = (
            row
        )
        key = ApiKey(
            *(number, user_id, Status(owner), label, four, born, expires, None, used, origin),
            *(ended, by, why, present),
            replaced_by=next_,
        )
        values = [
            *(key.user_id, key.masked, key.status),
            *(clock.days(born, present if ended is None else ended), _iso(used) or "never"),
            *(number, label, _iso(born), _iso(expires) or "never", key.state),
            *(
                _iso(ended),
                by,
                why,
                origin if origin is not None or used is None else "no_information",
            ),
        ]
        said = [text.harmless(each) if isinstance(each, str) else each for each in values]
        line = json.dumps(dict(zip(report_lines.COLUMNS, said, strict=True)), ensure_ascii=False)
        objects.write(line + "\n")
        writer.writerow(
            [
                each if isinstance(each, int) else "'" * _is_formula(each or "") + (each or "")
                for each in said
            ]
        )
    for form, expected in ((Format.CSV, table), (Format.JSONL, objects)):
        written = report_lines.head(form) + report_lines.lines(form, present)(rows)
        assert written == expected.getvalue()


def _iso(at: int | None) -> str | None:
    return None if at is None else clock.iso(at)


def _is_formula(cell: str) -> bool:
    return cell.lstrip(" ").startswith(STARTS)
