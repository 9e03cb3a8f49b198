"""Audit: what happened, newest first. Administrators see all, users their own."""

from typing import cast

from keytui.domain import clock
from keytui.domain.audit import AuditEvent
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Role
from keytui.services import audit
from keytui.tui.screens.place import Place
from keytui.tui.widgets.listing import Column
from keytui.tui.widgets.rows import Row


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
    ORDERS = tuple(audit.ORDERS)
    FIRST_ORDER = ("When", True)
    KEYS = (("1", "Profile"), ("r", "Refresh"), ("s", "Sort"))

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the events."""
        events = await self.keytui.background.call(audit.page, self.actor, wanted)
        return events.of(_row)

    async def count(self, wanted: Wanted) -> int:
        """Count the events."""
        return await self.keytui.background.call(audit.count, self.actor, wanted)

    def summary(self) -> str:
        """Say whose events these are."""
        whose = "Events" if self.actor.role == Role.ADMINISTRATOR else "My events"
        return f"{whose}: {self.range_shown}   {self.filter_shown}"

    def details(self) -> str:
        """Say the selected event whole."""
        row = self.listing.current
        if row is None:
            return ""
        event = cast("AuditEvent", row.record)
        parts = (
            f"{event.event_id}",
            clock.exact(event.at),
            f"{event.actor} from {event.origin}",
            f"{event.action} {event.target}".strip(),
            event.outcome,
            event.detail,
        )
        return ", ".join(part for part in parts if part)


def _row(event: AuditEvent) -> Row:
    cells = (
        clock.ago(event.at, clock.now()),
        event.actor,
        event.action,
        event.outcome,
        f"{event.target}  {event.detail}".strip(),
        event.origin,
    )
    return Row(event.event_id, cells, event)
