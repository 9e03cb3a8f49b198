"""A connection for each thread that verifies keys; none of them is open across a fork.

A connection ends with its thread.
"""

import threading
import weakref
from typing import Any, Generic, Protocol, TypeVar

from keytui.domain.errors import DatabaseUnusable


class _Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closable)


class Held(Generic[C]):
    """What one thread has."""

    __slots__ = ("__weakref__", "closing", "connection", "lock", "others")

    def __init__(self, connection: C) -> None:
        """Hold a connection."""
        self.connection = connection
        self.lock = threading.Lock()
        """Held while the connection is used, so that nobody closes it meanwhile."""
        self.closing = threading.RLock()
        self.others: set[_Closable] = {connection}
        """The lock and the open connections of all threads, once it is one of them."""

    def __del__(self) -> None:
        """Close it with its thread: not during a fork, whose child would think it still open."""
        with self.closing:
            self.connection.close()
            self.others.discard(self.connection)


H = TypeVar("H", bound=Held[Any])


class PerThread(Generic[H]):
    """The connections of all threads; ``self._here.thread`` is the calling thread's, once opened."""

    def __init__(self) -> None:
        """Begin without any."""
        self._closed = False
        self._held: list[H] = []
        self._start_afresh()

    def close(self) -> None:
        """Close the connections of all threads; looking anything up then fails."""
        self._closed = True
        self.before_fork()
        self.after_fork()

    def before_fork(self) -> None:
        """Close every connection, and hold on until :meth:`after_fork`."""
        self._opening.acquire()
        self._held = list(self._threads)
        for thread in self._held:
            thread.lock.acquire()
        # Last: whoever uses a connection may have one to close that was another's. Of a thread
        # that is ending only the connection is left here.
        self._closing.acquire()
        for connection in list(self._connections):
            connection.close()

    def after_fork(self) -> None:
        """In the parent: go on; each thread opens a connection when it needs one."""
        for thread in self._held:
            thread.lock.release()
        self._held = []
        self._here = threading.local()
        self._closing.release()
        self._opening.release()

    def after_fork_in_child(self) -> None:
        """In the child: start afresh; the other threads are not here."""
        self._closing.release()
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._opening = threading.Lock()
        self._closing = threading.RLock()
        self._connections: set[_Closable] = set()
        self._held = []
        self._threads: weakref.WeakSet[H] = weakref.WeakSet()
        self._here = threading.local()

    def _open(self) -> H:
        """Open the calling thread's.

        Raises:
            DatabaseUnusable: everything is closed for good.
        """
        with self._opening:
            if self._closed:
                raise DatabaseUnusable("This verifier is closed: make another.")
            mine: H = self._new()
            mine.closing, mine.others = self._closing, self._connections
            with self._closing:
                self._connections.add(mine.connection)
            self._here.thread = mine
            self._threads.add(mine)
        return mine

    def _new(self) -> H:
        """Connect."""
        raise NotImplementedError
