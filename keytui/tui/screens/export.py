"""Export Account API Key: which format, which file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Final

from keytui.domain import clock
from keytui.domain.audit_chain import Head
from keytui.domain.clock import SECOND
from keytui.domain.errors import Cancelled, Conflict, KeytuiError
from keytui.domain.paths import absolute_path
from keytui.services.report import Progress, proposed_name
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection
from keytui.tui.screens.form import Entry, Form, Values
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.field import Field

Exporting = Callable[[Format, Path, Selection, bool, Progress], Awaitable[tuple[int, Head]]]
"""Writes the report in a format to a path, of some keys, replacing or not, telling how far it is; returns the
rows and the audit head."""

_TELL_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows went where, and the head of the audit chain after it."""

    rows: int
    head: Head
    path: Path


class Export(Form[Exported]):
    """Asks before it replaces a file: the same Enter once more does it."""

    def __init__(self, exporting: Exporting) -> None:
        """Propose CSV and a name that holds the time."""
        self._exporting = exporting
        self._stopped = Event()
        self._begun = 0.0
        self._replace: Path | None = None
        super().__init__(
            "Export Account API Key",
            "One row per key of the whole system. Only you can read the file.",
            [
                Entry(
                    "format",
                    "Format",
                    options=[
                        (Format.CSV.value, "CSV"),
                        (Format.JSONL.value, "JSON lines"),
                    ],
                ),
                Entry("keys", "Keys", options=[("all", "all"), ("active", "active only")]),
                Entry("path", "File", _proposed()),
            ],
            self._write,
            ok="Export",
            working="Exporting...",
        )
        self.first_focus = "#path"

    async def _write(self, values: Values) -> Exported:
        path = absolute_path(values["path"])
        self._stopped.clear()
        self._begun = self._told = monotonic()
        rows, head = await self._exporting(
            Format(values["format"]),
            path,
            Selection(active=values["keys"] == "active"),
            path == self._replace,
            self._progress,
        )
        return Exported(rows, head, path)

    def _progress(self, done: int, total: int) -> None:
        # On the thread for exports.
        if self._stopped.is_set():
            raise Cancelled("Stopped: nothing was exported.")
        present = monotonic()
        if present - self._told >= _TELL_SECONDS and done < total:
            self._told = present
            left = clock.duration(round((present - self._begun) * (total - done) / done * SECOND))
            self.app.call_later(self.say, f"{done:,} of {total:,} keys, {left} left. Esc stops it.")
        sleep(0)  # let the screen have its turn

    def action_cancel(self) -> None:
        """Close; or stop what is under way."""
        if self.busy:
            self._stopped.set()
        super().action_cancel()

    def failed(self, error: KeytuiError) -> None:
        """Offer to replace a file that is there."""
        if isinstance(error, Conflict):
            self._replace = absolute_path(self.values["path"])
            self.complain(f"{error} Export once more to replace it.")

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Let the name's ending follow the format, where it still has ours."""
        if event.value not in list(Format):
            return
        field = self.query_one("#path", Field)
        for form in Format:
            if field.value.endswith(f".{form}"):
                field.value = field.value.removesuffix(form) + event.value
                break


def _proposed() -> str:
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # somebody removed the folder keytui was started in
        folder = Path("~")
    return str(folder / proposed_name(Format.CSV))
