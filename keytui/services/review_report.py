"""The report of an access review: scope, who, when, decisions, reasons, what was not reviewed."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final

from keytui.domain import clock
from keytui.domain.audit import Action
from keytui.domain.permissions import Permission
from keytui.domain.progress import Progress, untold
from keytui.domain.records import Actor
from keytui.domain.reviews import AccessReview, Decision, ReviewItem
from keytui.services import evidence, review_lines, review_records, reviews
from keytui.services.evidence import Evidence, Put
from keytui.services.review_lines import ReviewFormat, Told
from keytui.storage.batches import batches
from keytui.storage.models import ApiKeyRow, ReviewItemRow, UserRow

_TELL_EVERY: Final = 500
"""Rows of a batch: some 10 ms apart."""


def proposed_name(review_id: int, form: ReviewFormat) -> str:
    """Propose a file name: ``access-review-3-20261124-060035.md``."""
    return f"access-review-{review_id}-{clock.stamp(clock.now())}.{form}"


def export(  # noqa: PLR0913 - two of them have names at every call
    actor: Actor,
    review_id: int,
    form: ReviewFormat,
    path: Path,
    *,
    replace: bool = False,
    progress: Progress = untold,
) -> int:
    """Write the report to a file that its account alone can read (0600), its manifest beside it.

    Args:
        actor: who exports.
        review_id: of which review; an open one says that it is open.
        form: how it is written; compressed (RFC 1952) where the name ends in ``.gz``.
        path: where to.
        replace: whether a file that is there already may be replaced.
        progress: told how far it is; what it raises stops the export, and nothing is left of it.

    Returns:
        The number of keys.

    Raises:
        Refused: the actor is no administrator.
        Conflict: there is a file already, and ``replace`` is false.
        BadInput: no file can be written there, or there is no such review.
    """
    what = _evidence(actor, review_id, form, progress)
    return evidence.to_file(actor, what, path, replace=replace)


def export_to_stream(
    actor: Actor,
    review_id: int,
    form: ReviewFormat,
    stream: BinaryIO,
    *,
    progress: Progress = untold,
) -> int:
    """Write the report to an open stream. See :func:`export`."""
    return evidence.to_stream(actor, _evidence(actor, review_id, form, progress), stream)


def _evidence(actor: Actor, review_id: int, form: ReviewFormat, progress: Progress) -> Evidence:
    review = reviews.get_review(actor, review_id)
    return Evidence(
        action=Action.REVIEW_REPORT,
        permission=Permission.REVIEW_ACCESS,
        content=f"Access review {review_id} ({review.state})",
        selection=review.scope,
        form=form,
        target=reviews.name(review_id),
        write=lambda put: _write(review_id, form, put, progress),
    )


def _write(review_id: int, form: ReviewFormat, put: Put, progress: Progress) -> int:
    (review,) = review_records.reviews([review_records.find(review_id)])
    told = Told(review, reviews.tally_now(review), _own(review), evidence.head_now(), clock.now())
    put(review_lines.head(form, told).encode())
    mine = ReviewItemRow.review == review_id
    if form is ReviewFormat.MARKDOWN:
        undecided = ReviewItemRow.decision == Decision.NONE
        parts = [
            (review_lines.title(decided=True), mine & ~undecided),
            (review_lines.title(decided=False), mine & undecided),
        ]
    else:
        parts = [("", mine)]
    write = review_lines.lines(form, told)
    done = 0
    for title, which in parts:
        put(title.encode())
        with closing(_items(which, told.present)) as found:
            for batch in found:
                put(write(batch).encode())
                done += len(batch)
                progress(done, max(done, review.tally.items))
    return done


def _items(which: Any, present: int) -> Generator[list[ReviewItem], None, None]:  # noqa: ANN401 - a Peewee expression
    query = review_records.select_items().where(which).order_by(ReviewItemRow.id)
    # A subquery (who replaces a key) is named by its alias alone.
    names = [getattr(column, "name", None) or column._alias for column in query.selected_columns]  # noqa: SLF001 - Peewee has no other way
    with closing(batches(query, _TELL_EVERY)) as found:
        for batch in found:
            rows = (dict(zip(names, values, strict=True)) for values in batch)
            yield [review_records.item(row, present) for row in rows]


def _own(review: AccessReview) -> int:
    """Count the decisions that the owner of the key made: a guard of the database refuses them."""
    return int(
        ReviewItemRow.select()
        .join(ApiKeyRow, on=(ReviewItemRow.key == ApiKeyRow.id))
        .join(UserRow, on=(ApiKeyRow.owner == UserRow.id))
        .where(
            (ReviewItemRow.review == review.review_id)
            & (ReviewItemRow.decision != Decision.NONE)
            & (ReviewItemRow.decided_by == UserRow.user_id)
        )
        .count()
    )
