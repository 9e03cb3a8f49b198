"""One thread in this process: keytui, and the bare limit that nothing in Python gets below."""

import random
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from time import perf_counter_ns

from keytui import Code, Verifier
from tests.benchmarks.rounds import Figures

BARE = "bare"
KEYTUI = "keytui"
P50, P99 = "p50", "p99"
_BARE_QUERY = """
    SELECT id, owner_id, label, deactivated_at, expires_at FROM api_key WHERE digest = ?
"""


class BareLimit:
    """A prepared SELECT by digest and a SHA-256: no parsing, no join, no verdict, no last-used."""

    def __init__(self, path: Path, texts: list[str], calls: int) -> None:
        """Open ``path`` with the standard library's default settings."""
        self._connection = sqlite3.connect(path)
        self._calls = _draw(texts, calls)

    def turn(self) -> Figures:
        """Look up keys, and return the microseconds of one look."""
        execute, calls = self._connection.cursor().execute, self._calls
        start = perf_counter_ns()
        for text in calls:
            execute(_BARE_QUERY, (sha256(text.encode()).digest(),)).fetchone()
        return {BARE: _each(start, calls)}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class OneVerifier:
    """A Verifier with last-used on; what is left to write is written before the next one's turn."""

    def __init__(self, path: Path, texts: list[str], calls: int) -> None:
        """Open ``path`` and see that every key is good."""
        self._verifier = Verifier(path)
        self._calls = _draw(texts, calls)
        bad = [verdict for verdict in map(self._verifier.verify, texts) if not verdict]
        if bad:
            raise AssertionError(f"{len(bad)} of {len(texts)} keys were not good: {bad[0]}")
        self._verifier.flush()

    def turn(self, name: str = KEYTUI) -> Figures:
        """Verify keys, and return the microseconds of one verification."""
        verify, calls = self._verifier.verify, self._calls
        start = perf_counter_ns()
        for text in calls:
            verify(text)
        took = _each(start, calls)
        self._verifier.flush()
        return {name: took}

    def turn_call_by_call(self) -> Figures:
        """Time every single verification, and return the microseconds of the median and of p99."""
        verify, now = self._verifier.verify, perf_counter_ns
        took = []
        for text in self._calls:
            start = now()
            verify(text)
            took.append(now() - start)
        self._verifier.flush()
        parts = quantiles(took, n=100)
        return {P50: parts[49] / 1_000, P99: parts[98] / 1_000}

    def close(self) -> None:
        """Let go of the file."""
        self._verifier.close()


class Garbage:
    """Key texts that are none, by what is wrong with them."""

    def __init__(self, path: Path, good: str, calls: int) -> None:
        """Open ``path``; ``good`` is a good key to spoil."""
        self._path = path
        self._good = good
        self._calls = calls
        self._verifier = Verifier(path)
        other = "1" if good[10] == "0" else "0"
        self.kinds = {
            "wrong checksum": f"{good[:10]}{other}{good[11:]}",
            "too short": good[:-1],
            "too long": good * 20,
            "other alphabet": f"{good[:-1]}é",
            "empty": "",
        }

    def turn(self) -> Figures:
        """Verify each kind many times, and return the microseconds of one verification by kind."""
        verify, figures = self._verifier.verify, {}
        for kind, text in self.kinds.items():
            calls = [text] * self._calls
            start = perf_counter_ns()
            for each in calls:
                verify(each)
            figures[kind] = _each(start, calls)
        return figures

    def queries(self) -> int:
        """Return how many queries all kinds together lead to; a good key must lead to one."""
        seen: list[str] = []
        with closing(Verifier(self._path)) as verifier:
            verifier.verify(self._good)
            for thread in verifier._lookup._threads:
                thread.connection.set_trace_callback(seen.append)
            codes = {verifier.verify(text).code for text in self.kinds.values()}
            garbage = len(seen)
            verifier.verify(self._good)
        if codes != {Code.MALFORMED} or len(seen) != garbage + 1:
            raise AssertionError(f"the count of queries is not to be trusted: {codes}, {seen}")
        return garbage

    def close(self) -> None:
        """Let go of the file."""
        self._verifier.close()


def _draw(texts: list[str], calls: int) -> list[str]:
    return random.Random(1).choices(texts, k=calls)


def _each(start: int, calls: list[str]) -> float:
    return (perf_counter_ns() - start) / len(calls) / 1_000
