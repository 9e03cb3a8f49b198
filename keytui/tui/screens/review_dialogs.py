"""The dialogs of access reviews: open one, decide about many keys, write the report."""

from collections.abc import Awaitable, Callable
from functools import partial

from keytui.domain import policy, text
from keytui.domain.errors import BadInput
from keytui.domain.progress import Progress
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview, Decision
from keytui.services import review_report
from keytui.services.report_selection import Selection
from keytui.services.review_lines import ReviewFormat
from keytui.tui.screens.export import ExportForm
from keytui.tui.screens.form import Entry, Values
from keytui.tui.screens.long_form import LongForm

Opening = Callable[[Selection, Progress], Awaitable[AccessReview]]
Deciding = Callable[[str, Progress], Awaitable[int]]
"""Decides for a reason, telling how far it is; returns about how many keys."""


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


class Report(ExportForm):
    """The report of a review."""

    def __init__(self, actor: Actor, review_id: int) -> None:
        """Propose a page, and a name that holds the time."""
        forms = (("md", "page"), ("csv", "CSV"), ("jsonl", "JSON lines"))
        super().__init__(
            actor,
            "Export report",
            "Decisions, reasons, what was not reviewed.",
            [Entry("format", "Format", options=forms)],
            name=review_report.proposed_name(review_id, ReviewFormat.MARKDOWN),
            export=lambda values: partial(
                review_report.export, actor, review_id, ReviewFormat(values["format"])
            ),
        )


def _days(typed: str) -> int | None:
    return policy.days(typed, policy.MOST_DAYS, 0) if typed.strip() else None
