"""Verification: is this key text good? One service function below every door.

The order of the checks: shape and checksum first, so that garbage costs no
query; then the digest, one indexed query; then the state. Whoever holds no
valid key text learns nothing about any key: outwardly the answer is yes or no,
and the code in a verdict is for operators.

Importing this loads neither Peewee nor Argon2 nor Textual: it lives in other
people's programs.
"""

import os
import threading
import time
import weakref
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple, Self

from keytui.domain.key_text import digest_of
from keytui.domain.states import KeyState, state_of
from keytui.services.last_uses import LastUses, flush_at_sigterm
from keytui.storage.key_lookup import lookup_in
from keytui.storage.location import canonical, is_postgresql


class Code(StrEnum):
    """Why a key text is good or not. For operators: never tell the caller more than yes or no."""

    VALID = "valid"
    MALFORMED = "malformed"
    """No key text at all: the shape or the checksum is wrong."""
    UNKNOWN = "unknown"
    """Well formed, but no key of ours."""
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    OWNER_INACTIVE = "owner inactive"


class Verdict(NamedTuple):
    """The answer of a verification. It is true in an ``if`` only when the key is good.

    Attributes:
        code: good, or why not.
        key_id: the key's number, where the key is known.
        user_id: its owner's User ID, where the key is known.
        label: its label, where the key is known.
    """

    code: Code
    key_id: int | None = None
    user_id: str | None = None
    label: str | None = None

    @property
    def valid(self) -> bool:
        """Whether the key is good."""
        return self.code is Code.VALID

    def __bool__(self) -> bool:
        """Be true only for a good key, so that ``if verdict`` never lets a bad one in."""
        return self.code is Code.VALID


# On the way of every verification a global costs half of an enum's attribute,
# and a named tuple made by its parent half of one made by its own __new__.
_verdict = tuple.__new__
_VALID = Code.VALID
_CODES = {
    KeyState.ACTIVE: Code.VALID,
    KeyState.DEACTIVATED: Code.DEACTIVATED,
    KeyState.EXPIRED: Code.EXPIRED,
    KeyState.OWNER_INACTIVE: Code.OWNER_INACTIVE,
}
# Added up by the thread once a second, unless that hangs: a server may not answer for hours.
_MOST_USES = 100_000
_MALFORMED = Verdict(Code.MALFORMED)
_UNKNOWN = Verdict(Code.UNKNOWN)


class Verifier:
    """Verifies key texts against a keytui database. Make one, share it among all threads.

    ::

        with Verifier("/var/lib/keytui/keytui.db") as verifier:
            verdict = verifier.verify(presented)
            if verdict:
                serve(verdict.user_id)

    A verification takes some microseconds, so an ``async`` program calls it as
    it is, unless :attr:`asks_server` says that it is a round trip. A deactivation committed by any process is seen by the very next
    verification. After a fork the child may go on using it.

    "Last used" and how often a day are set by good verifications only, collected in memory, and
    written once a second by a thread; at :meth:`close`, at the interpreter's
    exit and at SIGTERM (when nobody else handles that) what is left is written.
    ``kill -9`` loses the last second at most. Uses of a rotated key after its end are
    refused, counted and written the same way. While it cannot be written (the
    database is locked, full or read-only) verifications go on, the uses are
    kept, and :attr:`problem` says so.

    Wall-clock time decides about expiry: a machine's clock must be right.
    """

    def __init__(self, database: str | os.PathLike[str]) -> None:
        """Open ``database``: a path, or a ``sqlite:///`` or ``postgresql://`` URL.

        It is never created here.

        Raises:
            BadInput: it is a URL of another kind.
            DatabaseUnusable: it is missing, not ours, or not up to date.
        """
        place = canonical(os.fspath(database))
        self.asks_server = is_postgresql(place)
        """Whether each check is a round trip to a server: an event loop leaves it to a thread."""
        self._lookup = lookup_in(place)
        self._uses = LastUses(place)
        flush_at_sigterm()
        _living.add(self)

    def verify(self, presented: str, origin: str | None = None) -> Verdict:
        """Tell whether a key text is good, and whose it is.

        Args:
            presented: what the caller sent; anything at all.
            origin: from where, such as an IP address, for "last used".

        Raises:
            DatabaseUnusable: it could not be checked. That is never a yes.
        """
        digest = digest_of(presented)
        if digest is None:
            return _MALFORMED
        found = self._lookup.find(digest)
        if found is None:
            return _UNKNOWN
        key_id, deactivated_at, expires_at, owner_status, user_id, label = found
        present = time.time_ns() // 1_000
        code = _CODES[state_of(deactivated_at, expires_at, owner_status, present)]
        if code is _VALID:
            uses = self._uses
            uses.pending[key_id] = (present, origin)
            used = uses.used
            used.append(key_id)
            if len(used) > _MOST_USES:
                uses.add_up()
            if not uses.running:
                uses.start(self)
        elif code is not Code.OWNER_INACTIVE:
            self._uses.count_late(key_id, present, origin)
            if not self._uses.running:
                self._uses.start(self)
        return _verdict(Verdict, (code, key_id, user_id, label))

    def check(self) -> None:
        """Do nothing, if keys can be verified at present.

        Raises:
            DatabaseUnusable: they cannot.
        """
        self._lookup.find(b"")

    @property
    def problem(self) -> str:
        """Why "last used" cannot be written at present; empty while it can."""
        return self._uses.problem

    def flush(self) -> bool:
        """Write "last used" now, not within a second; tell whether that worked."""
        return self._uses.flush()

    def close(self) -> None:
        """Write what is left and let go of the database. A second close does nothing."""
        _living.discard(self)
        self._uses.close()
        self._lookup.close()

    def __enter__(self) -> Self:
        """Use it in a ``with``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


_living: "weakref.WeakSet[Verifier]" = weakref.WeakSet()


class _Forking:
    """Gets every verifier through a fork: nothing of SQLite is in use while it happens."""

    def __init__(self) -> None:
        self.verifiers: list[Verifier] = []
        self.one_at_a_time = threading.Lock()

    def before(self) -> None:
        self.one_at_a_time.acquire()
        self.verifiers = list(_living)
        for verifier in self.verifiers:
            verifier._uses.before_fork()
            verifier._lookup.before_fork()

    def after_in_parent(self) -> None:
        for verifier in self.verifiers:
            verifier._lookup.after_fork()
            verifier._uses.after_fork()
        self.verifiers = []
        self.one_at_a_time.release()

    def after_in_child(self) -> None:
        for verifier in self.verifiers:
            verifier._lookup.after_fork_in_child()
            verifier._uses.after_fork_in_child()
        self.verifiers = []
        self.one_at_a_time = threading.Lock()


_forking = _Forking()
os.register_at_fork(
    before=_forking.before,
    after_in_parent=_forking.after_in_parent,
    after_in_child=_forking.after_in_child,
)
