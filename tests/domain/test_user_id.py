"""User IDs: what could pass for somebody else is refused, never folded."""

import pytest

from keytui.domain import user_id
from keytui.domain.errors import BadInput
from tests.corpus import NO_USER_ID


@pytest.mark.parametrize(
    "typed", ["a", "7", "maria", "maria.k", "m_k-2", "maria@example.org", "a+b", "a" * 64]
)
def test_a_proper_user_id_is_taken_as_it_is(typed: str) -> None:
    """Lower-case letters, digits and . _ @ + - make a User ID of 1 to 64 characters."""
    assert user_id.parse(typed) == typed


@pytest.mark.parametrize("typed", ["MARIA", "Maria", "mARIA"])
def test_case_twins_are_the_same_user_id(typed: str) -> None:
    """A User ID is one and the same in whatever case."""
    assert user_id.parse(typed) == "maria"


@pytest.mark.parametrize("typed", NO_USER_ID.values(), ids=NO_USER_ID.keys())
def test_a_hostile_user_id_is_refused(typed: str) -> None:
    """Whatever could look like, act like or be folded into another name is refused."""
    with pytest.raises(BadInput) as refused:
        user_id.parse(typed)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert len(sentence) < 120, "the sentence does not repeat what was typed"


def test_a_long_user_id_is_refused_with_its_length() -> None:
    """What does not fit is said, with the number, and never cut silently."""
    with pytest.raises(BadInput, match="at most 64 characters; this has 10,000"):
        user_id.parse("a" * 10_000)
