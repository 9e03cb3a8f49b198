"""A database on a PostgreSQL server: opened by its URL, or refused with one sentence."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keytui.domain.errors import BadInput, DatabaseBusy, DatabaseUnusable, KeytuiError
from keytui.storage import libpq, models
from keytui.storage.database import close_database, open_database, reading, transaction
from keytui.storage.location import canonical
from keytui.storage.models import UserRow
from tests.postgresql import Server
from tests.postgresql import server as this_server


@pytest.fixture
def server() -> Iterator[Server]:
    """Return the server; what a test opened there is closed."""
    yield this_server()
    close_database()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return where the audit key is."""
    return tmp_path / "audit-key"


@pytest.fixture
def url(server: Server, key: Path) -> str:
    """Return the URL of a database of ours, which is open."""
    made = server.fresh(key)
    open_database(made, audit_key_file=str(key))
    return made


def add(user_id: str) -> None:
    """Add a person by the shortest way."""
    UserRow.create(user_id=user_id, role="user", created_at=1)


def names() -> list[str]:
    """Return the User IDs."""
    with reading():
        return [row.user_id for row in UserRow.select().order_by(UserRow.user_id)]


def test_an_empty_database_becomes_ours(server: Server, key: Path) -> None:
    """Its tables, rules and audit key are made; what is returned is the key's file."""
    assert open_database(server.empty(), audit_key_file=str(key)) == key
    assert key.stat().st_mode & 0o777 == 0o600
    with transaction():
        add("maria")
    assert names() == ["maria"]


def test_the_short_scheme_is_the_same(server: Server, key: Path) -> None:
    """``postgres://`` names the same database as ``postgresql://``."""
    url = server.fresh(key)
    open_database(url.replace("postgresql://", "postgres://"), audit_key_file=str(key))
    assert names() == []


OPENING = """
import sys
from keytui.storage.database import open_database, close_database, reading
from keytui.storage.models import UserRow
print("ready", flush=True)
sys.stdin.readline()
open_database(sys.argv[1], audit_key_file=sys.argv[2])
with reading():
    print(UserRow.select().count(), flush=True)
close_database()
"""


def test_of_six_that_open_an_empty_database_one_makes_it(server: Server, key: Path) -> None:
    """All at once, each a process: none fails, each migration stands there once."""
    url = server.empty()
    openers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPENING, url, str(key)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=60) for opener in openers] == [("0\n", "")] * 6
    open_database(url, audit_key_file=str(key))
    ran = models.database.execute_sql("SELECT name FROM migration ORDER BY name").fetchall()
    assert len(ran) == len(set(ran)) > 5


def test_people_are_in_the_order_of_sqlite_whatever_the_locale(url: str) -> None:
    """User IDs are compared byte by byte, where English would pass over their punctuation."""
    found = models.database.execute_sql(
        "SELECT collation_name FROM information_schema.columns WHERE column_name = 'user_id'"
    )
    assert found.fetchall() == [("C",)]
    typed = ["a1", "a-z", "ab", "a.b", "aa"]
    with transaction():
        for name in typed:
            add(name)
    assert names() == sorted(typed)


def test_an_empty_database_is_not_taken_by_a_mistake(server: Server, key: Path) -> None:
    """Where no database is to be created, an empty one is refused and stays empty."""
    url = server.empty()
    with pytest.raises(DatabaseUnusable, match="is empty: name another"):
        open_database(url, create=False, audit_key_file=str(key))
    assert not key.exists()


def test_another_program_s_database_is_refused(server: Server, key: Path) -> None:
    """Tables that are not ours are not added to."""
    import psycopg

    url = server.empty()
    with psycopg.connect(url) as other:
        other.execute("CREATE TABLE recipe (title TEXT)")
    with pytest.raises(DatabaseUnusable, match="belongs to another program"):
        open_database(url, audit_key_file=str(key))
    assert not key.exists()


