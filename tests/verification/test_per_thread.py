"""The connections of threads: closed with their thread, and all of them before a fork."""

import threading

from keytui.storage.per_thread import Held, PerThread


class Connection:
    """Begins a fork while it is closed for the first time."""

    def __init__(self, threads: PerThread[Held["Connection"]], log: list[str]) -> None:
        """Write down what happens in ``log``."""
        self.log = log
        self.forking = threading.Thread(target=self.fork, args=(threads,))

    def fork(self, threads: PerThread[Held["Connection"]]) -> None:
        """Do what stands around a fork."""
        threads.before_fork()
        self.log.append("fork")
        threads.after_fork()

    def close(self) -> None:
        """Close it."""
        if self.log == ["open"]:
            self.log.append("closing")
            self.forking.start()
            self.forking.join(0.1)  # every chance to come too early
            self.log.append("closed")


class Threads(PerThread[Held[Connection]]):
    """Opens such connections."""

    def __init__(self, log: list[str]) -> None:
        """Write down what happens in ``log``."""
        super().__init__()
        self.log = log
        self.made: list[Connection] = []

    def _new(self) -> Held[Connection]:
        self.made.append(Connection(self, self.log))
        self.log.append("open")
        return Held(self.made[-1])


def test_no_fork_happens_while_a_thread_that_ends_closes_its_connection() -> None:
    """SQLite in the child would keep a lock for ever that nobody has: it could verify nothing."""
    log: list[str] = []
    threads = Threads(log)
    ending = threading.Thread(target=threads._open)
    ending.start()
    ending.join()
    threads.made[0].forking.join()
    assert log == ["open", "closing", "closed", "fork"]
    assert threads._connections == set()
