"""Access reviews: opened over what works, decided in any number of sittings, signed off."""

from collections.abc import Callable

import pytest

from keytui.domain.clock import DAY
from keytui.domain.errors import BadInput, Cancelled, Conflict, Refused
from keytui.domain.pages import Wanted
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.domain.reviews import Decision, ReviewItem, Tally
from keytui.services import (
    api_keys,
    review_decisions,
    review_items,
    reviews,
    users,
)
from keytui.services.report_selection import Selection
from keytui.storage.models import ApiKeyRow
from tests.support import Clock, MakePerson, rows, signed_in, trail

KEEP, DEACTIVATE = Decision.KEEP, Decision.DEACTIVATE


@pytest.fixture
def ben(person: MakePerson) -> Actor:
    """Return another user."""
    return person("ben")


@pytest.fixture
def eve(person: MakePerson) -> Actor:
    """Return another administrator."""
    return person("eve", Role.ADMINISTRATOR)


def key_of(owner: Actor, label: str = "CI") -> int:
    return api_keys.create_key(owner, label)[0].key_id


def items(actor: Actor, review_id: int, **wanted: object) -> list[ReviewItem]:
    return list(review_items.page(actor, Wanted(**wanted), review_id).rows)  # type: ignore[arg-type]


def outcomes(actor: Actor, review_id: int) -> dict[int, str]:
    return {item.key.key_id: item.outcome for item in items(actor, review_id)}


def test_a_review_is_over_the_keys_that_work_at_its_opening(
    clock: Clock, adam: Actor, maria: Actor, ben: Actor
) -> None:
    """Neither a dead key nor one of somebody inactive is in it, nor one that comes later."""
    kept, dead = key_of(maria), key_of(maria)
    key_of(ben)
    api_keys.create_key(maria, "short", expires_at=clock.now + 1)
    clock.advance(seconds=1)
    api_keys.deactivate_key(maria, dead, "lost")
    users.deactivate_user(adam, "ben", "left")
    review = reviews.open_review(adam)
    key_of(maria)
    assert list(outcomes(adam, review.review_id)) == [kept]
    assert (review.scope, review.opened_by, review.state) == ("all active keys", "adam", "open")
    assert review.tally == Tally(1, 0, 0)


@pytest.mark.parametrize(
    ("selection", "scope", "there"),
    [
        (Selection(owner="Maria"), "active keys of maria", ["old", "used"]),
        (Selection(idle_days=45), "active keys idle 45 d", ["of ben", "old"]),
        (Selection(older_days=90), "active keys older than 90 d", ["of ben", "old", "used"]),
        (
            Selection(owner="maria", idle_days=45),
            "active keys of maria, idle 45 d",
            ["old"],
        ),
    ],
)
def test_a_review_may_be_over_some_keys(  # noqa: PLR0913, PLR0917 - fixtures and cases
    clock: Clock,
    adam: Actor,
    maria: Actor,
    ben: Actor,
    person: MakePerson,
    selection: Selection,
    scope: str,
    there: list[str],
) -> None:
    """One person's, idle ones, old ones: what was chosen is the scope in words."""
    key_of(maria, "old")
    used = key_of(maria, "used")
    key_of(ben, "of ben")
    clock.advance(days=90)
    ApiKeyRow.update(last_used_at=clock.now).where(ApiKeyRow.id == used).execute()
    key_of(person("zoe"), "new")
    review = reviews.open_review(adam, selection)
    assert review.scope == scope
    assert sorted(item.label for item in items(adam, review.review_id)) == there


def test_a_review_of_nothing_is_not_opened(adam: Actor, maria: Actor) -> None:
    """There is no row of it, and the sentence says why."""
    for selection in (Selection(), Selection(owner="maria")):
        with pytest.raises(BadInput, match="nothing to review"):
            reviews.open_review(adam, selection)
    for name in ("nobody", "'; --"):
        with pytest.raises(BadInput, match=f"no user {name}"):
            reviews.open_review(adam, Selection(owner=name))
    assert rows("SELECT count(*) FROM access_review") == [(0,)]


