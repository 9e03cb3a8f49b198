"""A key's whole history: its steps, from creation to last use, and its uses per day."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult

from keytui.domain import clock
from keytui.domain.records import Actor
from keytui.domain.text import folded
from keytui.services import key_history
from keytui.services.key_history import History, Step
from keytui.tui.screens.place import Place
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.day_chart import DayChart
from keytui.tui.widgets.rows import Row


class KeyDetails(Place):
    """The steps of a key, the newest first; there is nothing to do to them. Esc goes back."""

    COLUMNS = (
        Column("When", 23),
        Column("What", 28),
        Column("By", 12, from_width=76),
        Column("Detail", from_width=76),
        Column("From", 14, from_width=100),
    )
    KEYS = (("r", "Refresh"), ("Esc", "Back"))

    def __init__(self, actor: Actor, key_id: int) -> None:
        """Show the history of a key."""
        super().__init__(actor)
        self.key_id = key_id
        self._history: History | None = None
        self._chart = DayChart(id="chart", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Tell the chart, whose own size does not follow that of the terminal."""
        super().on_resize(event)
        self._chart.on_resize()

    def under_summary(self) -> ComposeResult:
        """Yield the chart of its uses."""
        yield self._chart

    async def fetch(self) -> Sequence[Row]:
        """Return the steps."""
        self._history = await self.keytui.background.call(
            key_history.history, self.actor, self.key_id
        )
        self._chart.show(self._history.uses)
        sought = folded(self.containing)
        return [
            Row(place, (clock.exact(step.at), step.what, step.who, step.detail, step.origin), step)
            for place, step in enumerate(self._history.steps)
            if sought in folded(f"{step.what} {step.detail} {step.who} {step.origin}")
        ]

    def summary(self) -> str:
        """Say which key it is and how it stands."""
        if self._history is None:
            return f"Key {self.key_id}"
        key = self._history.key
        return (
            f"Key {key.key_id} {key.masked} of {key.user_id}: {key.state_shown}   "
            f"{self.filter_shown}   {key.label}"
        )

    def details(self) -> str:
        """Say the selected step whole."""
        if self.listing.current is None:
            return ""
        step = self.record(Step)
        who = f" by {step.who}" if step.who else ""
        origin = f" from {step.origin}" if step.origin else ""
        detail = f": {step.detail.removesuffix('.')}" if step.detail else ""
        return f"{clock.exact(step.at)}, {step.what}{who}{origin}{detail}."

    def leave(self) -> None:
        """Go back to the list."""
        self.dismiss()


class OwnKeyDetails(KeyDetails):
    """One's own key: opened from Profile."""

    PLACE = "Profile"


class UserKeyDetails(KeyDetails):
    """A user's key, as an administrator sees it: opened from below Manage Users."""

    PLACE = "Manage Users"
