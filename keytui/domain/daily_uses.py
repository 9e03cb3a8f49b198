"""How often a key was used, day by day: whole days of UTC, the last thirteen weeks."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from keytui.domain.clock import DAY

DAYS: Final = 91
"""Today and the 90 days before: thirteen weeks, and the 90 days between reviews (:mod:`.reviews`).
It is part of the table's layout: another number needs a migration."""


def day_of(at: int) -> int:
    """Return the day of a time, counted from 1970-01-01.

    Args:
        at: in microseconds UTC.
    """
    return at // DAY


def place_of(key_id: int, day: int) -> int:
    """Return the number of the row that a key's day is counted in.

    Each key has :data:`DAYS` places, taken in turn: a new day takes the place of the one that
    many days ago, so that the table never outgrows the keys.
    """
    return key_id * DAYS + day % DAYS


def places_of(key_id: int) -> tuple[int, int]:
    """Return the first and the last of the places of a key; see :func:`place_of`."""
    return place_of(key_id, 0), place_of(key_id, DAYS - 1)


class DailyUses(NamedTuple):
    """How often one key was used on each of the last :data:`DAYS` days.

    Attributes:
        last_day: the day that the last count is of, from 1970-01-01.
        counts: uses a day, the oldest day first.
    """

    last_day: int
    counts: tuple[int, ...]

    @classmethod
    def of(cls, by_day: Mapping[int, int], last_day: int) -> Self:
        """Return the counts up to ``last_day`` from those that are there, by day."""
        first = last_day - DAYS + 1
        return cls(last_day, tuple(by_day.get(day, 0) for day in range(first, last_day + 1)))

    @property
    def first_day(self) -> int:
        """The day that the first count is of."""
        return self.last_day - len(self.counts) + 1

    @property
    def total(self) -> int:
        """How often it was used on all these days."""
        return sum(self.counts)

    @property
    def days_used(self) -> int:
        """On how many of these days it was used."""
        return sum(1 for count in self.counts if count)

    @property
    def busiest(self) -> tuple[int, int]:
        """The latest of the days on which it was used most, and how often that was."""
        most = max(self.counts)
        place = max(place for place, count in enumerate(self.counts) if count == most)
        return self.first_day + place, most
