"""Measuring in rounds: yardstick and candidate take turns, so that noise hits both."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

Figures = dict[str, float]


class Effort(NamedTuple):
    """How much is measured.

    Attributes:
        rounds: how often everybody has a turn in this process.
        calls: verifications in a turn.
        peer_calls: verifications of djangorestframework-api-key in a turn.
        slow_peer_calls: verifications of keyshield in a turn.
        crowd_rounds: turns of the eight processes, each with and without last-used.
        crowd_seconds: how long one of those takes.
        http_rounds: turns of each HTTP server.
        http_seconds: how long one of those takes.
        starts: how often each program is started.
    """

    rounds: int
    calls: int
    peer_calls: int
    slow_peer_calls: int
    crowd_rounds: int
    crowd_seconds: float
    http_rounds: int
    http_seconds: int
    starts: int


FULL = Effort(
    rounds=7,
    calls=100_000,
    peer_calls=2_000,
    slow_peer_calls=3,
    crowd_rounds=5,
    crowd_seconds=4,
    http_rounds=3,
    http_seconds=6,
    starts=21,
)
QUICK = Effort(
    rounds=3,
    calls=5_000,
    peer_calls=300,
    slow_peer_calls=1,
    crowd_rounds=1,
    crowd_seconds=1,
    http_rounds=1,
    http_seconds=1,
    starts=5,
)


def medians(rounds: int, turns: Mapping[str, Callable[[], Figures]]) -> Figures:
    """Let everybody have a turn in every round and return the median of each figure.

    Args:
        rounds: how many.
        turns: by name; a turn returns its figures by their names. Every other
            round goes backwards, so that nobody always follows the same one.
    """
    seen: dict[str, list[float]] = {}
    for number in range(rounds):
        for turn in list(turns.values())[:: -1 if number % 2 else 1]:
            for name, figure in turn().items():
                seen.setdefault(name, []).append(figure)
    return {name: median(figures) for name, figures in seen.items()}
