"""How long API keys last: what the administrators' policy says, and what a person asks for."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from keytui.domain import clock
from keytui.domain.clock import DAY, SECOND
from keytui.domain.errors import BadInput
from keytui.domain.text import counted, harmless

DEFAULT_DAYS: Final = 90
"""How long a key lasts unless somebody says otherwise: the CIS AWS Foundations Benchmark v7.0.0
has keys rotated every 90 days or sooner (2.12)."""
CHOICES: Final = (7, 30, 90, 365)
"""The days offered for a new key; GitHub offers 7 to 90 and any other, GitLab 365 at most."""
MOST_DAYS: Final = 36_500
"""A hundred years: more is a typing error."""
WARNING_DAYS: Final = 30
"""How long keys that a policy shortens go on at least, unless it says otherwise."""
MOST_WARNING_DAYS: Final = 365
SOON_DAYS: Final = 30
"""How long before its end a key is *expiring*: the first of the warnings."""
NONE: Final = "none"
"""What a person writes who wants no end, or no longest."""

_FIRST_DAY: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How long keys may last.

    Attributes:
        default_days: how long a new key lasts unless its owner says otherwise.
        longest_days: how long a key may last at most, from its creation; ``None`` for ever.
        no_end: whether a key may have no end at all.
    """

    default_days: int = DEFAULT_DAYS
    longest_days: int | None = None
    no_end: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            BadInput: the three do not go together.
        """
        longest = self._most
        for what, days in (("default", self.default_days), ("longest", longest)):
            if not 1 <= days <= MOST_DAYS:
                raise BadInput(f"The {what} is 1 to {MOST_DAYS:,} days: correct it.")
        if self.default_days > longest:
            raise BadInput(
                f"The default of {counted(self.default_days, 'day')} is longer than the longest "
                f"of {counted(longest, 'day')}: make one of them fit."
            )
        if not self.no_end and self.longest_days is None:
            raise BadInput("Where keys must end, say how long they may last at most.")

    @property
    def words(self) -> str:
        """The policy in a phrase, for people and for the audit trail."""
        longest = "" if self.longest_days is None else f"at most {self.longest_days:,}, "
        end = "keys may have no end" if self.no_end else "every key must end"
        return f"{counted(self.default_days, 'day')} by default, {longest}{end}"

    @property
    def choices(self) -> tuple[str, ...]:
        """What the owner of a new key can choose among: some days, and perhaps none."""
        days = sorted({self.default_days, *(one for one in CHOICES if one <= self._most)})
        return (*map(str, days), *([NONE] if self.no_end else []))

    def end(self, typed: str, present: int) -> int | None:
        """Return when a key created now ends, in microseconds UTC; ``None`` for no end.

        Args:
            typed: days, a last day as YYYY-MM-DD (its end, UTC), ``none``, or empty for the
                default.
            present: the present time.

        Raises:
            BadInput: it is none of these, or the policy does not allow it.
        """
        wanted = typed.strip().lower()
        if wanted == NONE:
            end = None
        elif "-" in wanted:
            end = _end_of(wanted)
        else:
            end = present + (days(wanted, MOST_DAYS) if wanted else self.default_days) * DAY
        self.check(end, present)
        return end

    def check(self, end: int | None, present: int) -> None:
        """Let a key created now end at ``end`` only if it may.

        Raises:
            BadInput: the end is not in the future, or beyond the policy; names the longest.
        """
        if end is None:
            if self.no_end:
                return
            raise BadInput(f"A key must end: choose {self._longest(present)}.")
        if end <= present:
            raise BadInput("A key must end in the future: choose a later end.")
        if end > present + self._most * DAY:
            raise BadInput(
                f"A key may last {counted(self._most, 'day')} at most: "
                f"choose {self._longest(present)}."
            )

    def nearest(self, end: int | None, present: int) -> int | None:
        """Return ``end``, or the latest that a key created now may have, if that is nearer."""
        if end is None and self.no_end:
            return None
        latest = present + self._most * DAY
        return latest if end is None else min(end, latest)

    @property
    def _most(self) -> int:
        """How many days a key may last, by the policy or by what is a typing error anyway."""
        return MOST_DAYS if self.longest_days is None else self.longest_days

    def _longest(self, present: int) -> str:
        # The last day that is over before the longest is.
        last = clock.iso(present + self._most * DAY - DAY + SECOND)[:10]
        return f"at most {counted(self._most, 'day')}, or {last} as its last day"


def days(typed: str, most: int, least: int = 1) -> int:
    """Return a number of days, written ``30`` or ``30d``.

    Raises:
        BadInput: it is none, or not from ``least`` to ``most``.
    """
    number = typed.strip().lower().removesuffix("d").rstrip()
    if number.isascii() and number.isdecimal() and len(number) <= len(str(most)):
        found = int(number)
        if least <= found <= most:
            return found
    raise BadInput(
        f"{harmless(typed.strip())[:20] or 'Nothing'} is no number of days from {least} to "
        f"{most:,}: correct it."
    )


def longest(typed: str) -> int | None:
    """Return the longest that a person writes, in days; ``None`` for ``none``.

    Raises:
        BadInput: it is neither.
    """
    return None if typed.strip().lower() == NONE else days(typed, MOST_DAYS)


def _end_of(typed: str) -> int:
    """Return the last second of a day."""
    try:
        # Only this form: fromisoformat alone takes weeks too.
        last = date.fromisoformat(
            typed if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed) else ""
        )
    except ValueError as error:
        raise BadInput(f"{harmless(typed)[:20]} is no day: write it as 2027-12-31.") from error
    return (last - _FIRST_DAY).days * DAY + DAY - SECOND
