"""How long a rotated key goes on working beside the key that replaces it."""

from enum import StrEnum

from keytui.domain.clock import DAY, HOUR


class Overlap(StrEnum):
    """The lengths to choose from, the longest first: those that key services offer."""

    WEEK = "7d"
    DAY = "24h"
    HOUR = "1h"
    NONE = "none"

    @property
    def length(self) -> int:
        """In microseconds; 0 for none."""
        return _LENGTHS[self]


_LENGTHS = {Overlap.WEEK: 7 * DAY, Overlap.DAY: DAY, Overlap.HOUR: HOUR, Overlap.NONE: 0}
