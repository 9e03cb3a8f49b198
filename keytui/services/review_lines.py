"""The lines of an access review's report: as a table for programs, or as a page for people."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keytui.domain import clock
from keytui.domain.audit_chain import Head
from keytui.domain.reviews import AccessReview, ReviewItem, Tally
from keytui.domain.text import counted, harmless
from keytui.services.report_lines import cell

COLUMNS: Final = (
    "review_id",
    "user_id",
    "role",
    "masked_key",
    "key_id",
    "label",
    "created_at",
    "key_age_days",
    "last_used",
    "state",
    "decision",
    "reason",
    "decided_by",
    "decided_at",
    "changed_meanwhile",
    "scope",
    "opened_at",
    "opened_by",
    "closed_at",
    "closed_by",
    "audit_head",
)
"""The columns in their order; the last six say the same in each row, so that a row stands alone."""

_IN_TABLE: Final = ("Owner", "Role", "Key", "Label", "Age", "Last used", "Meanwhile")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
"""What Markdown could take for more than text: all of it can be escaped (CommonMark 0.31 §2.4)."""


class ReviewFormat(StrEnum):
    """How the report of a review is written."""

    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "md"
    """A page for people: what was reviewed, what was decided, what was not reviewed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says besides its rows.

    Attributes:
        review: the review.
        tally: its counts, with what ended meanwhile.
        own: how many decisions were made by the owner of the key: none, unless somebody went
            past keytui.
        head: the audit head.
        present: when, in microseconds UTC.
    """

    review: AccessReview
    tally: Tally
    own: int
    head: Head
    present: int


def head(form: ReviewFormat, told: Told) -> str:
    """Return what stands before the first item."""
    if form is ReviewFormat.CSV:
        return ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"
    return _page(told) if form is ReviewFormat.MARKDOWN else ""


def lines(form: ReviewFormat, told: Told) -> Callable[[Sequence[ReviewItem]], str]:
    """Return what writes items as ``form``."""
    if form is ReviewFormat.MARKDOWN:
        return lambda items: "".join(_row(item, told.present) for item in items)
    write = _csv if form is ReviewFormat.CSV else _json
    return lambda items: "".join(write(_values(item, told)) for item in items)


def title(*, decided: bool) -> str:
    """Return what stands above one of the two tables of a page."""
    names = (*_IN_TABLE, "Decision", "Reason", "By", "At") if decided else (*_IN_TABLE, "Outcome")
    return (
        f"\n## {'Decisions' if decided else 'Not reviewed'}\n\n"
        f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
    )


def _values(item: ReviewItem, told: Told) -> tuple[str | int | None, ...]:
    key, review = item.key, told.review
    return (
        review.review_id,
        key.user_id,
        item.role,
        key.masked,
        key.key_id,
        key.label,
        clock.iso(key.created_at),
        key.age_days(told.present),
        clock.iso(key.last_used_at),
        key.state,
        item.outcome,
        item.reason,
        item.decided_by,
        _iso(item.decided_at),
        "; ".join(item.changes),
        review.scope,
        clock.iso(review.opened_at),
        review.opened_by,
        _iso(review.closed_at),
        review.closed_by,
        str(told.head),
    )


def _iso(at: int | None) -> str | None:
    return None if at is None else clock.iso(at)


def _csv(values: Sequence[str | int | None]) -> str:
    cells = (str(value) if isinstance(value, int) else cell(value) for value in values)
    return ",".join(cells) + "\r\n"


def _json(values: Sequence[str | int | None]) -> str:
    clean = (harmless(value) if isinstance(value, str) else value for value in values)
    row = dict(zip(COLUMNS, clean, strict=True))
    return json.dumps(row, ensure_ascii=False) + "\n"


def _page(told: Told) -> str:
    review, tally = told.review, told.tally
    signed = (
        f"{clock.exact(review.closed_at)} by {_text(review.closed_by)}"
        if review.closed_at is not None
        else "not signed off yet: this review is open"
    )
    own = (
        "none of the decisions was made by the owner of the key; administrators own no keys "
        "that work"
        if not told.own
        else f"{counted(told.own, 'decision')} by the owner of the key: find out how"
    )
    facts = (
        ("Scope", f"{_text(review.scope)}, as they were at the opening"),
        ("Opened", f"{clock.exact(review.opened_at)} by {_text(review.opened_by)}"),
        ("Signed off", signed),
        ("Keys", f"{tally.items:,}"),
        ("Kept", f"{tally.kept:,}"),
        ("Deactivated by the review", f"{tally.deactivated:,}"),
        ("Ended meanwhile without a decision", f"{tally.ended:,}"),
        ("Not reviewed", f"{tally.not_reviewed:,}"),
        ("Separation of duties", own),
        ("Audit head", str(told.head)),
        ("This page", clock.exact(told.present)),
    )
    table = "".join(f"| {name} | {value} |\n" for name, value in facts)
    return f"# Access review {review.review_id}\n\n| | |\n|---|---|\n{table}"


def _row(item: ReviewItem, present: int) -> str:
    key = item.key
    cells: tuple[str, ...] = (
        key.user_id,
        str(item.role),
        f"{key.masked} (key {key.key_id})",
        key.label,
        f"{key.age_days(present):,} d",
        clock.exact(key.last_used_at),
        "; ".join(item.changes),
        item.outcome,
    )
    if item.decided_at is not None:
        cells += (item.reason or "", item.decided_by or "", clock.exact(item.decided_at))
    return f"| {' | '.join(_text(cell) for cell in cells)} |\n"


def _text(words: str | None) -> str:
    return _PUNCTUATION.sub(r"\\\1", harmless(words or ""))
