"""Eight processes verify while another one creates and deactivates keys through the services."""

import logging
import multiprocessing
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from keytui import Code, Verifier
from tests.benchmarks.rounds import Figures

PROCESSES = 8
ACTS_PER_SECOND = 100
WITH, WITHOUT = "verifications with last-used", "verifications without"
ACTS_WITH, ACTS_WITHOUT = "acts with last-used", "acts without"
_BLOCK = 100
_PATIENCE = 60
"""Seconds after which a process that says nothing has failed."""


@dataclass
class Part:
    """What one process did."""

    verifications: int = 0
    acts: int = 0
    put_off: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Turn:
    """What every process of one turn is given."""

    path: Path
    seconds: float
    start: Barrier
    told: "Queue[Part]"


class Crowd:
    """The processes, anew for every turn."""

    def __init__(self, path: Path, texts: list[str], user: tuple[int, str], seconds: float) -> None:
        """Verify ``texts`` against ``path`` for ``seconds`` a turn; ``user`` creates the keys."""
        self._path = path
        self._texts = texts
        self._user = user
        self._seconds = seconds
        self.errors: list[str] = []
        self.put_off = 0
        """How many flushes found the database busy for too long and were tried again later."""

    def turn(self, *, last_used: bool) -> Figures:
        """Return verifications a second of all together, and what the writer got done a second."""
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(PROCESSES + 1)
        told: Queue[Part] = context.Queue()
        turn = _Turn(self._path, self._seconds, start, told)
        crowd = [
            context.Process(target=_verify, args=(turn, self._texts, number, last_used))
            for number in range(PROCESSES)
        ]
        crowd.append(context.Process(target=_write, args=(turn, self._user)))
        for process in crowd:
            process.daemon = True
            process.start()
        parts = [told.get(timeout=self._seconds + _PATIENCE) for _ in crowd]
        for process in crowd:
            process.join()
        self.errors += [error for part in parts for error in part.errors]
        self.put_off += sum(part.put_off for part in parts)
        rates = [
            sum(part.verifications for part in parts) / self._seconds,
            sum(part.acts for part in parts) / self._seconds,
        ]
        names = (WITH, ACTS_WITH) if last_used else (WITHOUT, ACTS_WITHOUT)
        return dict(zip(names, rates, strict=True))


class _Counting(logging.Handler):
    """Counts what a Verifier says about flushes instead of printing it."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part = part

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self._part.put_off += 1


def _verify(turn: _Turn, texts: list[str], number: int, last_used: bool) -> None:
    part = Part()
    logging.getLogger("keytui").addHandler(_Counting(part))
    try:
        verifier = Verifier(turn.path)
        if not last_used:
            verifier._uses.running = True  # so its thread is never started
        verify, good = verifier.verify, Code.VALID
        for text in texts:
            verify(text)
        keys = islice(cycle(texts), number * len(texts) // PROCESSES, None)
        turn.start.wait(_PATIENCE)
        end = time.monotonic() + turn.seconds
        while time.monotonic() < end:
            codes = [verify(text)[0] for text in islice(keys, _BLOCK)]
            part.verifications += len(codes)
            part.errors += [f"{code}" for code in codes if code is not good]
        if not last_used:
            verifier._uses.pending.clear()
        verifier.close()
        if verifier.problem:
            part.errors.append(verifier.problem)
    except Exception as error:  # noqa: BLE001 - it is counted and shown
        part.errors.append(repr(error))
    turn.told.put(part)


def _write(turn: _Turn, user: tuple[int, str]) -> None:
    from keytui.domain.permissions import Role
    from keytui.domain.records import Actor
    from keytui.services import api_keys
    from keytui.storage.database import close_database, open_database

    part = Part()
    try:
        open_database(str(turn.path))
        actor = Actor(user[0], user[1], Role.USER, 0, "local")
        turn.start.wait(_PATIENCE)
        due = time.monotonic()
        end = due + turn.seconds
        while (present := time.monotonic()) < end:
            if present < due:
                time.sleep(due - present)
            due += 2 / ACTS_PER_SECOND
            key, secret = api_keys.create_key(actor, "of the crowd")
            secret.wipe()
            api_keys.deactivate_key(actor, key.key_id, "rotated")
            part.acts += 2
        close_database()
    except Exception as error:  # noqa: BLE001 - it is counted and shown
        part.errors.append(repr(error))
    turn.told.put(part)
