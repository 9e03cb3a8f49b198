"""Long lists a page at a time: every page is the slice of the whole list that it says it is."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from keytui.domain.errors import BadInput, Refused
from keytui.domain.pages import Page, Wanted
from keytui.domain.records import Actor, ApiKey
from keytui.domain.text import folded
from keytui.services import audit, key_lists, user_lists
from keytui.storage import ordered
from keytui.storage.database import transaction
from keytui.storage.models import ApiKeyRow, UserRow
from tests.support import MakePerson

LABELS = ("laptop", "Laptop", "Élan", "elan", "50% off", "a_b", "c\\d", "zebra")
KEYS = 120
Read = Callable[[Wanted], Page[Any]]


def add_keys(owner: Actor, number: int = KEYS, first: int = 1) -> None:
    """Put many keys into the database: a third deactivated, some used, many alike."""
    rows: list[dict[str, object]] = []
    for n in range(first, first + number):
        ended = n % 3 == 0
        rows.append(
            {
                "owner": owner.row_id,
                "created_by": owner.row_id,
                "label": LABELS[n % len(LABELS)],
                "label_folded": folded(LABELS[n % len(LABELS)]),
                "scheme": 1,
                "digest": hashlib.sha256(b"%d" % n).digest(),
                "last_four": f"{n % 50:04}",
                "created_at": 1_000_000 * (n % 7 + 1),
                "last_used_at": n % 5 or None,
                "deactivated_at": 9_000_000 if ended else None,
                "deactivated_by": "adam" if ended else None,
                "deactivation_reason": "over" if ended else None,
            }
        )
    with transaction():
        ApiKeyRow.insert_many(rows).execute()


def walk(read: Read, wanted: Wanted, size: int) -> list[Any]:
    """Read a list page by page, each told what the one before found."""
    page = read(replace(wanted, size=size))
    rows = list(page.rows)
    while page.rows and len(rows) != page.total:
        known = replace(wanted, start=len(rows), size=size, total=page.total, among=page.among)
        page = read(replace(known, near=(len(rows) - 1, page.marks[-1])))
        rows += page.rows
    return rows


@pytest.fixture
def read(adam: Actor, maria: Actor, person: MakePerson) -> Read:
    """Read everybody's keys as an administrator."""
    add_keys(maria)
    add_keys(person("noor"), 40, first=KEYS + 1)
    return lambda wanted: key_lists.page(adam, wanted, None)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ten rows be many, so that nothing is kept that has to be looked for again."""
    monkeypatch.setattr(ordered, "FEW", 10)


def sorted_by(order: str, rows: Sequence[ApiKey], *, down: bool) -> list[int]:
    """Sort keys as the list should be."""
    by: dict[str, Callable[[ApiKey], Any]] = {
        "Status": lambda key: key.deactivated_at is None,
        "Label": lambda key: folded(key.label),
        "Key ID": lambda key: 0,
        "Age": lambda key: key.created_at,
    }
    return [
        key.key_id
        for key in sorted(rows, key=lambda key: (by[order](key), key.key_id), reverse=down)
    ]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("order", key_lists.ORDERS)
@pytest.mark.parametrize("containing", ["", "LAP", "elan", "_", "0017", "noor"])
@pytest.mark.usefixtures("many")
def test_pages_are_slices_of_the_sorted_list(
    read: Read, order: str, down: bool, containing: str
) -> None:
    """In every order, both ways, with every filter: walked through, and jumped into anywhere."""
    everything = [key for key in walk(read, Wanted(), 100) if matches(key, containing)]
    wanted = Wanted(order, down, containing)
    expected = sorted_by(order, everything, down=down)
    assert [key.key_id for key in walk(read, wanted, 16)] == expected
    total = len(expected)
    marks = read(replace(wanted, size=total)).marks
    for start in (0, 1, total // 3, total // 2, max(total - 7, 0)):
        for near in (None, 0, total // 2, total - 1):
            known = None if near is None else (near, marks[near])
            for counted in (None, total) if containing else (total,):
                jump = replace(wanted, start=start, size=7, total=counted, near=known)
                page = read(jump)
                found = [key.key_id for key in page.rows]
                assert found == expected[page.start : page.start + 7], (start, near, counted)
                assert page.start == start


@pytest.mark.usefixtures("many")
def test_a_filter_of_accents_alone_finds_nothing(read: Read) -> None:
    """Folded nothing is left of it, which every key contains: a bulk act would take them all."""
    assert list(walk(read, Wanted(containing="\u0301"), 16)) == []


def matches(key: ApiKey, containing: str) -> bool:
    """Tell whether a key is to be found by a text."""
    sought = folded(containing)
    inside = [folded(key.label), key.last_four, str(key.key_id), key.user_id]
    return any(sought in each for each in inside)


@pytest.mark.usefixtures("many")
def test_a_row_is_found_wherever_it_stands(read: Read, adam: Actor) -> None:
    """A page around a row holds it, and starts where it says."""
    for wanted in (Wanted("Label"), Wanted("Age", down=True), Wanted("Label", containing="a")):
        everything = [key.key_id for key in walk(read, wanted, 50)]
        for key_id in (everything[0], everything[len(everything) // 2], everything[-1]):
            page = read(replace(wanted, around=key_id, size=9))
            found = [key.key_id for key in page.rows]
            assert key_id in found
            assert found == everything[page.start : page.start + len(found)]
    gone = read(Wanted("Label", containing="zebra", around=1, size=9))
    assert gone.start == 0
    assert {key.label for key in gone.rows} == {"zebra"}
    assert key_lists.count(adam, Wanted(containing="zebra"), None) == sum(
        key.label == "zebra" for key in walk(read, Wanted(), 100)
    )


def test_few_rows_are_looked_for_once(read: Read) -> None:
    """Of a rare text the first page tells all numbers, and the others read only their rows."""
    page = read(Wanted("Age", containing="zebra", size=5))
    assert page.among is not None
    assert page.total == len(page.among) > 5
    rest = read(Wanted("Age", containing="zebra", start=5, among=page.among))
    assert [key.key_id for key in (*page.rows, *rest.rows)] == list(page.among)


@pytest.mark.usefixtures("many")
def test_many_hits_are_counted_apart(read: Read, adam: Actor) -> None:
    """A page of a common text does not wait for the count."""
    wanted = Wanted("Age", containing="a", size=5)
    assert read(wanted).total is None
    assert key_lists.count(adam, wanted, None) == len(walk(read, wanted, 64))


@pytest.mark.usefixtures("many")
def test_rows_that_come_meanwhile_shift_nothing_read_by_a_neighbour(
    read: Read, maria: Actor
) -> None:
    """Somebody else's new keys do not make a row appear twice, or not at all."""
    wanted = Wanted("Key ID", down=True, size=20)
    first = read(wanted)
    add_keys(maria, 5, first=10_000)
    second = read(replace(wanted, start=20, total=first.total, near=(19, first.marks[-1])))
    numbers = [key.key_id for key in (*first.rows, *second.rows)]
    assert numbers == list(range(numbers[0], numbers[0] - 40, -1))


