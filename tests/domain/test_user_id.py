"""User IDs: what could pass for somebody else is refused, never folded."""

import pytest

from keytui.domain import user_id
from keytui.domain.errors import BadInput


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


HOSTILE = {
    "empty": "",
    "Kelvin sign for k": "\u212aim",
    "dotless i": "mar\u0131a",
    "dotted capital I, whose lower case has two characters": "\u0130gor",
    "Cyrillic a": "m\u0430ria",
    "Greek omicron": "t\u03bfm",
    "full-width letters": "\uff4d\uff41\uff52\uff49\uff41",
    "long s": "\u017fam",
    "accent": "mar\u00eda",
    "combining accent": "mari\u0301a",
    "zero-width space": "mar\u200bia",
    "zero-width joiner": "mar\u200dia",
    "soft hyphen": "mar\u00adia",
    "right-to-left override": "\u202eairam",
    "byte-order mark": "\ufeffmaria",
    "digit of another script": "maria\u0663",
    "emoji": "maria\U0001f600",
    "lone surrogate": "maria\ud800",
    "10,000 characters": "a" * 10_000,
    "65 characters": "a" * 65,
    "NUL": "mar\0ia",
    "NUL at the end": "maria\0",
    "newline at the end": "maria\n",
    "carriage return": "maria\r",
    "tab": "maria\t",
    "space before": " maria",
    "space after": "maria ",
    "space inside": "maria k",
    "no-break space": "maria\u00a0",
    "escape sequence": "\x1b[31mmaria",
    "clipboard write": "\x1b]52;c;eA==\x07",
    "C1 control": "maria\x9b31m",
    "Textual markup": "[/foo]",
    "Textual action": "[@click=app.quit]x[/]",
    "host account": "host:root",
    "unknown in the audit trail": "unknown:1a2b",
    "nobody in the audit trail": "-",
    "dot first": ".maria",
    "underscore first": "_maria",
    "path": "../../etc/passwd",
    "formula": "=1+1",
    "SQL": "maria' OR '1'='1",
    "percent": "mar%",
    "shell": "$(id)",
}


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
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
