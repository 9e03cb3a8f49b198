"""Export Account API Key: which format, which file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from keytui.domain.audit_chain import Head
from keytui.domain.errors import Conflict, KeytuiError
from keytui.domain.paths import absolute_path
from keytui.domain.progress import Progress
from keytui.services.report import proposed_name
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection
from keytui.tui.screens.form import Entry, Values
from keytui.tui.screens.long_form import LongForm
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.field import Field

Exporting = Callable[[Format, Path, Selection, bool, Progress], Awaitable[tuple[int, Head]]]
"""Writes the report in a format to a path, of some keys, replacing or not, telling how far it is; returns the
rows and the audit head."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows went where, and the head of the audit chain after it."""

    rows: int
    head: Head
    path: Path


class Export(LongForm[Exported]):
    """Asks before it replaces a file: the same Enter once more does it."""

    def __init__(self, exporting: Exporting) -> None:
        """Propose CSV and a name that holds the time."""
        self._exporting = exporting
        self._replace: Path | None = None
        super().__init__(
            "Export Account API Key",
            "One row per key of the whole system. Only you can read the file; a manifest is beside it.",
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
                Entry("path", "File", proposed_path(proposed_name(Format.CSV))),
            ],
            self._write,
            stopped="Stopped: nothing was exported.",
            ok="Export",
            working="Exporting...",
        )
        self.first_focus = "#path"

    async def _write(self, values: Values) -> Exported:
        path = absolute_path(values["path"])
        rows, head = await self._exporting(
            Format(values["format"]),
            path,
            Selection(active=values["keys"] == "active"),
            path == self._replace,
            self.progress,
        )
        return Exported(rows, head, path)

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


def proposed_path(name: str) -> str:
    """Propose a file of this name in the folder keytui was started in."""
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # somebody removed the folder keytui was started in
        folder = Path("~")
    return str(folder / name)
