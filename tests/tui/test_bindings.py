"""The keys: each has a name of its own, and none is eaten on its way."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import keytui.tui
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile
from keytui.tui.screens.review import Review
from keytui.tui.screens.reviews import Reviews
from keytui.tui.screens.ssh_keys import OwnSshKeys, UserSshKeys
from keytui.tui.screens.user_keys import UserKeys
from keytui.tui.widgets.choice import Choice
from keytui.tui.widgets.listing import Listing

MOVEMENT = (Listing, Choice)
"""Where keys move a cursor; these need no name."""

EATEN = {f"ctrl+{letter}" for letter in "abhijmz"}
"""What tmux, screen, or the terminal's own line keeps for itself."""

PLACES = (Profile, ManageUsers, UserKeys, OwnSshKeys, UserSshKeys, Reviews, Review, Audit)


def _classes() -> list[type[DOMNode]]:
    for module in pkgutil.walk_packages(keytui.tui.__path__, "keytui.tui."):
        if not module.name.endswith(".child"):
            importlib.import_module(module.name)
    todo: list[type[Any]] = [DOMNode]
    found = set()
    while todo:
        for kind in todo.pop().__subclasses__():
            todo.append(kind)
            if kind.__module__.startswith("keytui.tui"):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


def own_bindings(kind: type[DOMNode]) -> Iterator[Binding]:
    """Yield the bindings that a class itself adds, one a key."""
    yield from Binding.make_bindings(vars(kind).get("BINDINGS", ()))


CLASSES = [kind for kind in _classes() if vars(kind).get("BINDINGS")]


def test_there_are_bindings_to_look_at() -> None:
    """The search for bindings finds the screens."""
    assert {Place, Profile, ManageUsers, Listing} <= set(CLASSES)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_binding_has_an_id(kind: type[DOMNode]) -> None:
    """A key without a name cannot be given another key; only movement goes without."""
    if kind not in MOVEMENT:
        assert [binding.key for binding in own_bindings(kind) if not binding.id] == []


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_no_binding_is_eaten_on_its_way(kind: type[DOMNode]) -> None:
    """No key that a multiplexer, ssh or a terminal keeps; no Alt; no F-key as the only one."""
    for binding in own_bindings(kind):
        assert binding.key not in EATEN
        assert "alt" not in binding.key
    plain = {b.action for b in own_bindings(kind) if not b.key.startswith("f") or len(b.key) == 1}
    assert {binding.action for binding in own_bindings(kind)} <= plain


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_action_takes_a_key_that_means_something_else(place: type[Place]) -> None:
    """The letters of a screen's actions are its own: not those of every list or place."""
    taken = {binding.key for kind in (Place, Listing) for binding in own_bindings(kind)}
    letters = [action.key for action in place.ACTIONS]
    assert not taken & set(letters)
    assert max(Counter(letters).values(), default=1) == 1


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_every_action_can_be_done(place: type[Place]) -> None:
    """Every action of a screen has its method, its key on the screen, and its name as the id."""
    bound = {binding.id: binding.key for binding in own_bindings(place)}
    for action in place.ACTIONS:
        assert callable(getattr(place, f"do_{action.name}"))
        assert bound[action.name] == action.key


def test_the_same_letter_means_the_same_everywhere() -> None:
    """X always ends something, n begins it, p is always a password, on whichever screen."""
    meanings: dict[str, set[str]] = {}
    for place in PLACES:
        for action in place.ACTIONS:
            meanings.setdefault(action.key, set()).add(action.label.split()[0].rstrip("."))
    assert meanings["x"] == {"Deactivate", "Remove"}
    assert meanings["n"] == {"New", "Add"}
    assert meanings["K"] == {"SSH"}
