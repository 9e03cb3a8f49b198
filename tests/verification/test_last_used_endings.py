"""Last used at the end of a process: what ends it decides what may be lost."""

import signal

import pytest

from tests.verification.agents import VERIFYING
from tests.verification.conftest import StartAgent
from tests.verification.support import Ring, wait_until

FROM = "10.0.0.1"


def used(ring: Ring) -> str:
    """Return the code that uses the good key."""
    return f"code({ring.valid.text!r}, {FROM!r})"


def test_a_program_that_ends_without_close_writes(ring: Ring, agent: StartAgent) -> None:
    """At the interpreter's exit the uses of the last second are written."""
    program = agent(ring.database, told=VERIFYING)
    assert program.ask(used(ring)) == "VALID"
    assert ring.never_used()
    assert program.end() == 0
    assert ring.last_use(ring.valid)[1] == FROM
    assert program.errors() == ""


def test_a_program_that_dropped_its_verifier_writes_at_its_end(
    ring: Ring, agent: StartAgent
) -> None:
    """Dropped without a close a moment before the end: still written."""
    program = agent(ring.database, told=VERIFYING)
    program.ask(used(ring))
    program.ask("del verifier")
    assert program.end() == 0
    assert ring.is_written(ring.valid)
    assert program.errors() == ""


def test_a_program_that_ends_by_an_exception_writes(ring: Ring, agent: StartAgent) -> None:
    """A traceback is an end like any other."""
    program = agent(ring.database, told=VERIFYING)
    program.ask(used(ring))
    program.ask("import sys\nsys.stdin.close()")  # the agent's loop fails
    assert program.end() == 1
    assert ring.is_written(ring.valid)


def test_sigterm_writes_and_still_ends_the_program(ring: Ring, agent: StartAgent) -> None:
    """A service manager's stop loses nothing, and sees the end it asked for."""
    program = agent(ring.database, told=VERIFYING)
    program.ask(used(ring))
    assert program.end(signal.SIGTERM) == -signal.SIGTERM
    assert ring.last_use(ring.valid)[1] == FROM


def test_a_programs_own_sigterm_handler_is_left_alone(ring: Ring, agent: StartAgent) -> None:
    """Whoever handles SIGTERM goes on handling it; what is left is written at the exit."""
    program = agent(
        ring.database,
        told="import signal, sys\ndef mine(*_):\n    sys.exit(7)\nsignal.signal(signal.SIGTERM, mine)",
    )
    program.ask(VERIFYING)
    assert program.ask("signal.getsignal(signal.SIGTERM) is mine")
    program.ask(used(ring))
    assert program.end(signal.SIGTERM) == 7
    assert ring.is_written(ring.valid)


def test_a_handler_installed_later_wins(ring: Ring, agent: StartAgent) -> None:
    """A program that sets its handler after opening the verifier replaces ours."""
    program = agent(ring.database, told=VERIFYING)
    program.ask("import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))")
    program.ask(used(ring))
    assert program.end(signal.SIGTERM) == 7
    assert ring.is_written(ring.valid)


def test_ignored_sigterm_stays_ignored(ring: Ring, agent: StartAgent) -> None:
    """A program that ignores SIGTERM still ignores it."""
    program = agent(
        ring.database, told="import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)"
    )
    program.ask(VERIFYING)
    program.process.send_signal(signal.SIGTERM)
    assert program.ask(used(ring)) == "VALID"
    assert program.end() == 0


def test_a_verifier_of_another_thread_is_no_matter_for_signals(
    ring: Ring, agent: StartAgent
) -> None:
    """Only the main thread may set handlers: elsewhere the verifier opens without one."""
    program = agent(ring.database)
    program.ask("import threading")
    program.ask(
        f"opening = threading.Thread(target=exec, args=({VERIFYING!r}, globals()))\n"
        "opening.start()\nopening.join()"
    )
    assert program.ask(used(ring)) == "VALID"
    assert program.end() == 0
    assert ring.is_written(ring.valid)


def test_sigterm_in_the_middle_of_a_write_loses_nothing(ring: Ring, agent: StartAgent) -> None:
    """What a flush of the main thread had in hand is written by the handler."""
    program = agent(ring.database, told=VERIFYING)
    program.ask(
        "import os, signal\n"
        "from keytui.storage import last_used\n"
        "write = last_used.write\n"
        "def stopped(*given, **named):\n"
        "    last_used.write = write\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    write(*given, **named)\n"
        "last_used.write = stopped"
    )
    program.ask(used(ring))
    program.tell("verifier.flush()")
    assert program.process.wait(20) == -signal.SIGTERM
    assert ring.is_written(ring.valid)


def test_kill_9_loses_only_what_was_not_written(ring: Ring, agent: StartAgent) -> None:
    """What was flushed stays, the rest is forgotten, the file is whole."""
    program = agent(ring.database, told=VERIFYING)
    program.ask(used(ring))
    assert program.ask("verifier.flush()")
    program.ask(f"code({ring.spare.text!r})")
    assert program.end(signal.SIGKILL) == -signal.SIGKILL
    assert ring.is_written(ring.valid)
    assert not ring.is_written(ring.spare)
    assert ring.is_whole()


@pytest.mark.parametrize("attempt", range(5))
def test_kill_9_in_the_middle_of_writing_breaks_nothing(
    ring: Ring, agent: StartAgent, attempt: int
) -> None:
    """Killed while it writes without a pause, it leaves a whole file that verifies and is written."""
    program = agent(ring.database, told=VERIFYING)
    program.tell(f"while True:\n    code({ring.valid.text!r}, {FROM!r})\n    verifier.flush()")
    wait_until(lambda: ring.is_written(ring.valid), "the first write")
    program.end(signal.SIGKILL)
    assert ring.is_whole()
    other = agent(ring.database, told=VERIFYING)
    assert other.ask(f"code({ring.spare.text!r})") == "VALID"
    assert other.end() == 0
    assert ring.is_written(ring.spare)
