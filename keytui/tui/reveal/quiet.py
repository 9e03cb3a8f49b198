"""Keys that were typed before a pop-up could be seen must not answer it."""

from time import monotonic

QUIET_SECONDS = 0.4
"""How long no key may have come before one counts."""


class Quiet:
    """A pause that has to pass without a key; each key that comes too early prolongs it."""

    def __init__(self) -> None:
        """Begin."""
        self._since = monotonic()

    def begin(self) -> None:
        """Begin anew: what is on the screen has changed."""
        self._since = monotonic()

    def typed_ahead(self) -> bool:
        """Tell whether the key that just came was typed too early to be meant."""
        early = monotonic() - self._since < QUIET_SECONDS
        if early:
            self.begin()
        return early
