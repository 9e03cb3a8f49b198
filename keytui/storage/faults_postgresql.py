"""What PostgreSQL's faults mean to a person, by SQLSTATE.

(postgresql.org/docs/current/errcodes-appendix.html). A connection that never
came to be has no SQLSTATE: there libpq's and the server's words tell.
"""

import sys
from typing import Final

from keytui.domain.errors import DatabaseBusy, DatabaseUnusable

BUSY: Final = "The database is in use by another process: try again in a moment."
_UNREACHABLE: Final = (
    "The database server cannot be reached: check that it runs, and the host in the URL."
)
_LOST: Final = (
    "The connection to the database was lost: look whether the last step was done, then try again."
)
_ACCOUNT: Final = (
    "The database server does not let this account in: check user and password of the URL, "
    "and pg_hba.conf."
)
_NO_DATABASE: Final = "The server has no such database: create it, or correct the URL."
_STARTING: Final = "The database server is starting or stopping: try again in a moment."
_TOO_MANY: Final = "The database server has no connection free: try again in a moment."
_RIGHTS: Final = (
    "The account of the URL may not do that in the database: nothing was changed; "
    "ask the owner of the database for the right."
)
_READ_ONLY: Final = (
    "The database is read-only, as a standby is: nothing was changed; name the primary in the URL."
)
_OTHER: Final = "The database reported an error; nothing was changed."

_SENTENCES: Final = {
    "25006": _READ_ONLY,
    "28": _ACCOUNT,
    "3D": _NO_DATABASE,
    "42501": _RIGHTS,
    "42P01": "A table of the database is missing or was changed: restore it from a backup.",
    "42703": "A table of the database is missing or was changed: restore it from a backup.",
    "53100": "The disk of the database is full: nothing was changed; free some space there.",
    "53300": _TOO_MANY,
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": _STARTING,
    "57P05": _LOST,
    "25P03": _LOST,
    "08": _LOST,
    "XX001": "The database is damaged: restore it from a backup.",
    "XX002": "The database is damaged: restore it from a backup.",
}
_BUSY: Final = {
    "55P03": BUSY,
    "40001": BUSY,
    "40P01": BUSY,
    "57014": "The database took too long and gave up: nothing was changed; try again in a moment.",
}
_WORDS: Final = (
    ("connection is closed", _LOST),
    ("connection is lost", _LOST),
    ("consuming input failed", _LOST),
    ("sending query", _LOST),
    ("no password supplied", _ACCOUNT),
    ("authentication failed", _ACCOUNT),
    ("pg_hba.conf", _ACCOUNT),
    ('FATAL:  role "', _ACCOUNT),
    ('FATAL:  database "', _NO_DATABASE),
    ("too many clients", _TOO_MANY),
    ("remaining connection slots", _TOO_MANY),
    ("the database system is ", _STARTING),
    ("session is read-only", _READ_ONLY),
)
"""Where there is no SQLSTATE; the first that fits counts."""


def errors() -> tuple[type[Exception], ...]:
    """Return the class of psycopg's own errors, where psycopg is in use."""
    if "psycopg" not in sys.modules:
        return ()
    from psycopg import Error

    return (Error,)


def unfit() -> tuple[type[Exception], ...]:
    """Return what psycopg raises for a row that cannot be in a table, where psycopg is in use."""
    if "psycopg" not in sys.modules:
        return ()
    from psycopg import DataError, IntegrityError

    return DataError, IntegrityError


def explain(error: BaseException) -> DatabaseUnusable | None:
    """Return what an error of psycopg means; ``None`` for any other error."""
    if not isinstance(error, errors()):
        return None
    state = getattr(error, "sqlstate", None)
    if state is None:
        words = str(error)
        found = (sentence for known, sentence in _WORDS if known in words)
        from psycopg import OperationalError

        # What psycopg itself refuses to send is no fault of the connection.
        otherwise = _UNREACHABLE if isinstance(error, OperationalError) else _OTHER
        return DatabaseUnusable(next(found, otherwise))
    if state in _BUSY:
        return DatabaseBusy(_BUSY[state])
    sentence = _SENTENCES.get(state) or _SENTENCES.get(state[:2])
    return DatabaseUnusable(sentence or _OTHER)
