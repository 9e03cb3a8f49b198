"""Ending many things at once: what will happen to whom, one reason, and a word typed to confirm."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from textual.app import ComposeResult

from keytui.domain import clock, text
from keytui.domain.errors import BadInput
from keytui.domain.progress import Progress
from keytui.domain.records import ApiKey
from keytui.domain.text import harmless
from keytui.services import bulk
from keytui.tui.screens.dialog import T
from keytui.tui.screens.form import Entry, Values
from keytui.tui.screens.long_form import LongForm
from keytui.tui.widgets.columns import Column
from keytui.tui.widgets.listing import Listing
from keytui.tui.widgets.rows import Row

_LABEL: Final = 17
"""Characters of a label that are shown."""
_LONG: Final = "Type it in full"
_COLUMNS = (
    Column("Owner", 13, from_width=60),
    Column("Key", 8),
    Column("Key ID", 7, right=True),
    Column("Last used", 14),
    Column("Label"),
)


class Ending(LongForm[T]):
    """Answers with what was done, once it is."""

    def __init__(  # noqa: PLR0913 - a preview has this many parts
        self,
        title: str,
        what: str,
        rows: Sequence[Row],
        word: str,
        *,
        doing: Callable[[str, Progress], Awaitable[T]],
        ok: str,
    ) -> None:
        """Say ``what`` will happen and list ``rows``.

        ``doing`` is awaited with the reason and what to tell how far it is, once
        ``word`` was typed.
        """
        asked = f"Type {harmless(word)}"
        super().__init__(
            title,
            what,
            [Entry("reason", "Reason"), Entry("word", asked if len(asked) <= _LABEL else _LONG)],
            self._end,
            ok=ok,
        )
        self._rows = rows
        self._word = word
        self._doing = doing

    def body(self) -> ComposeResult:
        """Put the list after the words."""
        intro, *fields = super().body()
        yield intro
        yield Listing(_COLUMNS, "No API keys.")
        yield from fields

    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(Listing).set_rows(self._rows)

    async def _end(self, values: Values) -> T:
        reason = text.reason(values["reason"])
        if values["word"].strip() != self._word:
            raise BadInput(f"Type {self._word} to confirm: nothing was changed yet.")
        return await self._doing(reason, self.progress)


def rows_of(keys: Sequence[ApiKey], more: int = 0) -> Sequence[Row]:
    """Return keys as rows, those used in the last day marked, and how many ``more`` there are."""
    rows = [
        Row(
            key.key_id,
            (
                key.user_id,
                key.masked,
                str(key.key_id),
                f"{'! ' if bulk.in_use(key) else ''}{clock.ago(key.last_used_at, key.as_of)}",
                key.label,
            ),
        )
        for key in keys
    ]
    if more:
        rows.append(Row("more", ("", "", "", "", f"and {more:,} more"), dim=True))
    return rows
