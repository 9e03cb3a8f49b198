"""Stale keys: what each filter finds, counted and listed alike, and used by the report."""

import hashlib
from collections.abc import Callable

import pytest

from keytui.domain.clock import DAY, SECOND
from keytui.domain.errors import BadInput, Refused
from keytui.domain.pages import Wanted
from keytui.domain.records import Actor
from keytui.services import key_lists, report_selection, stale, users
from keytui.services.stale import Stale
from keytui.storage import models, ordered
from keytui.storage.database import reading, transaction
from keytui.storage.models import ApiKeyRow, UserRow
from tests.support import Clock, MakePerson

Add = Callable[..., int]


@pytest.fixture
def add(clock: Clock, maria: Actor) -> Add:
    """Put a key into the database; times are days before now, ``ends`` days after."""
    numbers = iter(range(10_000))

    def key(  # noqa: PLR0913 - a key has this many sides
        owner: Actor = maria,
        *,
        age: float = 1,
        used: float | None = None,
        ends: float | None = 100,
        confirmed: bool = True,
        ended: bool = False,
    ) -> int:
        n = next(numbers)
        with transaction():
            row = ApiKeyRow.create(
                owner=owner.row_id,
                created_by=owner.row_id,
                label=f"key {n}",
                label_folded=f"key {n}",
                scheme=1,
                digest=hashlib.sha256(b"%d" % n).digest(),
                last_four=f"{n:04}",
                created_at=clock.now - round(age * DAY),
                expires_at=None if ends is None else clock.now + round(ends * DAY),
                confirmed_at=clock.now - round(age * DAY) if confirmed else None,
                last_used_at=None if used is None else clock.now - round(used * DAY),
                deactivated_at=clock.now if ended else None,
                deactivated_by="adam" if ended else None,
                deactivation_reason="over" if ended else None,
            )
        return int(row.id)

    return key


def found(actor: Actor, which: Stale) -> list[int]:
    """Return the keys that a list with this filter holds, and find them counted alike."""
    wanted = Wanted("Key ID", filter=which)
    rows = [key.key_id for key in key_lists.page(actor, wanted, None).rows]
    assert key_lists.count(actor, wanted, None) == stale.count(actor)[which] == len(rows)
    return rows


@pytest.mark.parametrize(
    ("which", "inside", "outside"),
    [
        (Stale.NEVER_USED, {"used": None}, {"used": 0.5}),
        (Stale.IDLE, {"age": 45}, {"age": 44.9}),
        (Stale.IDLE, {"age": 300, "used": 45}, {"age": 300, "used": 44.9}),
        (Stale.IDLE, {"age": 45, "used": 300}, {"age": 1, "used": 300}),
        (Stale.OLD, {"age": 90, "used": 0}, {"age": 89.9, "used": 0}),
        (Stale.NEVER_EXPIRES, {"ends": None}, {"ends": 3_000}),
        (Stale.EXPIRING, {"ends": 30}, {"ends": 30.1}),
        (Stale.EXPIRING, {"ends": 0.1}, {"ends": None}),
        (Stale.NOT_CONFIRMED, {"confirmed": False}, {"confirmed": False, "used": 0}),
        (Stale.NOT_CONFIRMED, {"confirmed": False}, {"confirmed": True}),
    ],
)
def test_a_filter_finds_what_it_says_to_the_day(
    adam: Actor, add: Add, which: Stale, inside: dict[str, float], outside: dict[str, float]
) -> None:
    """A key on the border is found, one just beside it is not; idle counts from the later time."""
    used = {} if "used" in inside or which is Stale.NEVER_USED else {"used": None}
    expected = add(**{**used, **inside})
    add(**outside)
    assert found(adam, which) == [expected]


@pytest.mark.parametrize("which", Stale)
def test_no_filter_finds_a_key_that_has_ended(
    adam: Actor, maria: Actor, person: MakePerson, add: Add, which: Stale
) -> None:
    """Deactivated and expired keys are left out of every filter, whatever else they are."""
    leaver = person("ben")
    for given in ({"ended": True}, {"ends": -0.1}):
        add(leaver, age=400, confirmed=False, **given)  # type: ignore[arg-type]  # one of each
    users.deactivate_user(adam, "ben", "left")
    assert found(adam, which) == []


