"""Audit: what happened, newest first. Administrators see all, users their own."""

from typing import ClassVar

from textual.binding import BindingType

from keytui.domain import clock
from keytui.domain.audit import AuditEvent, Family
from keytui.domain.pages import Page, Wanted
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import audit
from keytui.tui.menu import MenuAction, bindings
from keytui.tui.screens.place import Place
from keytui.tui.widgets.columns import Column
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
    ACTIONS = (MenuAction("family", "f", "Show {}"),)
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    KEYS = (("1", "Profile"), ("f", "Sign-ins, keys..."), ("s", "Sort"))

    def __init__(self, actor: Actor, family: Family = Family.ALL, about: str | None = None) -> None:
        """Show the events that ``actor`` may read; only those ``about`` one person, if named."""
        super().__init__(actor)
        self.family = family
        self.about = about

    async def page(self, wanted: Wanted) -> Page[Row]:
        """Return a page of the events."""
        events = await self.keytui.background.call(
            audit.page, self.actor, wanted, self.family, self.about
        )
        return events.of(_row)

    async def count(self, wanted: Wanted) -> int:
        """Count the events."""
        return await self.keytui.background.call(
            audit.count, self.actor, wanted, self.family, self.about
        )

    def summary(self) -> str:
        """Say whose events these are."""
        whose = "Events" if self.actor.role == Role.ADMINISTRATOR else "My events"
        whose = f"Events of {self.about}" if self.about else whose
        family = "" if self.family is Family.ALL else f" ({self.family})"
        return f"{whose}{family}: {self.range_shown}   {self.filter_shown}"

    def words(self, action: MenuAction) -> str:
        """Name the family that comes next."""
        following = self._following
        only = "all events" if following is Family.ALL else f"{following} only"
        return action.label.format(only)

    @property
    def _following(self) -> Family:
        families = list(Family)
        return families[(families.index(self.family) + 1) % len(families)]

    async def do_family(self) -> None:
        """Go on to the next family; the newest event is first again."""
        self.family = self._following
        self.listing.set_rows((), "Reading...")
        await self.done(
            f"These are {self.family if self.family is not Family.ALL else 'all events'}."
        )

    def details(self) -> str:
        """Say the selected event whole."""
        if self.listing.current is None:
            return ""
        event = self.record(AuditEvent)
        parts = (
            f"{event.event_id}",
            clock.exact(event.at),
            f"{event.actor} from {event.origin}",
            f"{event.action} {event.target}".strip(),
            event.outcome,
            event.detail,
        )
        return ", ".join(part for part in parts if part)


class UserAudit(Audit):
    """What a person did and what concerns them, their sign-ins first; opened from their keys."""

    PLACE = "Manage Users"
    KEYS = (("f", "Keys, all..."), ("s", "Sort"), ("Esc", "Back"))

    def __init__(self, actor: Actor, user_id: str) -> None:
        """Show the sign-ins of the person to ``actor``, and from there the other families."""
        super().__init__(actor, Family.SIGN_INS, user_id)

    def leave(self) -> None:
        """Go back to the keys."""
        self.dismiss()


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
