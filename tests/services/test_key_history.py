"""A key's history: from its creation to its last use, for its owner and administrators."""

import pytest

from keytui.domain.errors import BadInput, Refused
from keytui.domain.records import Actor
from keytui.services import api_keys, key_history
from keytui.storage.models import ApiKeyRow
from tests.support import HERE, Clock, MakePerson


def test_a_history_goes_from_the_creation_to_the_last_use(
    clock: Clock, adam: Actor, maria: Actor
) -> None:
    """What the trail holds of this key, and what no event tells, in falling order of time."""
    key_id = api_keys.create_key(maria, "CI")[0].key_id
    api_keys.create_key(maria, "another")
    for act in (
        lambda: api_keys.confirm_key(maria, key_id),
        lambda: api_keys.edit_label(maria, key_id, "laptop"),
        lambda: (
            ApiKeyRow.update(last_used_at=clock.now, last_used_from="10.0.0.9")
            .where(ApiKeyRow.id == key_id)
            .execute()
        ),
        lambda: api_keys.deactivate_key(adam, key_id, "lost"),
    ):
        clock.advance(hours=1)
        act()
    for reader in (maria, adam):
        found = key_history.history(reader, key_id)
        assert found.key.label == "laptop"
        assert [(step.what, step.detail, step.who, step.origin) for step in found.steps] == [
            ("deactivated", "lost", "adam", HERE),
            ("last used", "", "", "10.0.0.9"),
            ("label changed", "from CI to laptop", "maria", HERE),
            ("text confirmed by its owner", "", "maria", HERE),
            ("created", "CI", "maria", HERE),
        ]


def test_an_attempt_at_a_key_is_a_step_and_hides_no_act(
    maria: Actor, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tried what and was refused; however many attempts there are, the creation is there."""
    monkeypatch.setattr(key_history, "_MOST", 2)
    key_id = api_keys.create_key(maria, "CI")[0].key_id
    noor = person("noor")
    for _ in range(3):
        with pytest.raises(Refused):
            api_keys.deactivate_key(noor, key_id, "mischief")
    found = [(step.what, step.who) for step in key_history.history(maria, key_id).steps]
    assert sorted(found) == [
        ("created", "maria"),
        ("deactivated (refused)", "noor"),
        ("deactivated (refused)", "noor"),
    ]


def test_an_end_that_came_by_itself_is_a_step(clock: Clock, maria: Actor) -> None:
    """From its very microsecond on, and not before."""
    key, _ = api_keys.create_key(maria, "CI", expires_at=clock.now + 5)
    assert [step.what for step in key_history.history(maria, key.key_id).steps] == ["created"]
    clock.now += 5
    assert [step.what for step in key_history.history(maria, key.key_id).steps] == [
        "expired",
        "created",
    ]


def test_a_key_that_is_not_there_is_told_to_administrators_alone(adam: Actor, maria: Actor) -> None:
    """To a user it is as any key that is not theirs."""
    with pytest.raises(BadInput, match="There is no key 7"):
        key_history.history(adam, 7)
    with pytest.raises(Refused, match="only your own API keys"):
        key_history.history(maria, 7)