def test_a_newer_database_is_refused(url: str, key: Path) -> None:
    """A migration that this program does not know means: upgrade."""
    models.database.execute_sql(
        "INSERT INTO migration (name, applied) VALUES ('9999_later', '2030-01-01')"
    )
    close_database()
    with pytest.raises(DatabaseUnusable, match="made by a newer keytui: upgrade"):
        open_database(url, audit_key_file=str(key))


def test_a_migration_that_fails_leaves_nothing(
    server: Server, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither tables nor an audit key: the next start begins anew."""

    def fail(*_: object) -> None:
        raise RuntimeError("stopped here")

    url = server.empty()
    with monkeypatch.context() as patched:
        patched.setattr("keytui.storage.guards.install", fail)
        with pytest.raises(RuntimeError):
            open_database(url, audit_key_file=str(key))
    assert not key.exists()
    open_database(url, audit_key_file=str(key))
    assert names() == []


def test_the_audit_key_must_be_named(server: Server) -> None:
    """Nothing lies beside a server, so that there is no default."""
    with pytest.raises(BadInput, match="name one with KEYTUI_AUDIT_KEY"):
        open_database("postgresql:///keytui")


SECRET = "hunter2-of-the-database"
ELSEWHERE = {
    "nobody listens": (f"postgresql://u:{SECRET}@127.0.0.1:1/x", "cannot be reached"),
    "no such host": (f"postgresql://u:{SECRET}@no.such.host.invalid/x", "cannot be reached"),
    "no such socket": (f"postgresql://u:{SECRET}@/x?host=/nowhere", "cannot be reached"),
    "no URL": (f"postgresql://u:{SECRET}%zz@h/x", "URL cannot be read"),
    "no such option": (f"postgresql://u:{SECRET}@h/x?colour=red", "URL cannot be read"),
    "two hosts": (
        f"postgresql://u:{SECRET}@127.0.0.1:1,127.0.0.1:2/x?target_session_attrs=read-write",
        "cannot be reached",
    ),
}


@pytest.mark.parametrize(("url", "words"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_server_that_is_not_there_is_said_without_the_password(
    server: Server, key: Path, url: str, words: str
) -> None:
    """One sentence each, and the URL's password in none."""
    with pytest.raises(KeytuiError, match=words) as refused:
        open_database(url, audit_key_file=str(key))
    assert SECRET not in str(refused.value)
    assert str(refused.value).count(". ") == 0


def test_an_unknown_database_and_account_are_told_apart(server: Server, key: Path) -> None:
    """The URL is wrong in its path or in its user."""
    with pytest.raises(DatabaseUnusable, match="no such database: create it"):
        open_database(server.url("nowhere"), audit_key_file=str(key))
    stranger = server.url("postgres").replace("postgres:@", "stranger:@")
    with pytest.raises(DatabaseUnusable, match="does not let this account in"):
        open_database(stranger, audit_key_file=str(key))


@pytest.mark.parametrize(
    "end", ["", "?connect_timeout=3", "?options=-c%20lock_timeout%3D1234&application_name=ours"]
)
def test_the_url_goes_to_libpq_whole(end: str) -> None:
    """What it says stays; keytui adds only what it leaves open."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = canonical(f"postgres://u:p%40ss@a:1,b:2/keytui{end}")
    assert url == f"postgresql://u:p%40ss@a:1,b:2/keytui{end}"
    assert ("connect_timeout" in libpq.parameters(url)) == ("connect_timeout" not in end)
    assert libpq.name_of(url) == "keytui on a,b"


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    """Whoever has no driver is told how to get it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnusable, match=r"pip install 'keytui\[postgresql\]'"):
        open_database("postgresql:///keytui", audit_key_file=str(key))


def test_after_a_restart_the_same_session_goes_on(server: Server, url: str) -> None:
    """Nobody who was between two steps notices: reading and writing connect anew."""
    with transaction():
        add("maria")
    server.end_sessions()
    assert names() == ["maria"]
    server.end_sessions()
    with transaction():
        add("noor")
    assert names() == ["maria", "noor"]


