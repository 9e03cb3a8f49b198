"""Collecting when and how often keys were used, off the way of the verifications.

So are late uses, refused and counted: of rotated keys, after their end. A dictionary of each,
at most one entry a key (and day); a thread that writes them once a second.
What cannot be written (the database is locked, full or read-only) is kept and
tried again, and verifications never wait for it.
"""

import atexit
import os
import threading
import weakref
from collections.abc import Mapping
from types import FrameType
from typing import Final

from keytui.domain import clock
from keytui.domain.daily_uses import day_of
from keytui.storage import last_used, late_uses
from keytui.storage.last_used import Use
from keytui.storage.late_uses import LateUse

FLUSH_SECONDS: Final = 1.0
"""How late "last used" may be, at most."""
_WAIT_SECONDS: Final = 0.5
_LAST_WAIT_SECONDS: Final = 5.0
"""How long another writer is waited for: every second, and at the end."""


class LastUses:
    """The last uses of one database's keys that are not written yet."""

    def __init__(self, location: str) -> None:
        """Collect for the database at ``location``, canonical; nothing is started yet."""
        self._location = location
        self.pending: dict[int, Use] = {}
        """By key_id. Whoever verified a key sets its entry: one atomic step."""
        self.used: list[int] = []
        """The key_id of each use since the last flush; appending is one atomic step, adding is not."""
        self._daily: dict[tuple[int, int], int] = {}
        self._late: dict[int, LateUse] = {}
        self.problem = ""
        """Why they cannot be written at present; empty while they can."""
        self._in_hand: dict[int, Use] = {}
        self.running = False
        """Whether the thread that writes them is on its way."""
        self._fresh()
        _living.add(self)

    def start(self, owner: object) -> None:
        """Write once a second from now on, until ``owner`` is gone or :meth:`close` is called."""
        with self._flushing:
            if not self.running and not self._closing.is_set():
                thread = threading.Thread(
                    target=self._every_second,
                    args=(weakref.ref(owner), self._closing),
                    name="keytui-last-used",
                    daemon=True,
                )
                try:
                    thread.start()
                except RuntimeError as error:  # out of threads: the next use tries again
                    self._say(str(error))
                    self.add_up()
                else:
                    self.running = True

    def count_late(self, key_id: int, at: int, origin: str | None) -> None:
        """Count a refused use of a key that has ended; it is written if the key was rotated."""
        with self._counting:
            uses = self._late[key_id][0] if key_id in self._late else 0
            self._late[key_id] = (uses + 1, at, origin)

    def flush(self, wait_seconds: float = _WAIT_SECONDS) -> bool:
        """Write what is pending now; tell whether that worked.

        Args:
            wait_seconds: how long another writer is waited for.
        """
        with self._flushing:
            # SIGTERM may come in the middle of this and flush once more: then what
            # was in hand is written too.
            taken = self._in_hand = dict(self._in_hand)
            while self.pending:
                key_id, use = self.pending.popitem()
                taken[key_id] = use
            # Never written twice, as a last use may be: a SIGTERM in the middle may cost a count.
            self.add_up(taken)
            with self._counting:
                late, self._late = self._late, {}
                daily, self._daily = self._daily, {}
            if not taken and not late and not daily:
                return True
            try:
                if taken or daily:
                    last_used.write(self._location, taken, daily, wait_seconds=wait_seconds)
                    daily = {}
                if late:
                    late_uses.write(self._location, late, wait_seconds=wait_seconds)
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread must go on
                for key_id, use in taken.items():
                    self.pending.setdefault(key_id, use)  # a later use stays
                self._in_hand = {}
                self._put_back(late, daily)
                self._say(str(error))
                return False
            self._in_hand = {}
            self.problem = ""
            return True

    def add_up(self, taken: Mapping[int, Use] | None = None) -> None:
        """Count the uses since the last time, each key's on the day of its last: exact but at midnight.

        Args:
            taken: the last uses that a flush has in hand; what is pending by default.
        """
        last = self.pending if taken is None else taken
        with self._counting:
            while self.used:
                key_id = self.used.pop()
                use = last.get(key_id)  # one step: a flush takes them out meanwhile
                place = key_id, day_of(clock.now() if use is None else use[0])
                self._daily[place] = self._daily.get(place, 0) + 1

    def _put_back(self, late: dict[int, LateUse], daily: dict[tuple[int, int], int]) -> None:
        with self._counting:
            for place, count in daily.items():
                self._daily[place] = self._daily.get(place, 0) + count
            for key_id, use in late.items():
                more, at, origin = self._late.get(key_id, (0, *use[1:]))
                self._late[key_id] = (use[0] + more, at, origin)

    def _say(self, problem: str) -> None:
        if not self.problem:
            import logging  # late: programs that never meet a problem start sooner

            logging.getLogger("keytui").warning("last used cannot be written: %s", problem)
        self.problem = problem

    def close(self) -> None:
        """Write what is left; nothing is written afterwards."""
        _living.discard(self)
        self._closing.set()
        self.flush(_LAST_WAIT_SECONDS)

    def before_fork(self) -> None:
        """Let a flush that is under way end, and none begin."""
        self._flushing.acquire()

    def after_fork(self) -> None:
        """In the parent: go on."""
        self._flushing.release()

    def after_fork_in_child(self) -> None:
        """In the child: start afresh; the parent writes what the parent collected."""
        self.pending = {}
        self._in_hand = {}
        self.used = []
        self._daily = {}
        self._late = {}
        self._fresh()

    def _fresh(self) -> None:
        # Re-entrant: SIGTERM may arrive in the middle of a flush of its thread.
        self._flushing = threading.RLock()
        self._counting = threading.RLock()
        self._closing = threading.Event()
        self.running = False

    def _every_second(self, owner: "weakref.ref[object]", closing: threading.Event) -> None:
        while not closing.wait(FLUSH_SECONDS) and owner() is not None:
            self.flush()
        if not closing.is_set():
            self.close()


_living: "weakref.WeakSet[LastUses]" = weakref.WeakSet()


def flush_everything() -> None:
    """Write what is pending of every database, as at the end of the process."""
    for uses in list(_living):
        uses.flush(_LAST_WAIT_SECONDS)


def flush_at_sigterm() -> None:
    """Write what is pending when SIGTERM ends the process, if nobody else handles that."""
    import signal

    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _at_sigterm)


def _at_sigterm(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
    import signal

    flush_everything()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


atexit.register(flush_everything)
