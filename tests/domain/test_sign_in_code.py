"""One-time sign-in codes: readable, typeable, and nothing else passes for one."""

import re

import pytest

from keytui.domain import sign_in_code
from keytui.domain.clock import HOUR
from tests.support import new_code, text_of


def test_a_code_is_six_groups_of_four_without_lookalikes() -> None:
    """A code has no I, L, O or U, and dashes where a person needs them."""
    for _ in range(100):
        code = text_of(new_code())
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", code)


def test_no_code_is_drawn_twice() -> None:
    """A thousand codes are a thousand different ones."""
    assert len({text_of(new_code()) for _ in range(1000)}) == 1000


def test_a_code_is_good_for_72_hours() -> None:
    """The lifetime of a code is 72 hours."""
    assert sign_in_code.LIFETIME == 72 * HOUR


@pytest.mark.parametrize(
    "typed",
    [
        "0123-4567-89AB-CDEF-1100-WXYZ",
        "0123456789ABCDEF1100WXYZ",
        "0123-4567-89ab-cdef-1100-wxyz",
        " 0123 4567 89AB CDEF 1100 WXYZ\n",
        "OI23-4567-89AB-CDEF-IlOo-WXYZ",
    ],
    ids=["as shown", "no dashes", "lower case", "spaces", "lookalikes"],
)
def test_a_code_is_recognised_however_it_is_typed(typed: str) -> None:
    """Case, dashes, spaces and misread characters do not matter."""
    assert sign_in_code.digest(typed) == sign_in_code.digest("0123-4567-89AB-CDEF-1100-WXYZ")


@pytest.mark.parametrize(
    "typed",
    ["", "----", "\0", "\ud800", "é" * 10_000, "0123-4567-89AB-CDEF-1100-WXY"],
    ids=["nothing", "dashes", "NUL", "lone surrogate", "10,000 é", "one short"],
)
def test_what_is_no_code_is_not_recognised(typed: str) -> None:
    """Anything at all may be presented; what is no code is never taken for one."""
    assert sign_in_code.digest(typed) != sign_in_code.digest("0123-4567-89AB-CDEF-1100-WXYZ")


def test_one_wrong_character_is_another_code() -> None:
    """A code with one character changed is not recognised."""
    code = text_of(new_code())
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    assert sign_in_code.digest(wrong) != sign_in_code.digest(code)