def test_keys_of_an_inactive_owner_are_found(adam: Actor, person: MakePerson, add: Add) -> None:
    """The keys that a deactivated person left behind have a filter of their own."""
    left = add(person("ben"))
    add()
    assert found(adam, Stale.OWNER_INACTIVE) == []
    users.deactivate_user(adam, "ben", "left")
    assert found(adam, Stale.OWNER_INACTIVE) == [left]


def test_a_filter_holds_together_with_a_text_and_an_owner(
    adam: Actor, maria: Actor, person: MakePerson, add: Add
) -> None:
    """A filter, a text and a person narrow the list together."""
    add(age=100)
    noors = person("noor")
    first, second = add(noors, age=100), add(noors, age=100)
    wanted = Wanted("Key ID", filter=Stale.OLD, containing="noor")
    assert [key.key_id for key in key_lists.page(adam, wanted, None).rows] == [first, second]
    of_one = Wanted("Key ID", filter=Stale.OLD, containing=f"key {second - 1}")
    assert [key.key_id for key in key_lists.page(adam, of_one, "noor").rows] == [second]


def test_pages_of_a_long_filter_are_slices_of_it(
    adam: Actor, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a filter finds more than is remembered, its pages follow each other all the same."""
    monkeypatch.setattr(ordered, "FEW", 5)
    keys = [add(age=100 + n % 3, used=None if n % 2 else 0) for n in range(40)]
    wanted = Wanted("Key ID", filter=Stale.NEVER_USED, size=7)
    first = key_lists.page(adam, wanted, None)
    assert first.total is None
    total = key_lists.count(adam, wanted, None)
    rest = [
        key.key_id
        for start in range(0, total, 7)
        for key in key_lists.page(
            adam, Wanted("Key ID", filter=Stale.NEVER_USED, size=7, start=start, total=total), None
        ).rows
    ]
    assert rest == keys[1::2]


def test_the_report_means_the_same_by_idle_and_older(adam: Actor, add: Add, clock: Clock) -> None:
    """The report's days and the filters are one definition."""
    add(age=45)
    add(age=300, used=10)
    add(age=300, used=300)
    selection = report_selection.Selection
    for which, chosen in (
        (Stale.IDLE, selection(idle_days=stale.IDLE_DAYS)),
        (Stale.OLD, selection(older_days=stale.OLD_DAYS)),
    ):
        with reading():
            query = ApiKeyRow.select(ApiKeyRow.id).join(UserRow, on=(ApiKeyRow.owner == UserRow.id))
            rows = query.where(*chosen.conditions(clock.now)).order_by(ApiKeyRow.id)
            assert [row.id for row in rows] == found(adam, which)


def test_no_keys_are_counted_as_none(adam: Actor) -> None:
    """An empty database has a zero for every filter."""
    assert stale.count(adam) == dict.fromkeys(Stale, 0)


def test_counts_and_filters_of_all_keys_are_an_administrator_s(adam: Actor, maria: Actor) -> None:
    """A user is refused, and a filter that is none is refused to everybody."""
    with pytest.raises(Refused, match="view only your own"):
        stale.count(maria)
    with pytest.raises(Refused, match="view only your own"):
        key_lists.page(maria, Wanted(filter=Stale.OLD), None)
    with pytest.raises(BadInput, match="A filter is one of never-used, idle, "):
        key_lists.page(adam, Wanted(filter="1=1 OR"), None)


def test_a_filter_knows_the_end_to_the_microsecond(adam: Actor, add: Add, clock: Clock) -> None:
    """A key is expiring until the very instant of its end, then it is in no filter."""
    key = add(ends=1)
    clock.now += DAY - 1
    assert found(adam, Stale.EXPIRING) == [key]
    clock.now += SECOND
    assert found(adam, Stale.EXPIRING) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("which", [which for which in Stale if which is not Stale.OWNER_INACTIVE])
@pytest.mark.usefixtures("database")
def test_a_filter_walks_along_the_table(which: Stale) -> None:
    """Through the index of owners SQLite would look up a million rows all over the file."""
    where, values = stale.condition(which, 1)
    plan = models.database.execute_sql(
        f"EXPLAIN QUERY PLAN SELECT count(*) FROM api_key WHERE {where}", values
    ).fetchall()
    by_age = "SEARCH api_key USING INDEX api_key_created_at (created_at<?)"  # in the table's order
    first, *others = (step[-1] for step in plan)
    assert first == (by_age if which is Stale.OLD else "SCAN api_key")
    assert all("INDEX api_key_replaces_id" in step or "SUBQUERY" in step for step in others)
