"""What can be wrong with a database on a PostgreSQL server: one small function a question."""

import os
import stat
from collections.abc import Iterator
from typing import Final

from keytui.domain.findings import Finding, note, ok, problem
from keytui.storage import audit_trail, guards_postgresql, libpq, schema
from keytui.storage.faults import explained
from keytui.storage.health import Check, Place, chain_checked, newest_event, rules_found


def permissions(place: Place) -> Iterator[Finding]:
    """Is the audit key of this account, and closed to others?"""
    found = os.stat(place.key, follow_symlinks=False)
    if found.st_mode & 0o077 or not stat.S_ISREG(found.st_mode):
        yield problem(f"Other accounts may open {place.key}: chmod 600 it.")
    elif found.st_uid != os.geteuid():
        yield note(f"{place.key} belongs to another account than this one.")
    else:
        yield ok(f"{place.key} is open to this account alone.")


def server(place: Place) -> Iterator[Finding]:
    """Can the server be reached, and how?"""
    with explained(), libpq.connect(place.database, autocommit=True) as connection:
        (version,) = connection.execute("SHOW server_version").fetchone() or ("?",)
        encrypted = connection.pgconn.ssl_in_use
        local = connection.info.host.startswith("/") or connection.info.hostaddr.startswith("127.")
    yield ok(f"The server answers: PostgreSQL {version}.")
    if not encrypted and not local:
        yield note("The connection is not encrypted: put sslmode=verify-full in the URL.")


def account(place: Place) -> Iterator[Finding]:
    """May the account of the URL take the rules away?"""
    with explained(), audit_trail.opened(place.database) as connection:
        (is_super,) = connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        (is_owner,) = connection.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class "
            "WHERE oid = to_regclass('audit_event')"
        ).fetchone() or (False,)
    if is_super or is_owner:
        who = "is a superuser" if is_super else "owns the tables"
        yield note(f"The account of the URL {who}: it may take the rules of the database away.")
    else:
        yield ok("The account of the URL cannot take the rules of the database away.")


def current(place: Place) -> Iterator[Finding]:
    """Has it the tables of this keytui?"""
    with explained(), audit_trail.opened(place.database) as connection:
        schema.check_current(connection, libpq.name_of(place.database))
    yield ok("Its tables are those of this keytui.")


def rules(place: Place) -> Iterator[Finding]:
    """Do the rules still stand in it?"""
    with explained(), audit_trail.opened(place.database) as connection:
        found = guards_postgresql.problems(connection)
    yield from rules_found(found)


def chain(place: Place) -> Iterator[Finding]:
    """Is the audit chain unbroken?"""
    yield from chain_checked(place, "")


def clock_is_right(place: Place) -> Iterator[Finding]:
    """Was the clock of any host ever ahead of what this one says now?"""
    with explained(), audit_trail.opened(place.database) as connection:
        (newest,) = connection.execute("SELECT max(at) FROM audit_event").fetchone()
    yield from newest_event(newest)


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("permissions", permissions),
    ("server", server),
    ("account", account),
    ("schema", current),
    ("rules", rules),
    ("audit chain", chain),
    ("clock", clock_is_right),
)
"""All questions, by the name they are shown under, in their order."""
