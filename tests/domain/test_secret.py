"""One-time secrets: they do not print, travel or stay."""

import copy
import hashlib
import pickle
import traceback
from collections.abc import Callable

import pytest

from keytui.domain import key_text
from keytui.domain.secret import Secret
from tests.support import secret_of, text_of

TEXT = "the-only-copy"


def secret() -> Secret:
    """Return a secret that holds TEXT."""
    return secret_of(TEXT)


@pytest.mark.parametrize(
    "show",
    [repr, str, "{}".format, "{!r}".format, "%s".__mod__, lambda one: repr([one])],
    ids=["repr", "str", "format", "format with !r", "percent", "inside a list"],
)
def test_a_secret_prints_as_dots(show: Callable[[Secret], str]) -> None:
    """However a secret is printed, its text is not."""
    assert TEXT not in show(secret())
    assert "••••" in show(secret())


def test_a_traceback_with_local_variables_does_not_hold_the_text() -> None:
    """A traceback that lists local variables shows dots."""
    held = secret()
    try:
        {}["no such key"]
    except KeyError as error:
        printed = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "held = Secret(••••)" in printed
    assert TEXT not in printed
    held.wipe()


@pytest.mark.parametrize(
    "duplicate",
    [
        pickle.dumps,
        lambda one: pickle.dumps(one, 0),
        copy.copy,
        copy.deepcopy,
        lambda one: copy.deepcopy({"key": [one]}),
    ],
    ids=["pickle", "oldest pickle", "copy", "deepcopy", "deepcopy of what holds it"],
)
def test_a_secret_refuses_to_be_copied(duplicate: Callable[[Secret], object]) -> None:
    """A copy would outlive the wipe, so there is none."""
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        duplicate(secret())


def test_a_secret_has_no_room_for_another_attribute() -> None:
    """Nothing can be hung onto a secret."""
    with pytest.raises(AttributeError):
        secret().note = TEXT  # type: ignore[attr-defined]


def test_a_wiped_secret_is_empty_for_ever() -> None:
    """After the wipe there is nothing to reveal, and a second wipe is harmless."""
    one = secret()
    assert (one.wiped, text_of(one)) == (False, TEXT)
    one.wipe()
    one.wipe()
    assert (one.wiped, text_of(one), len(one)) == (True, "", 0)


def test_nothing_can_be_drawn_into_a_wiped_secret() -> None:
    """A service that comes late writes nothing where nobody would wipe it any more."""
    one = secret()
    one.wipe()
    with pytest.raises(ValueError, match="no room"):
        one.room(4)


def test_drawing_again_leaves_nothing_of_what_was_drawn_before() -> None:
    """An attempt that failed is overwritten by the next, longer or shorter."""
    memory = bytearray(64)
    one = Secret(memory)
    one.room(40)[:] = b"x" * 40
    one.room(4)[:] = b"abcd"
    assert memory == b"abcd" + bytes(60)


def test_wiping_overwrites_the_memory_itself() -> None:
    """The bytes of the text are zero after the wipe, also for who looks at them meanwhile."""
    one = secret()
    view = one.view()
    assert bytes(view) == TEXT.encode()
    one.wipe()
    assert bytes(view) == bytes(len(TEXT))


def test_a_secret_that_nobody_holds_is_overwritten() -> None:
    """Forgetting a secret wipes the memory that it was given."""
    memory = bytearray(64)
    one = Secret(memory)
    one.room(4)[:] = b"abcd"
    del one
    assert memory == bytes(64)


@pytest.mark.parametrize("ask", [Secret.digest, key_text.last_four])
def test_an_empty_secret_has_no_digest(ask: Callable[[Secret], object]) -> None:
    """Neither before it is drawn nor once it is wiped: no key is stored for nothing."""
    one = Secret()
    with pytest.raises(ValueError, match="nothing in this secret"):
        ask(one)
    one.room(4)[:] = b"abcd"
    ask(one)
    one.wipe()
    with pytest.raises(ValueError, match="nothing in this secret"):
        ask(one)


def test_what_was_drawn_while_it_was_wiped_is_wiped_in_the_end() -> None:
    """A service that still draws when its door gave up leaves nothing either."""
    memory = bytearray(64)
    one = Secret(memory)
    room = one.room(4)
    one.wipe()
    room[:] = b"abcd"
    del one
    assert memory == bytes(64)


def test_the_digest_is_sha_256() -> None:
    """What may be stored is the SHA-256 of the text."""
    assert secret().digest() == hashlib.sha256(TEXT.encode()).digest()
