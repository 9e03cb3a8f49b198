"""The dialogs of access reviews: open one, decide about many keys, write the report."""

from collections.abc import Awaitable, Callable

from keytui.domain import text
from keytui.domain.errors import BadInput, Conflict, KeytuiError
from keytui.domain.paths import absolute_path
from keytui.domain.progress import Progress
from keytui.domain.reviews import AccessReview, Decision
from keytui.services.report_selection import Selection
from keytui.services.review_lines import ReviewFormat
from keytui.services.review_report import proposed_name
from keytui.tui.screens.export import proposed_path
from keytui.tui.screens.form import Entry, Values
from keytui.tui.screens.long_form import LongForm
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.field import Field

Opening = Callable[[Selection, Progress], Awaitable[AccessReview]]
Deciding = Callable[[str, Progress], Awaitable[int]]
"""Decides for a reason, telling how far it is; returns about how many keys."""
Reporting = Callable[[ReviewFormat, str, bool, Progress], Awaitable[str]]
"""Writes the report in a format to a path, replacing or not; returns what to say."""

_MOST_DAYS = 36_500


class OpenReview(LongForm[AccessReview]):
    """Asks over which keys."""

    def __init__(self, opening: Opening) -> None:
        """Begin with all active keys."""

        async def submit(values: Values) -> AccessReview:
            chosen = Selection(
                owner=values["owner"].strip() or None,
                idle_days=_days(values["idle"]),
                older_days=_days(values["older"]),
            )
            return await opening(chosen, self.progress)

        super().__init__(
            "New review",
            "Of all active keys, or only of those for which all holds that you fill in.",
            [
                Entry("owner", "Only of user"),
                Entry("idle", "Not used for days"),
                Entry("older", "Older than days"),
            ],
            submit,
            stopped="Stopped: no review was opened.",
            ok="Open",
            working="Opening...",
        )


class DecideAll(LongForm[int]):
    """Asks the reason; where keys end, also their number."""

    def __init__(
        self, decision: Decision, keys: int, which: str, reason: str, deciding: Deciding
    ) -> None:
        """Ask about ``keys`` keys; ``which`` says which those are."""
        ends = decision is Decision.DEACTIVATE

        async def submit(values: Values) -> int:
            why = text.reason(values["reason"])
            if ends and values["keys"].strip().replace(",", "") != str(keys):
                raise BadInput(f"Type {keys}, the number of keys that end, if you mean them all.")
            return await deciding(why, self.progress)

        verb = "Deactivate" if ends else "Keep"
        consequence = " Whatever uses them stops working at once." if ends else ""
        entries = [Entry("reason", "Reason", reason)]
        if ends:
            entries.append(Entry("keys", "How many"))
        super().__init__(
            f"{verb} many keys",
            f"{verb} {text.counted(keys, 'key')} {which} that nobody decided about?{consequence} "
            "The reason stays on record.",
            entries,
            submit,
            stopped="Stopped: some keys are decided about, the rest not.",
            ok=verb,
        )


class Report(LongForm[str]):
    """Asks format and place; asks before it replaces a file: the same Enter once more does it."""

    def __init__(self, review_id: int, reporting: Reporting) -> None:
        """Propose a page, and a name that holds the time."""
        self._replace = ""

        async def submit(values: Values) -> str:
            path = str(absolute_path(values["path"]))
            form = ReviewFormat(values["format"])
            return await reporting(form, path, path == self._replace, self.progress)

        forms = (("md", "page"), ("csv", "CSV"), ("jsonl", "JSON lines"))
        super().__init__(
            "Export report",
            "Decisions, reasons, what was not reviewed. Only you can read the file; a manifest is "
            "beside it.",
            [
                Entry("format", "Format", options=forms),
                Entry(
                    "path", "File", proposed_path(proposed_name(review_id, ReviewFormat.MARKDOWN))
                ),
            ],
            submit,
            stopped="Stopped: nothing was written.",
            ok="Export",
            start="path",
        )

    def failed(self, error: KeytuiError) -> None:
        """Offer to replace a file that is there."""
        if isinstance(error, Conflict):
            self._replace = str(absolute_path(self.values["path"]))
            self.complain(f"{error} Export once more to replace it.")

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Let the name's ending follow the format, where it still has ours."""
        field = self.query_one("#path", Field)
        for form in ReviewFormat:
            if field.value.endswith(f".{form}"):
                field.value = field.value.removesuffix(form) + event.value
                break


def _days(typed: str) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(_MOST_DAYS))):
        raise BadInput(f"Type a number of days up to {_MOST_DAYS:,}, or nothing.")
    return min(int(typed), _MOST_DAYS)
