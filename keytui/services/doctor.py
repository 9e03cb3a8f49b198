"""Asking everything that can be wrong with a database; one question that fails stops no other.

Nobody is signed in and nothing is put on record: it must work when the database
cannot be opened, and says nothing of what is in it.
"""

from collections.abc import Callable, Iterator
from functools import partial

from keytui.domain.errors import KeytuiError
from keytui.domain.findings import Finding, problem
from keytui.storage import health
from keytui.storage.location import is_postgresql


def database_checks(database: str, key: str) -> Iterator[tuple[str, Finding]]:
    """Yield what is found about a database and its files, each under its question's name.

    Args:
        database: its canonical location; it may be missing, damaged or foreign.
        key: the file of its audit key.
    """
    place = health.Place(database, key)
    for name, check in _checks(database):
        yield from asked(name, partial(check, place))


def _checks(database: str) -> tuple[tuple[str, health.Check], ...]:
    if not is_postgresql(database):
        return health.CHECKS
    from keytui.storage import health_postgresql  # late: psycopg is an extra

    return health_postgresql.CHECKS


def asked(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[tuple[str, Finding]]:
    """Yield the findings of one question; that it cannot be answered is a finding too."""
    try:
        for finding in check():
            yield name, finding
    except KeytuiError as error:
        yield name, problem(str(error))
    except OSError as error:
        yield name, problem(f"{error.filename or 'A file'} cannot be looked at: {error.strerror}.")
