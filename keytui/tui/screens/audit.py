"""Audit: what happened, newest first. Administrators see all, users their own."""

from collections.abc import Sequence

from keytui.domain import clock
from keytui.domain.audit import AuditEvent
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import audit
from keytui.tui.screens.place import Place
from keytui.tui.widgets.listing import Column, Row

NEWEST = 2_000
"""How many events are shown at most."""


class Audit(Place):
    """A list of audit events; there is nothing to do to them."""

    PLACE = "Audit"
    COLUMNS = (
        Column("When", 11),
        Column("Who", 12, from_width=75),
        Column("Action", 22),
        Column("Outcome", 7),
        Column("What"),
        Column("From", 14, from_width=100),
    )
    KEYS = (("1", "Profile"), ("r", "Refresh"), ("s", "Sort"))

    def __init__(self, actor: Actor) -> None:
        """Show the events that ``actor`` may read."""
        super().__init__(actor)
        self.events: dict[int, AuditEvent] = {}

    async def fetch(self) -> Sequence[Row]:
        """Return the newest events."""
        events = await self.keytui.background.call(
            audit.events, self.actor, self.containing, NEWEST
        )
        self.events = {event.event_id: event for event in events}
        present = clock.now()
        return [
            Row(
                key=event.event_id,
                cells=(
                    clock.ago(event.at, present),
                    event.actor,
                    event.action,
                    event.outcome,
                    f"{event.target}  {event.detail}".strip(),
                    event.origin,
                ),
                sort=(
                    event.at,
                    event.actor,
                    event.action,
                    event.outcome,
                    event.target,
                    event.origin,
                ),
            )
            for event in events
        ]

    def summary(self) -> str:
        """Say whose events these are."""
        whose = "Events" if self.actor.role == Role.ADMINISTRATOR else "My events"
        newest = f" (the newest {NEWEST:,})" if len(self.events) == NEWEST else ""
        return f"{whose}: {self.range_shown}{newest}   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected event whole."""
        row = self.listing.current
        if row is None:
            return ""
        event = self.events[row.key]  # type: ignore[index]  # the rows' keys are event ids
        parts = (
            f"{event.event_id}",
            clock.exact(event.at),
            f"{event.actor} from {event.origin}",
            f"{event.action} {event.target}".strip(),
            event.outcome,
            event.detail,
        )
        return ", ".join(part for part in parts if part)
