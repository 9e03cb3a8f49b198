"""How long keys last: what a policy can say, and what a person can ask for under it."""

import pytest

from keytui.domain import clock
from keytui.domain.clock import DAY, SECOND
from keytui.domain.errors import BadInput
from keytui.domain.policy import MOST_DAYS, NONE, Policy, days
from tests.corpus import EVERYTHING
from tests.support import refusal_of

NOON = 1_795_521_600 * SECOND
"""2026-11-24 12:00:00 UTC."""
STRICT = Policy(30, 90, no_end=False)


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("", NOON + 90 * DAY),
        ("7", NOON + 7 * DAY),
        (" 365D ", NOON + 365 * DAY),
        ("None", None),
        ("2026-11-24", NOON + DAY // 2 - SECOND),
        ("2028-02-29", NOON + 462 * DAY + DAY // 2 - SECOND),
    ],
)
def test_an_end_is_days_a_day_or_none(typed: str, end: int | None) -> None:
    """Days count from now; a day ends with its last second in UTC; empty is the default."""
    assert Policy().end(typed, NOON) == end


def test_a_last_day_reads_as_that_day() -> None:
    """Whoever asks for a day sees that day."""
    end = Policy().end("2027-01-31", NOON)
    assert end is not None
    assert clock.iso(end) == "2027-01-31T23:59:59Z"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            "91",
            "A key may last 90 days at most: choose at most 90 days, or 2027-02-21 as its last day",
        ),
        ("2027-02-22", "A key may last 90 days at most"),
        ("none", "A key must end: choose at most 90 days, or 2027-02-21 as its last day."),
        ("2026-11-23", "must end in the future"),
        ("1969-12-31", "must end in the future"),
        ("0", "no number of days from 1 to 36,500"),
        ("2027-02-29", "is no day: write it as"),
        ("2027-W01-1", "is no day: write it as"),
        ("27-1-1", "is no day: write it as"),
        ("-7", "is no day: write it as"),
        ("soon", "soon is no number of days"),
        ("٣٠", "is no number of days"),
    ],
)
def test_an_end_that_does_not_fit_is_refused(typed: str, words: str) -> None:
    """The sentence names the longest that may be chosen."""
    with pytest.raises(BadInput, match=words):
        STRICT.end(typed, NOON)


@pytest.mark.parametrize("typed", ["9999-12-31", "2126-10-31"])
def test_no_end_is_further_than_a_hundred_years_away(typed: str) -> None:
    """Not without a longest either: an end past the year 9999 could not be shown."""
    with pytest.raises(BadInput, match=r"36,500 days at most: .* or 2126-10-30 as its last day"):
        Policy().end(typed, NOON)
    assert Policy().nearest(NOON + 2 * MOST_DAYS * DAY, NOON) == NOON + MOST_DAYS * DAY


def test_the_longest_and_the_day_that_are_named_can_be_chosen() -> None:
    """The sentence of a refusal leads to what is allowed, and no further."""
    assert STRICT.end("90", NOON) == NOON + 90 * DAY
    assert STRICT.end("2027-02-21", NOON) is not None


@pytest.mark.parametrize(
    "parts",
    [
        (0, None, True),
        (91, 90, True),
        (90, 0, True),
        (MOST_DAYS + 1, None, True),
        (90, None, False),
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_is_refused(parts: tuple[int, int | None, bool]) -> None:
    """Its default is no longer than its longest, and where keys must end there is a longest."""
    assert refusal_of(lambda: Policy(*parts))


@pytest.mark.parametrize(
    ("policy", "choices"),
    [
        (Policy(), ("7", "30", "90", "365", NONE)),
        (STRICT, ("7", "30", "90")),
        (Policy(45, 60), ("7", "30", "45", NONE)),
        (Policy(3, 5, no_end=False), ("3",)),
    ],
    ids=str,
)
def test_what_is_offered_is_allowed(policy: Policy, choices: tuple[str, ...]) -> None:
    """Each choice is taken, and the default is among them."""
    assert policy.choices == choices
    assert str(policy.default_days) in choices
    for one in choices:
        policy.end(one, NOON)


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_the_corpus_is_no_end(text: str) -> None:
    """Whatever is typed, it is an end or one sentence."""
    if refusal_of(lambda: STRICT.end(text, NOON)) == "":
        assert text.strip().isascii()
    refusal_of(lambda: days(text, 365, 0))