def test_the_items_are_the_same_whatever_the_parts(
    adam: Actor, maria: Actor, ben: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken in two keys at a time or all at once, nothing is missed or met twice."""
    for owner in (maria, ben, maria, ben, maria):
        key_of(owner)
    whole = reviews.open_review(adam)
    monkeypatch.setattr(reviews, "_AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    review = reviews.open_review(adam, progress=lambda *far: told.append(far))
    for one in (whole, review):
        found = items(adam, one.review_id, order="Key ID")
        assert [(item.key.user_id, item.key.key_id) for item in found] == [
            ("maria", 1),
            ("ben", 2),
            ("maria", 3),
            ("ben", 4),
            ("maria", 5),
        ]
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_an_opening_that_is_stopped_leaves_nothing(adam: Actor, maria: Actor) -> None:
    """Neither the review nor an item nor an event."""
    key_of(maria)
    events = len(trail())

    def stop(done: int, total: int) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        reviews.open_review(adam, progress=stop)
    assert rows("SELECT count(*) FROM access_review") == [(0,)]
    assert rows("SELECT count(*) FROM review_item") == [(0,)]
    assert len(trail()) == events


def test_a_key_is_kept_or_ended_each_with_a_reason(adam: Actor, maria: Actor) -> None:
    """A kept key goes on; a deactivated one ends at once, with the review in its reason."""
    good, bad = key_of(maria), key_of(maria)
    review = reviews.open_review(adam)
    review_decisions.decide(adam, review.review_id, good, KEEP, "in use")
    review_decisions.decide(adam, review.review_id, bad, DEACTIVATE, "nobody knows it")
    found = {item.key.key_id: item for item in items(adam, review.review_id)}
    assert found[good].key.status == "active"
    assert (found[good].decision, found[good].reason) == (KEEP, "in use")
    assert found[bad].key.deactivated_by == found[bad].decided_by == "adam"
    assert found[bad].key.deactivation_reason == "Access review 1: nobody knows it"
    assert found[bad].changes == ()
    assert [(e.action.value, e.target, e.detail) for e in trail()[-3:]] == [
        ("review:decide", "review 1", f"keep key {good}: in use"),
        ("api_key:deactivate", f"key {bad}", "Access review 1: nobody knows it"),
        ("review:decide", "review 1", f"deactivate key {bad}: nobody knows it"),
    ]
    assert reviews.get_review(adam, 1).tally == Tally(2, 1, 1)


def test_what_is_not_reviewed_comes_first(adam: Actor, maria: Actor) -> None:
    """So that a later sitting begins where the last one ended."""
    first, second, third = key_of(maria), key_of(maria), key_of(maria)
    review = reviews.open_review(adam)
    review_decisions.decide(adam, review.review_id, first, KEEP, "in use")
    assert [item.key.key_id for item in items(adam, review.review_id)] == [second, third, first]


def test_another_administrator_goes_on_and_signs_off(
    clock: Clock, adam: Actor, eve: Actor, maria: Actor
) -> None:
    """Who decided what and who signed off stand side by side; what was left is counted."""
    first, second, third, fourth = (key_of(maria) for _ in range(4))
    review = reviews.open_review(adam)
    review_decisions.decide(adam, review.review_id, first, KEEP, "in use")
    clock.advance(days=3)
    review_decisions.decide(eve, review.review_id, second, DEACTIVATE, "unknown")
    api_keys.deactivate_key(maria, third, "lost")
    closed = reviews.close_review(eve, review.review_id)
    assert (closed.state, closed.closed_by, closed.closed_at) == ("closed", "eve", clock.now)
    assert closed.tally == Tally(4, 1, 1, 1)
    assert closed.tally.not_reviewed == 1
    assert outcomes(adam, review.review_id) == {
        first: "keep",
        second: "deactivate",
        third: "ended meanwhile",
        fourth: "not reviewed",
    }
    assert trail()[-1].detail == (
        "4 keys: 1 kept, 1 deactivated, 1 ended meanwhile, 1 not reviewed"
    )
    api_keys.deactivate_key(maria, fourth, "lost")
    assert reviews.get_review(adam, review.review_id) == closed


CLOSED: dict[str, Callable[[Actor], object]] = {
    "keep": lambda who: review_decisions.decide(who, 1, 1, KEEP, "x"),
    "deactivate": lambda who: review_decisions.decide(who, 1, 1, DEACTIVATE, "x"),
    "keep all": lambda who: review_decisions.decide_all(who, 1, KEEP, "x", keys=1),
    "deactivate all": lambda who: review_decisions.decide_all(who, 1, DEACTIVATE, "x", keys=1),
    "close": lambda who: reviews.close_review(who, 1),
}


@pytest.mark.parametrize("act", CLOSED.values(), ids=CLOSED.keys())
def test_a_closed_review_refuses_everything(
    adam: Actor, maria: Actor, act: Callable[[Actor], object]
) -> None:
    """One sentence says what to do instead, and no key ends."""
    key_of(maria)
    reviews.open_review(adam)
    reviews.close_review(adam, 1)
    before = rows("SELECT * FROM review_item"), rows("SELECT * FROM api_key")
    with pytest.raises(Conflict, match=r"review 1 is closed: .* Open another instead\."):
        act(adam)
    assert (rows("SELECT * FROM review_item"), rows("SELECT * FROM api_key")) == before


def test_nobody_decides_about_what_was_their_own(adam: Actor, eve: Actor, maria: Actor) -> None:
    """An item of somebody who was promoted meanwhile waits for another administrator."""
    key_id = key_of(maria)
    reviews.open_review(adam)
    users.set_role(adam, "maria", Role.ADMINISTRATOR, active_keys=1)
    promoted = signed_in("maria")
    with pytest.raises(Refused, match="Nobody reviews their own keys"):
        review_decisions.decide(promoted, 1, key_id, KEEP, "mine")
    assert trail()[-1].outcome.value == "refused"


def test_a_decision_is_changed_one_way_only(adam: Actor, maria: Actor) -> None:
    """Kept may become deactivated; deactivated stays; the same twice is said."""
    key_id = key_of(maria)
    reviews.open_review(adam)
    review_decisions.decide(adam, 1, key_id, KEEP, "in use")
    with pytest.raises(Conflict, match="decided about already"):
        review_decisions.decide(adam, 1, key_id, KEEP, "in use")
    review_decisions.decide(adam, 1, key_id, DEACTIVATE, "not after all")
    for decision in (KEEP, DEACTIVATE):
        with pytest.raises(Conflict, match="decided about already"):
            review_decisions.decide(adam, 1, key_id, decision, "again")
    assert outcomes(adam, 1) == {key_id: "deactivate"}


def test_what_ended_meanwhile_needs_no_decision(adam: Actor, maria: Actor) -> None:
    """It is said, and it is nobody's decision."""
    key_id = key_of(maria)
    reviews.open_review(adam)
    api_keys.deactivate_key(maria, key_id, "lost")
    with pytest.raises(Conflict, match="inactive by now: there is nothing to decide"):
        review_decisions.decide(adam, 1, key_id, KEEP, "in use")


def test_a_key_that_is_not_in_it_is_not_decided(adam: Actor, maria: Actor) -> None:
    """Nor is a review that is not there, nor one without a reason."""
    key_of(maria)
    reviews.open_review(adam)
    later = key_of(maria)
    with pytest.raises(BadInput, match=f"no key {later} in access review 1"):
        review_decisions.decide(adam, 1, later, KEEP, "x")
    with pytest.raises(BadInput, match="There is no access review 7"):
        review_decisions.decide(adam, 7, 1, KEEP, "x")
    with pytest.raises(BadInput, match="Enter a reason"):
        review_decisions.decide(adam, 1, 1, KEEP, "  ")


def test_what_changed_meanwhile_is_marked(clock: Clock, adam: Actor, maria: Actor) -> None:
    """Used, given another label, ended: each is said beside the key as it was."""
    used, renamed, ended, same = (key_of(maria, f"key {n}") for n in range(4))
    reviews.open_review(adam)
    clock.advance(days=1)
    ApiKeyRow.update(last_used_at=clock.now).where(ApiKeyRow.id == used).execute()
    api_keys.edit_label(maria, renamed, "new name")
    api_keys.deactivate_key(maria, ended, "lost")
    found = {item.key.key_id: item.changes for item in items(adam, 1)}
    assert found == {
        used: ("used since",),
        renamed: ("label was key 1",),
        ended: ("deactivated since",),
        same: (),
    }


@pytest.mark.parametrize("decision", [KEEP, DEACTIVATE])
def test_all_keys_of_one_owner_are_decided_at_once(
    adam: Actor, maria: Actor, ben: Actor, decision: Decision
) -> None:
    """Those that nobody decided about and that still work; nobody else's."""
    first, second, third, fourth = (key_of(maria) for _ in range(4))
    other = key_of(ben)
    reviews.open_review(adam)
    review_decisions.decide(adam, 1, first, KEEP, "in use")
    api_keys.deactivate_key(maria, second, "lost")
    assert review_items.count_left(adam, 1, owner="maria") == 2
    done = review_decisions.decide_all(adam, 1, decision, "project", keys=2, owner="maria")
    assert done == 2
    assert outcomes(adam, 1) == {
        first: "keep",
        second: "ended meanwhile",
        third: str(decision),
        fourth: str(decision),
        other: "not reviewed",
    }
    assert trail()[-1].detail == f"{decision} 2 keys of maria: project"
    ends = [e.target for e in trail() if e.detail == "Access review 1: project"]
    assert ends == ([f"key {third}", f"key {fourth}"] if decision is DEACTIVATE else [])


def test_a_filter_is_decided_at_once_in_steps(
    adam: Actor, maria: Actor, ben: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step after step, each on record; what a stop leaves is decided or not, never half."""
    monkeypatch.setattr(review_decisions, "_AT_ONCE", {KEEP: 2, DEACTIVATE: 2})
    for number in range(5):
        key_of(maria, f"deploy {number}")
    key_of(ben, "phone")
    reviews.open_review(adam)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        review_decisions.decide_all(
            adam, 1, DEACTIVATE, "old", keys=5, containing="DEPLOY", progress=stop
        )
    assert told == [(2, 5)]
    assert reviews.get_review(adam, 1).tally == Tally(6, 0, 2)
    assert review_decisions.decide_all(adam, 1, DEACTIVATE, "old", keys=3, containing="deploy") == 3
    assert reviews.get_review(adam, 1).tally == Tally(6, 0, 5)
    assert review_decisions.decide_all(adam, 1, KEEP, "rest", keys=1) == 1


def test_another_number_of_keys_than_said_stops_it(adam: Actor, maria: Actor) -> None:
    """Whoever decides about many has seen how many; none left is said too."""
    key_of(maria)
    reviews.open_review(adam)
    with pytest.raises(Conflict, match="There is 1 key to decide about by now, not 2"):
        review_decisions.decide_all(adam, 1, DEACTIVATE, "old", keys=2)
    with pytest.raises(Conflict, match="nothing left"):
        review_decisions.decide_all(adam, 1, DEACTIVATE, "old", keys=0, owner="adam")
    with pytest.raises(BadInput, match="There is no user nobody"):
        review_decisions.decide_all(adam, 1, DEACTIVATE, "old", keys=0, owner="nobody")
    assert outcomes(adam, 1) == {1: "not reviewed"}


def test_a_review_is_due_every_90_days(clock: Clock, adam: Actor, maria: Actor) -> None:
    """From the oldest key that works on; then from each sign-off that left none of all keys out."""
    assert reviews.due_at(adam) is None
    born = clock.now
    key_of(maria)
    assert reviews.due_at(adam) == born + reviews.INTERVAL
    clock.advance(days=100)
    reviews.open_review(adam, Selection(owner="maria"))
    reviews.close_review(adam, 1)
    reviews.open_review(adam)
    assert reviews.due_at(adam) == born + reviews.INTERVAL
    clock.advance(days=1)
    reviews.close_review(adam, 2)
    assert reviews.due_at(adam) == born + reviews.INTERVAL
    reviews.open_review(adam)
    review_decisions.decide(adam, 3, 1, KEEP, "in use")
    reviews.close_review(adam, 3)
    assert reviews.due_at(adam) == clock.now + reviews.INTERVAL
    key_of(maria)
    reviews.open_review(adam)
    clock.advance(days=1)
    api_keys.deactivate_key(maria, 1, "lost")
    review_decisions.decide(adam, 4, 2, KEEP, "in use")
    reviews.close_review(adam, 4)
    assert reviews.due_at(adam) == clock.now + reviews.INTERVAL


def test_only_keys_that_work_make_a_review_due(
    clock: Clock, adam: Actor, maria: Actor, ben: Actor
) -> None:
    """What could not be reviewed does not: an expired key, or one of somebody inactive."""
    api_keys.create_key(maria, "short", expires_at=clock.now + DAY)
    key_of(ben)
    clock.advance(days=100)
    users.deactivate_user(adam, "ben", "left")
    assert reviews.due_at(adam) is None
    key_of(maria)
    assert reviews.due_at(adam) == clock.now + reviews.INTERVAL


def test_the_newest_review_is_listed_first(adam: Actor, maria: Actor) -> None:
    """Open and closed ones, each with its counts."""
    key_of(maria)
    for _ in range(2):
        reviews.open_review(adam)
    review_decisions.decide(adam, 2, 1, KEEP, "in use")
    reviews.close_review(adam, 1)
    found = reviews.list_reviews(adam)
    assert [(one.review_id, one.state, one.tally) for one in found] == [
        (2, "open", Tally(1, 1, 0)),
        (1, "closed", Tally(1, 0, 0)),
    ]


def test_a_page_holds_what_contains_a_text(adam: Actor, maria: Actor, ben: Actor) -> None:
    """In label, owner or number, wherever it stands; and the count fits."""
    key_of(maria, "laptop")
    key_of(ben, "phone")
    reviews.open_review(adam)
    for text, there in (("LAP", [1]), ("ben", [2]), ("zzz", [])):
        assert [item.key.key_id for item in items(adam, 1, containing=text)] == there
        assert review_items.count(adam, Wanted(containing=text), 1) == len(there)
    assert review_items.count(adam, Wanted(), 1) == 2
    page = review_items.page(adam, Wanted(around=2, order="Key ID"), 1)
    assert [item.key.user_id for item in page.rows] == ["maria", "ben"]
