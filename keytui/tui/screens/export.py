"""Exporting a report from a screen: which format, which file; and the report Account API Key."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from keytui.domain.errors import Conflict, KeytuiError
from keytui.domain.paths import absolute_path
from keytui.domain.records import Actor
from keytui.domain.text import counted, harmless
from keytui.services import audit_check, report
from keytui.services.report_lines import Format
from keytui.services.report_selection import Selection
from keytui.tui.screens.form import Entry, Values
from keytui.tui.screens.long_form import LongForm
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.field import Field


class ExportForm(LongForm[str]):
    """Writes a report, and answers with what to say of it.

    Asks before it replaces a file: the same Enter once more does it.
    """

    def __init__(  # noqa: PLR0913 - a report has this many parts
        self,
        actor: Actor,
        title: str,
        what: str,
        entries: Sequence[Entry],
        *,
        name: str,
        export: Callable[[Values], Callable[..., int]],
    ) -> None:
        """Ask for a file, too.

        Args:
            actor: who exports.
            title: of the dialog.
            what: the report is of, in a sentence.
            entries: what to fill in besides the file; the first is ``format``.
            name: of the file that is proposed, which begins with the first format.
            export: returns, for what was filled in, the service that takes ``path``,
                ``replace`` and ``progress``, and returns the number of keys.
        """
        super().__init__(
            title,
            f"{what} Only you can read the file; a manifest is beside it.",
            [*entries, Entry("path", "File", proposed_path(name))],
            self._export,
            stopped="Stopped: nothing was exported.",
            ok="Export",
            working="Exporting...",
            start="path",
        )
        self._actor = actor
        self._service = export
        self._formats = [value for value, _ in entries[0].options]
        self._replace: Path | None = None

    async def _export(self, values: Values) -> str:
        path = absolute_path(values["path"])
        call_long = self.keytui.background.call_long
        rows = await call_long(
            self._service(values),
            path=path,
            replace=path == self._replace,
            progress=self.progress,
        )
        head = await call_long(audit_check.head, self._actor)
        return f"Audit head {head.short}; {counted(rows, 'key')} written to {harmless(str(path))}."

    def failed(self, error: KeytuiError) -> None:
        """Offer to replace a file that is there."""
        if isinstance(error, Conflict):
            self._replace = absolute_path(self.values["path"])
            self.complain(f"{error} Export once more to replace it.")

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Let the name's ending follow the format, where it still has ours."""
        if event.value not in self._formats:
            return
        field = self.query_one("#path", Field)
        for form in self._formats:
            if field.value.endswith(f".{form}"):
                field.value = field.value.removesuffix(form) + event.value
                break


class Export(ExportForm):
    """Export Account API Key."""

    def __init__(self, actor: Actor) -> None:
        """Propose CSV and a name that holds the time."""
        super().__init__(
            actor,
            "Export Account API Key",
            "One row per key of the whole system.",
            [
                Entry("format", "Format", options=[("csv", "CSV"), ("jsonl", "JSON lines")]),
                Entry("keys", "Keys", options=[("all", "all"), ("active", "active only")]),
            ],
            name=report.proposed_name(Format.CSV),
            export=lambda values: partial(
                report.export,
                actor,
                Format(values["format"]),
                selection=Selection(active=values["keys"] == "active"),
            ),
        )


def proposed_path(name: str) -> str:
    """Propose a file of this name in the folder keytui was started in."""
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # somebody removed the folder keytui was started in
        folder = Path("~")
    return str(folder / name)
