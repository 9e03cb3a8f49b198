"""Keys that end soon: whom it is told, who may list them, and the calendar of them."""

import io
import re
import stat
from pathlib import Path

import pytest

from keytui.domain import calendar
from keytui.domain.clock import DAY, HOUR, MINUTE
from keytui.domain.errors import BadInput
from keytui.domain.overlap import Overlap
from keytui.domain.records import Actor
from keytui.services import api_keys, calendar_file, expiring, rotation, sign_in, stale, users
from keytui.services.stale import Stale
from tests.support import HERE, PASSWORD, Clock, MakePerson, signed_in


def ending(clock: Clock, owner: Actor, label: str, length: int) -> int:
    """Create a key that ends after ``length``; return its number."""
    return api_keys.create_key(owner, label, expires_at=clock.now + length)[0].key_id


def told(user_id: str) -> tuple[str, ...]:
    """Return what a person is told at their sign-in."""
    entered = sign_in.sign_in(user_id, PASSWORD, HERE)
    assert isinstance(entered, sign_in.SignedIn)
    return entered.notices


def test_a_person_is_told_at_sign_in_which_keys_end_soonest(clock: Clock, maria: Actor) -> None:
    """Those of the nearest of 1, 7 and 30 days by name, the others of 30 days by number."""
    ending(clock, maria, "nightly", 6 * DAY)
    ending(clock, maria, "ci-runner", 3 * DAY)
    ending(clock, maria, "deploy", 20 * DAY)
    ending(clock, maria, "laptop", 31 * DAY)
    assert told("maria") == (
        (
            "2 of your keys expire within 7 days: ci-runner in 3 d, nightly in 6 d; "
            "1 more within 30 days."
        ),
    )


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (31 * DAY, None),
        (30 * DAY, "within 30 days: CI in 30 d."),
        (7 * DAY, "within 7 days: CI in 7 d."),
        (DAY, "within 1 day: CI in 1 d."),
        (5 * MINUTE, "within 1 day: CI in 5 min."),
        (0, None),
        (-DAY, None),
    ],
)
def test_the_warnings_are_30_7_and_1_day_ahead(
    clock: Clock, maria: Actor, before: int, words: str | None
) -> None:
    """Nothing is said before, and nothing of a key that has ended."""
    ending(clock, maria, "CI", 40 * DAY)
    clock.now += 40 * DAY - before
    assert told("maria") == (() if words is None else (f"1 of your keys expires {words}",))


def test_many_keys_and_long_labels_do_not_fill_the_screen(clock: Clock, maria: Actor) -> None:
    """Three are named, each with 20 characters at most."""
    for _ in range(5):
        ending(clock, maria, "x" * 64, HOUR)
    short = "x" * 17 + "..."
    assert told("maria") == (
        f"5 of your keys expire within 1 day: {', '.join([f'{short} in 1 h'] * 3)}, ....",
    )


def test_dead_keys_and_other_people_s_are_not_told(
    clock: Clock, maria: Actor, person: MakePerson
) -> None:
    """Only what works and is one's own."""
    key = ending(clock, maria, "CI", DAY)
    api_keys.deactivate_key(maria, key, "lost")
    ending(clock, person("ben"), "his", DAY)
    assert told("maria") == ()


def test_a_user_lists_their_own_and_an_administrator_all(
    clock: Clock, maria: Actor, adam: Actor, host: Actor, person: MakePerson
) -> None:
    """The first to end comes first; whose owner left is not among them."""
    ben, noor = person("ben"), person("noor")
    late = ending(clock, maria, "late", 5 * DAY)
    ending(clock, maria, "later", 8 * DAY)
    soon = ending(clock, ben, "soon", DAY)
    ending(clock, noor, "left", DAY)
    users.deactivate_user(adam, "noor", "left")
    assert [key.key_id for key in expiring.each(maria, 7)] == [late]
    for actor in (adam, host):
        assert [key.key_id for key in expiring.each(actor, 7)] == [soon, late]