def test_a_restart_in_the_middle_undoes_the_step(server: Server, url: str) -> None:
    """It is said, nothing of it stays, and the next step works."""
    with (  # noqa: PT012 - the whole block is what is tested
        pytest.raises(DatabaseUnusable, match="The connection to the database was lost"),
        transaction(),
    ):
        add("maria")
        server.end_sessions()
        add("noor")
    assert names() == []


def in_another_transaction(url: str, *statements: str) -> object:
    """Return a connection that has run the statements and not ended its transaction."""
    import psycopg

    other = psycopg.connect(url)
    for statement in statements:
        other.execute(statement)
    return other


def test_who_waits_too_long_for_another_writer_is_told(server: Server, url: str) -> None:
    """The lock time-out of the session counts; afterwards writing works again."""
    models.database.execute_sql("SET lock_timeout = 50")
    other = in_another_transaction(url, "SELECT * FROM audit_key FOR UPDATE")
    with pytest.raises(DatabaseBusy, match="try again in a moment"), transaction():
        pytest.fail("the block runs only when nobody else writes")
    other.close()  # type: ignore[attr-defined]
    with transaction():
        add("maria")


def test_a_connection_has_limits_unless_the_url_has_others(
    server: Server, url: str, key: Path
) -> None:
    """Nobody waits for ever for a lock, and nobody holds one for ever by being frozen."""
    shown = [
        models.database.execute_sql(f"SHOW {name}").fetchone()
        for name in ("lock_timeout", "idle_in_transaction_session_timeout")
    ]
    assert shown == [("5s",), ("1min",)]
    close_database()
    open_database(f"{url}&options=-c%20lock_timeout%3D1234", audit_key_file=str(key))
    assert models.database.execute_sql("SHOW lock_timeout").fetchone() == ("1234ms",)


FAULTS = {
    "read-only": ("SET default_transaction_read_only = on", "is read-only, as a standby is"),
    "no right": ("SET ROLE reader", "may not do that in the database"),
    "a table gone": (
        "ALTER TABLE audit_key RENAME TO hidden",
        "A table of the database is missing",
    ),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_has_a_sentence(server: Server, url: str, fault: str, words: str) -> None:
    """Each for real; nothing is changed."""
    server.admin.execute("DROP ROLE IF EXISTS reader")
    server.admin.execute("CREATE ROLE reader")
    models.database.execute_sql(fault)
    with pytest.raises(DatabaseUnusable, match=words), transaction():
        add("maria")


def test_what_never_left_is_no_fault_of_the_connection(url: str) -> None:
    """A statement that psycopg itself refuses is not said to be a server that cannot be reached."""
    with pytest.raises(DatabaseUnusable, match="reported an error"), reading():
        models.database.execute_sql("SELECT 1 % 2", (1,))


def test_a_query_that_takes_too_long_is_said(server: Server, url: str) -> None:
    """The statement time-out of URL or server ends it."""
    models.database.execute_sql("SET statement_timeout = 50")
    with pytest.raises(DatabaseBusy, match="took too long and gave up"), reading():
        models.database.execute_sql("SELECT pg_sleep(30)")
    assert names() == []


def test_a_server_that_stops_and_starts_again(tmp_path: Path) -> None:
    """While it is down that is said; then the same session goes on by itself."""
    server = Server()
    key = tmp_path / "audit-key"
    url = server.fresh(key)
    open_database(url, audit_key_file=str(key))
    with transaction():
        add("maria")
    server.admin.close()
    server.running.stop()
    with pytest.raises(DatabaseUnusable, match="cannot be reached"):
        names()
    server.running.ensure_postgres_running()
    assert names() == ["maria"]
    with transaction():
        add("noor")
    close_database()
    server.running.cleanup()
