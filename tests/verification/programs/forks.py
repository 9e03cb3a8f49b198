"""A process that forks while it holds a verifier: run by test_forks, a story by its name."""

import os
import select
import sys
import threading
from collections.abc import Callable

from keytui import Verifier
from keytui.services import last_uses

last_uses.FLUSH_SECONDS = 3_600  # the thread never comes round to it
database, story, valid, spare = sys.argv[1:]


class Child:
    """A forked child that does one thing a time, when told to."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        """Fork it."""
        (told, self._tell), (self._heard, hear) = os.pipe(), os.pipe()
        self.number = os.fork()
        if self.number == 0:
            os.close(self._tell)
            os.close(self._heard)
            for act in acts:
                os.read(told, 1)
                try:
                    answer = str(act())
                except Exception as error:  # noqa: BLE001 - the test is told
                    answer = repr(error)
                os.write(hear, answer.encode().ljust(200))
            os._exit(0)
        os.close(told)
        os.close(hear)

    def go(self) -> str:
        """Let it do the next thing; return what that gave."""
        os.write(self._tell, b"!")
        ready, _, _ = select.select([self._heard], [], [], 5)
        return os.read(self._heard, 200).decode().strip() if ready else "no answer"

    def end(self) -> int:
        """Wait for its end."""
        return os.waitstatus_to_exitcode(os.waitpid(self.number, 0)[1])


def say(*words: object) -> None:
    """Tell the test."""
    print(*words, flush=True)  # noqa: T201 - the answer


def deactivate() -> None:
    """Let the test deactivate the valid key."""
    say("deactivate")
    sys.stdin.readline()


verifier = Verifier(database)


def code() -> str:
    """Verify the valid key."""
    return verifier.verify(valid, "somewhere").code.name


def both() -> None:
    """Parent and child verify and flush, each their own."""
    code()
    child = Child(
        lambda: len(verifier._uses.pending),
        lambda: verifier.verify(spare, "child").code.name,
        verifier.flush,
    )
    say(child.go(), child.go(), child.go(), child.end())
    say(code(), verifier.flush())


def fresh() -> None:
    """The child opens its first connection itself: the parent has none yet."""
    child = Child(code, code)
    say(child.go())
    deactivate()
    say(child.go(), code())


def parent_closes() -> None:
    """The parent closes its verifier while the child goes on."""
    code()
    child = Child(code, code)
    say(child.go())
    verifier.close()
    deactivate()
    say(child.go())


def parent_stays() -> None:
    """Parent and child both go on."""
    code()
    child = Child(code, code)
    say(child.go())
    deactivate()
    say(child.go(), code())


def child_closes() -> None:
    """The child closes what it inherited: the parent goes on."""
    code()
    child = Child(code, verifier.close)
    say(child.go(), child.go(), child.end(), code())
    deactivate()
    say(code())


def busy() -> None:
    """Children of a parent whose threads are in the middle of verifying."""
    stop = threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            code()

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    answers = set()
    for _ in range(15):
        child = Child(code)
        answers.add(child.go())
        os.kill(child.number, 9)
        child.end()
        if answers != {"VALID"}:
            break
    stop.set()
    for thread in threads:
        thread.join()
    say(*answers, code())


def threads_fork() -> None:
    """Four threads fork and verify at the same time."""

    def fork_often() -> None:
        for _ in range(25):
            code()
            if (number := os.fork()) == 0:
                os._exit(0)
            os.waitpid(number, 0)

    threads = [threading.Thread(target=fork_often, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    alive = False
    for thread in threads:
        thread.join(0 if alive else 10)
        alive = alive or thread.is_alive()
    say("stuck" if alive else code())
    if alive:
        os._exit(0)


def exits() -> None:
    """A child that ends as a program does, without a close."""
    code()
    if (number := os.fork()) == 0:
        verifier.verify(spare, "child")
        sys.exit(3)
    say(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]))


def after_close() -> None:
    """A verifier that was closed before the fork stays closed."""
    verifier.close()
    child = Child(code)
    say("closed" in child.go())


globals()[story]()
