"""Many keys deactivated in one act: all of them or none, with an audit event each."""

from collections.abc import Callable
from functools import partial

import pytest

from keytui.domain.audit import Action, Outcome
from keytui.domain.clock import DAY
from keytui.domain.errors import BadInput, Cancelled, Conflict, Refused
from keytui.domain.permissions import Role
from keytui.domain.records import Actor
from keytui.services import api_keys, bulk
from keytui.services.bulk import Chosen
from keytui.services.stale import Stale
from keytui.storage.database import transaction
from keytui.storage.models import ApiKeyRow
from tests.services.test_lists import add_keys
from tests.support import Clock, MakePerson, people_and_keys, rows, trail

EVERY = Chosen()


def keys_of(owner: Actor, number: int) -> list[int]:
    """Create keys; return their numbers."""
    return [api_keys.create_key(owner, f"key {n}")[0].key_id for n in range(number)]


def active() -> set[int]:
    """Return the numbers of the keys that are not deactivated."""
    return {number for (number,) in rows("SELECT id FROM api_key WHERE deactivated_at IS NULL")}


@pytest.mark.usefixtures("clock")
def test_a_thousand_stale_keys_end_in_one_act_and_nothing_undoes_it(
    adam: Actor, maria: Actor
) -> None:
    """Of 2,000 keys 1,000 work and were never used: they end, the others stay, each end is on record once."""
    add_keys(maria, 2_000)
    with transaction():
        ApiKeyRow.update(last_used_at=5).where(ApiKeyRow.id <= 500).execute()
        ApiKeyRow.update(last_used_at=None).where(ApiKeyRow.id > 500).execute()
        # A third is deactivated as it came, and stays as it was.
    stale = {number for number in active() if number > 500}
    before, events = active(), len(trail())
    chosen = Chosen(filter=Stale.NEVER_USED)
    seen = bulk.preview(adam, chosen)
    assert seen.count == len(stale) == 1_000
    ended = bulk.deactivate_many(adam, chosen, "never used", seen.count)
    assert ended.count == len(stale)
    assert active() == before - stale
    new = trail()[events:]
    assert {event.target for event in new} == {f"key {number}" for number in stale}
    assert len(new) == len(stale)
    assert {(event.actor, event.action, event.outcome, event.detail) for event in new} == {
        ("adam", Action.KEY_DEACTIVATE, Outcome.DONE, f"never used ({ended.act})")
    }
    assert set(
        rows(
            "SELECT DISTINCT deactivated_by, deactivation_reason FROM api_key "
            "WHERE deactivation_reason <> 'over'"
        )
    ) == {("adam", "never used")}
    with pytest.raises(Refused, match="A deactivated key stays as it is"), transaction():
        ApiKeyRow.update(
            deactivated_at=None, deactivated_by=None, deactivation_reason=None
        ).execute()
    assert active() == before - stale


class TestCount:
    """What was confirmed is a number, and it is looked at again."""

    def test_another_number_ends_nothing(self, adam: Actor, maria: Actor) -> None:
        """A key that came or went since the preview stops the act, with a sentence."""
        keys_of(maria, 3)
        seen = bulk.preview(adam, EVERY)
        keys_of(maria, 1)
        before = people_and_keys()
        with pytest.raises(Conflict, match="4 keys would end now, not 3: nothing was changed"):
            bulk.deactivate_many(adam, EVERY, "stale", seen.count)
        assert people_and_keys() == before
        api_keys.deactivate_key(adam, 1, "lost")
        api_keys.deactivate_key(adam, 2, "lost")
        with pytest.raises(Conflict, match="2 keys would end now, not 3"):
            bulk.deactivate_many(adam, EVERY, "stale", seen.count)

    def test_a_filter_is_looked_at_again(self, adam: Actor, maria: Actor, clock: Clock) -> None:
        """A key used since the preview is no longer stale, and the act is stopped."""
        first, second = keys_of(maria, 2)
        clock.advance(days=46)
        chosen = Chosen(filter=Stale.IDLE)
        assert bulk.preview(adam, chosen).count == 2
        with transaction():
            ApiKeyRow.update(last_used_at=clock.now).where(ApiKeyRow.id == first).execute()
        with pytest.raises(Conflict, match="1 key would end now, not 2"):
            bulk.deactivate_many(adam, chosen, "idle", 2)
        bulk.deactivate_many(adam, chosen, "idle", 1)
        assert active() == {first}
        assert second not in active()

    def test_nothing_left_is_said(self, adam: Actor, maria: Actor) -> None:
        """No key, or only ended ones: there is nothing to do, and that is a sentence."""
        for act in (
            partial(bulk.preview, adam, EVERY),
            partial(bulk.deactivate_many, adam, EVERY, "stale", 0),
            partial(bulk.preview, adam, Chosen(marked=frozenset())),
            partial(bulk.preview, adam, Chosen(marked=frozenset({17}))),
        ):
            with pytest.raises(Conflict, match="None of these keys is left to deactivate"):
                act()