def test_a_rotated_key_ends_on_purpose_and_nobody_is_told(
    clock: Clock, maria: Actor, adam: Actor
) -> None:
    """Neither its owner at sign-in, nor a list or calendar, nor a card; until then they are."""
    key = ending(clock, maria, "CI", 40 * DAY)
    api_keys.confirm_key(maria, key)
    clock.now += 39 * DAY
    assert [one.key_id for one in expiring.each(adam, 30)] == [key]
    assert stale.count(adam)[Stale.EXPIRING] == len(told("maria")) == 1
    rotation.rotate(maria, key, Overlap.HOUR)
    assert list(expiring.each(adam, 30)) == []
    assert stale.count(adam)[Stale.EXPIRING] == len(told("maria")) == 0


def test_keys_that_end_at_one_moment_are_all_listed_once(
    clock: Clock, maria: Actor, host: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few are read at once: a policy gives many keys the same end."""
    monkeypatch.setattr(expiring, "_BATCH", 2)
    keys = [ending(clock, maria, "CI", DAY) for _ in range(7)]
    assert [key.key_id for key in expiring.each(host, 1)] == keys


def parsed(written: bytes) -> list[list[tuple[str, str]]]:
    """Read a calendar as RFC 5545 says; return the properties of each event, alarms among them."""
    assert written.endswith(b"\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    lines = written.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "PRODID:-//keytui//keytui//EN"} < set(lines)
    events: list[list[tuple[str, str]]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append([])
        elif events:
            events[-1].append((name, re.sub(r"\\(.)", r"\1", value)))
    return events


HOSTILE = (
    "a;b,c\\d:e",
    "\\n is no line",
    "BEGIN:VEVENT",
    "é" * 64,
    "\U0001f511" * 64,
    '="=1+1"',
)


@pytest.mark.parametrize("label", HOSTILE)
def test_the_calendar_says_what_the_key_says(clock: Clock, maria: Actor, label: str) -> None:
    """Escaped and folded on the way out, it reads the same on the way in, and is one event."""
    key = ending(clock, maria, label, 20 * DAY)
    written = io.BytesIO()
    assert calendar_file.to_stream(expiring.each(maria, 30), written) == 1
    (event,) = parsed(written.getvalue())
    found = dict(reversed(event))
    assert found["SUMMARY"] == (
        f"API key {key} {api_keys.list_keys(maria)[0].masked} of maria expires: {label}"
    )
    assert (found["DTSTART"], found["DTSTAMP"]) == ("20261214T060000Z", "20261124T060000Z")
    assert found["TRIGGER"] == "-P7D"


def test_an_event_s_name_stays_and_is_the_key_s_alone(clock: Clock, maria: Actor) -> None:
    """A calendar that reads it again moves the event instead of adding one."""
    ending(clock, maria, "CI", 20 * DAY)
    ending(clock, maria, "CI", 20 * DAY)

    def names() -> list[str]:
        return [
            line
            for key in expiring.each(maria, 30)
            for line in calendar.event(key, clock.now)
            if line.startswith("UID:")
        ]

    before = names()
    assert len(set(before)) == 2
    clock.advance(days=3)
    assert names() == before


def test_a_calendar_file_is_private_and_replaced_whole(
    clock: Clock, maria: Actor, tmp_path: Path
) -> None:
    """Cron writes it again and again; nothing else is left in the folder."""
    place = tmp_path / "calendar" / "keys.ics"
    place.parent.mkdir()
    assert calendar_file.to_file(expiring.each(maria, 30), place) == 0
    assert parsed(place.read_bytes()) == []
    ending(clock, maria, "CI", DAY)
    assert calendar_file.to_file(expiring.each(maria, 30), place) == 1
    assert len(parsed(place.read_bytes())) == 1
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(place.parent.iterdir()) == [place]


@pytest.mark.parametrize(
    "name", ["keys.txt", "keytui.db", "nowhere/keys.ics", "folder.ics", "a\0.ics"]
)
def test_a_place_that_cannot_hold_a_calendar_is_refused(
    maria: Actor, tmp_path: Path, name: str
) -> None:
    """One sentence, and nothing is written or replaced."""
    (tmp_path / "work" / "folder.ics").mkdir(parents=True)
    with pytest.raises(BadInput, match="choose another place"):
        calendar_file.to_file(expiring.each(maria, 30), tmp_path / "work" / name)
    assert [file.name for file in (tmp_path / "work").iterdir()] == ["folder.ics"]


def test_a_person_who_signs_in_is_in_whatever_ends(clock: Clock, maria: Actor) -> None:
    """A notice is no refusal."""
    ending(clock, maria, "CI", DAY)
    assert signed_in("maria").user_id == "maria"
