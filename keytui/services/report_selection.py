"""Which keys a report is of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keytui.domain import user_id
from keytui.domain.errors import BadInput
from keytui.domain.states import Status
from keytui.domain.text import harmless
from keytui.services import stale
from keytui.services.key_records import is_working
from keytui.storage.models import UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """All keys, or those for which everything holds that is given.

    Attributes:
        active: they work.
        owner: they are this person's, by User ID.
        idle_days: so many days have passed since the later of creation and last use.
        older_days: so many days have passed since their creation.
    """

    active: bool = False
    owner: str | None = None
    idle_days: int | None = None
    older_days: int | None = None

    def conditions(self, present: int) -> Iterator[Any]:
        """Yield the conditions, as Peewee expressions on keys joined to their owners.

        Raises:
            BadInput: there is no such person.
        """
        if self.active:
            yield is_working(present) & (UserRow.status == Status.ACTIVE)
        if self.owner is not None:
            name = user_id.folded(self.owner)
            if not UserRow.select().where(UserRow.user_id == name).exists():
                raise BadInput(f"There is no user {harmless(self.owner)[: user_id.MAX_LENGTH]}.")
            yield UserRow.user_id == name
        if self.idle_days is not None:
            yield stale.idle_for(self.idle_days, present)
        if self.older_days is not None:
            yield stale.older_than(self.older_days, present)

    @property
    def words(self) -> str:
        """What is selected, for the audit event; empty for all."""
        chosen = ", ".join(("active",) * self.active + self._narrower)
        return f" (only {chosen})" if chosen else ""

    @property
    def scope(self) -> str:
        """What is selected, by itself: ``all active keys``, ``active keys idle 45 d``."""
        narrower = ", ".join(self._narrower)
        keys = "active keys" if self.active else "keys"
        return f"{keys} {narrower}" if narrower else f"all {keys}"

    @property
    def _narrower(self) -> tuple[str, ...]:
        parts = (
            f"of {self.owner}" if self.owner is not None else "",
            f"idle {self.idle_days} d" if self.idle_days is not None else "",
            f"older than {self.older_days} d" if self.older_days is not None else "",
        )
        return tuple(part for part in parts if part)


EVERY_KEY = Selection()
