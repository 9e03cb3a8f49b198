"""``keytui demo --database``: a database of any size, to keep."""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from keytui.domain.errors import Cancelled
from keytui.services import demo, population
from keytui.services.population import Population
from tests.benchmarks.generate import PRESENT
from tests.support import keytui, said

SMALL = Population(users=600, keys=2_500, present=PRESENT)


def rows_of(path: Path, query: str) -> list[tuple[object, ...]]:
    """Run a query on a database, past keytui."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is to be."""
    return tmp_path / "large.db"


def test_the_command_makes_what_it_says(path: Path) -> None:
    """So many people and keys; the sentence on how to open it is true, and nothing lies beside."""
    answer = keytui("demo", "--database", path, "--users", "30", "--keys", "90")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        f"keytui --database {path} opens it: sign in as maria (administrator) or akira; "
        f"everybody's password is {demo.PASSWORD}\n"
    )
    assert sorted(os.listdir(path.parent)) == ["large.db", "large.db.audit-key"]
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert rows_of(path, 'SELECT (SELECT count(*) FROM "user"), count(*) FROM api_key') == [
        (30, 90)
    ]
    typed = f"{demo.PASSWORD}\n"
    for name, code in (("maria", 0), ("akira", 1)):
        answer = keytui("--database", path, "user", "list", "--user", name, typed=typed)
        assert answer.code == code
    listed = keytui("--database", path, "key", "list", "--user", "akira", typed=typed)
    assert listed.out.count("\n") == 3


def test_its_rules_and_its_audit_chain_are_whole(path: Path) -> None:
    """Its guards are in force, its chain is unbroken, and each key's creation is an event."""
    population.make(path, SMALL)
    checked = keytui("--database", path, "audit", "check")
    assert (checked.code, checked.out[:6]) == (0, "Whole:")
    assert keytui("--database", path, "doctor").out.count("problem") == 0
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="kt_key_kept"):
            connection.execute("DELETE FROM api_key")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    events = dict(rows_of(path, "SELECT action, count(*) FROM audit_event GROUP BY 1"))
    assert (events["user:create"], events["api_key:create"]) == (600, 2_500)
    assert rows_of(
        path,
        "SELECT count(*) FROM audit_event AS e WHERE at < "
        "(SELECT at FROM audit_event WHERE id = e.id - 1)",
    ) == [(0,)]


def test_it_has_everything_that_there_is(path: Path) -> None:
    """Keys in every state, used and never used; people who left; administrators, without keys."""
    population.make(path, SMALL)
    lines = keytui("--database", path, "export").out.splitlines()[1:]
    states = Counter(line.split(",")[9] for line in lines)
    assert set(states) == {'"active"', '"deactivated"', '"expired"', '"owner inactive"'}
    never = sum('"never"' in line for line in lines)
    assert 0 < never < len(lines)
    people = Counter(rows_of(path, 'SELECT role, status FROM "user"'))
    assert set(people) == {
        ("administrator", "active"),
        ("user", "active"),
        ("user", "inactive"),
    }
    held = rows_of(path, "SELECT deactivated_at FROM api_key WHERE owner_role = 'administrator'")
    assert held
    assert (None,) not in held


def test_the_same_numbers_give_the_same_database(tmp_path: Path) -> None:
    """Size, seed and present decide every row; another seed gives other key texts."""
    tables = "SELECT * FROM api_key ORDER BY id", "SELECT id, at, target FROM audit_event"
    made = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        file = tmp_path / f"{name}.db"
        population.make(file, Population(40, 100, PRESENT, seed))
        made.append([rows_of(file, query) for query in tables])
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]


def test_a_key_text_is_the_one_of_its_digest(path: Path) -> None:
    """What benchmarks present is verified, if its key works."""
    from keytui import Verifier  # late: as a program has it

    population.make(path, SMALL)
    with Verifier(str(path)) as verifier:
        for number in range(1, 400):
            verdict = verifier.verify(SMALL.text_of(number).decode())
            assert (verdict.key_id, bool(verdict)) == (number, SMALL.works(number))


@pytest.mark.parametrize("end", ["", ".audit-key", "-wal"])
def test_what_is_there_is_not_replaced(path: Path, end: str) -> None:
    """Neither a database nor a file that would become part of it."""
    there = Path(f"{path}{end}")
    there.write_text("precious")
    answer = keytui("demo", "--database", path)
    assert answer.code == 1
    assert said(answer) == f"{there} exists already: name a file that does not."
    assert [file.name for file in path.parent.iterdir()] == [there.name]
    assert there.read_text() == "precious"


def test_one_that_is_stopped_leaves_nothing(path: Path) -> None:
    """No database, no key, no folder."""

    def stop(done: int, total: int) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        population.make(path, Population(10, 6_000, PRESENT), stop)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--users", "5"], "--users and --keys are for a database to keep"),
        (["--keys", "5"], "--users and --keys are for a database to keep"),
        (["--database", "x.db", "--as", "maria"], "--as opens the app"),
        (["--database", "/missing/x.db"], "The folder /missing does not exist"),
        (["--database", "x.db", "--users", "0"], "Invalid value for '--users'"),
    ],
)
def test_what_does_not_fit_is_one_sentence(options: list[str], sentence: str) -> None:
    """Before anything is made or opened."""
    answer = keytui("demo", *options)
    assert answer.code in (1, 2)
    assert said(answer).startswith(sentence)


def test_progress_is_told_to_its_end(path: Path) -> None:
    """It grows, never beyond the total, and ends with all rows."""
    told: list[tuple[int, int]] = []
    population.make(path, Population(100, 6_000, PRESENT), lambda *each: told.append(each))
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 12_000