def test_active_keys_are_counted_as_they_work(adam: Actor, maria: Actor, read: Read) -> None:
    """Deactivated and expired keys, and those of inactive people, are not active."""
    keys = walk(read, Wanted(), 100)
    active = [key for key in keys if key.status == "active"]
    assert key_lists.count_active(adam) == len(active)
    assert key_lists.count_active(maria, "maria") == sum(key.user_id == "maria" for key in active)
    with transaction():
        UserRow.update(
            status="inactive", deactivated_at=1, deactivated_by="adam", deactivation_reason="left"
        ).where(UserRow.user_id == "noor").execute()
    assert key_lists.count_active(adam, "noor") == 0
    assert key_lists.count_active(adam) == key_lists.count_active(maria, "maria")


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("order", user_lists.ORDERS)
def test_people_in_every_order(adam: Actor, order: str, down: bool) -> None:
    """People are read in every order, a page at a time, each once, with their keys counted."""
    with transaction():
        UserRow.insert_many(
            {
                "user_id": f"user{n:03}",
                "role": "administrator" if n % 9 == 0 else "user",
                "status": "inactive" if n % 4 == 0 else "active",
                "created_at": n,
                "last_sign_in_at": n % 6 or None,
                "deactivated_at": 5 if n % 4 == 0 else None,
                "deactivated_by": None,
            }
            for n in range(90)
        ).execute()
    people = walk(lambda wanted: user_lists.page(adam, wanted), Wanted(order, down), 16)
    assert len({user.user_id for user in people}) == len(people) == 91
    by: dict[str, Callable[[Any], Any]] = {
        "User ID": lambda user: user.user_id,
        "Role": lambda user: user.role,
        "Status": lambda user: user.status,
        "Last sign-in": lambda user: user.last_sign_in_at or 0,
    }
    values = [by[order](user) for user in people]
    assert values == sorted(values, reverse=down)
    found = user_lists.page(adam, Wanted(containing="R08"))
    assert [user.user_id for user in found.rows] == [f"user08{n}" for n in range(10)]
    assert user_lists.count(adam, Wanted(containing="R08")) == 10


def test_events_are_read_from_both_ends(adam: Actor, maria: Actor, read: Read) -> None:
    """The trail is read a page at a time, newest or oldest first, of a user only their own."""
    for who in (adam, maria):
        down = walk(lambda wanted, who=who: audit.page(who, wanted), Wanted(down=True), 2)
        up = walk(lambda wanted, who=who: audit.page(who, wanted), Wanted(), 3)
        assert down == up[::-1]
        assert len(up) == audit.count(who, Wanted())
    assert audit.count(maria, Wanted()) < audit.count(adam, Wanted())


@pytest.mark.parametrize(
    "of", [lambda who, wanted: key_lists.page(who, wanted, None), user_lists.page]
)
def test_nobody_sorts_by_what_is_no_order(adam: Actor, of: Any) -> None:
    """An order that is none is refused, and is never part of a query."""
    with pytest.raises(BadInput, match="sorted by one of"):
        of(adam, Wanted("id; DROP TABLE user"))


def test_a_user_reads_no_list_of_others(maria: Actor, person: MakePerson) -> None:
    """All keys, others' keys and the people are an administrator's to read."""
    person("noor")
    for read in (
        lambda: key_lists.page(maria, Wanted(), None),
        lambda: key_lists.page(maria, Wanted(), "noor"),
        lambda: key_lists.count(maria, Wanted(), None),
        lambda: key_lists.count_active(maria),
        lambda: user_lists.page(maria, Wanted()),
        lambda: user_lists.count(maria, Wanted()),
    ):
        with pytest.raises(Refused):
            read()