class TestMarks:
    """Marked keys, wherever they stand."""

    def test_marked_keys_end_and_no_other(
        self, adam: Actor, maria: Actor, person: MakePerson
    ) -> None:
        """Keys of two people end together; one deactivated before keeps its record."""
        mine, theirs = keys_of(maria, 3), keys_of(person("noor"), 2)
        api_keys.deactivate_key(maria, mine[0], "lost")
        marked = frozenset({mine[0], mine[1], theirs[0]})
        seen = bulk.preview(adam, Chosen(marked=marked))
        assert (seen.count, seen.owners) == (2, 2)
        bulk.deactivate_many(adam, Chosen(marked=marked), "stale", 2)
        assert active() == {mine[2], theirs[1]}
        assert rows(f"SELECT deactivation_reason FROM api_key WHERE id = {mine[0]}") == [("lost",)]

    def test_a_user_ends_their_own(self, maria: Actor) -> None:
        """Owners may, of their own."""
        first, second, third = keys_of(maria, 3)
        bulk.deactivate_many(maria, Chosen(marked=frozenset({first, third})), "moved", 2)
        assert active() == {second}
        bulk.deactivate_many(maria, Chosen(whose="maria"), "moved", 1)
        assert active() == set()

    @pytest.mark.parametrize(
        ("chosen", "sentence"),
        [
            (Chosen(marked=frozenset({1, 2})), "You can deactivate only your own keys."),
            (EVERY, "You can deactivate only your own keys."),
            (Chosen(filter=Stale.NEVER_USED), "You can deactivate only your own keys."),
            (Chosen(whose="noor"), "You can view only your own API keys."),
        ],
    )
    def test_a_user_ends_none_of_another_s(
        self, maria: Actor, person: MakePerson, chosen: Chosen, sentence: str
    ) -> None:
        """One key of somebody else among them refuses all, on record."""
        keys_of(maria, 1)
        keys_of(person("noor"), 1)
        for act in (
            lambda: bulk.preview(maria, chosen),
            lambda: bulk.deactivate_many(maria, chosen, "mine", 2),
        ):
            before, events = people_and_keys(), len(trail())
            with pytest.raises(Refused) as refused:
                act()
            assert str(refused.value) == sentence
            assert people_and_keys() == before
            assert [event.outcome for event in trail()[events:]] == [Outcome.REFUSED]


class TestNothingPartial:
    """Whatever stops it, no key has ended."""

    def test_stopped_on_the_way(self, adam: Actor, maria: Actor) -> None:
        """Cancelled after the first hundreds: no key and no event of it is left."""
        add_keys(maria, 900)
        before, events = people_and_keys(), len(trail())
        told: list[tuple[int, int]] = []

        def stop(done: int, total: int) -> None:
            told.append((done, total))
            if done >= 500:
                raise Cancelled("Stopped: nothing was changed.")

        with pytest.raises(Cancelled):
            bulk.deactivate_many(adam, EVERY, "stale", 600, stop)
        assert told == [(250, 600), (500, 600)]
        assert people_and_keys() == before
        assert len(trail()) == events
        bulk.deactivate_many(adam, EVERY, "stale", 600)
        assert active() == set()

    def test_a_reason_that_does_not_fit(self, adam: Actor, maria: Actor) -> None:
        """Without a reason nothing ends."""
        keys_of(maria, 2)
        with pytest.raises(BadInput, match="Enter a reason"):
            bulk.deactivate_many(adam, EVERY, " ", 2)
        assert len(active()) == 2


def test_a_preview_shows_first_what_it_may_hurt(
    adam: Actor, maria: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys used last stand first, those of the last day are counted; the list is cut, the count not."""
    monkeypatch.setattr(bulk, "SHOWN", 3)
    keys = keys_of(maria, 5)
    with transaction():
        for key, ago in ((keys[3], DAY - 1), (keys[1], DAY), (keys[4], 1)):
            ApiKeyRow.update(last_used_at=clock.now - ago).where(ApiKeyRow.id == key).execute()
    seen = bulk.preview(adam, EVERY)
    assert (seen.count, seen.owners, seen.in_use) == (5, 1, 2)
    assert [key.key_id for key in seen.keys] == [keys[4], keys[3], keys[1]]
    assert [bulk.in_use(key) for key in seen.keys] == [True, True, False]


def test_a_filter_of_one_person_ends_only_theirs(
    adam: Actor, maria: Actor, person: MakePerson
) -> None:
    """A filter on one person's list leaves everybody else alone, and a text narrows it."""
    mine, theirs = keys_of(maria, 2), keys_of(person("noor"), 2)
    bulk.deactivate_many(adam, Chosen(whose="noor", filter=Stale.NEVER_USED), "left", 2)
    assert active() == set(mine)
    assert set(theirs) & active() == set()
    bulk.deactivate_many(adam, Chosen(containing="key 1"), "left", 1)
    assert active() == {mine[0]}


def test_two_acts_have_two_names(adam: Actor, maria: Actor, person: MakePerson) -> None:
    """The events of one act are found by its name, and only those."""
    keys_of(maria, 2)
    keys_of(person("beth", Role.USER), 1)
    one: Callable[[Chosen, int], bulk.Ended] = lambda chosen, n: bulk.deactivate_many(  # noqa: E731
        adam, chosen, "stale", n
    )
    first, second = one(Chosen(whose="beth"), 1), one(EVERY, 2)
    assert first.act != second.act
    assert [sum(ended.act in event.detail for event in trail()) for ended in (first, second)] == [
        1,
        2,
    ]
