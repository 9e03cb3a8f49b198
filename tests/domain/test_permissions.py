"""The permission table: the program's one source of who may do what."""

import itertools

import pytest

from keytui.domain.permissions import PERMISSIONS, Permission, Reach, Role, refusal

# Section 2.3 of the design, word for word, and what follows from it for the
# actions it does not name: a key's label belongs to its owner, who may
# deactivate keys must see them, and who oversees the trail checks its chain. An
# SSH key is a person's own sign-in: only they add it, whoever manages them ends it.
# Access is reviewed by those who hold no keys.
DESIGN = {
    "create key": ("own", "not allowed"),
    "deactivate key": ("own", "any"),
    "export account API key": ("not allowed", "any"),
    "manage users": ("not allowed", "any"),
    "read audit trail": ("own", "any"),
    "check audit chain": ("not allowed", "any"),
    "change policy": ("not allowed", "any"),
    "edit label": ("own", "not allowed"),
    "view API keys": ("own", "any"),
    "rotate key": ("own", "not allowed"),
    "add SSH key": ("own", "own"),
    "remove SSH key": ("own", "any"),
    "view SSH keys": ("own", "any"),
    "review access": ("not allowed", "any"),
}


def test_the_table_is_that_of_the_design() -> None:
    """The code's table and the design's are equal, cell by cell."""
    assert {
        str(permission): (str(row[Role.USER]), str(row[Role.ADMINISTRATOR]))
        for permission, row in PERMISSIONS.items()
    } == DESIGN


def test_the_table_has_a_cell_for_every_permission_and_role() -> None:
    """No permission and no role is missing from the table."""
    assert {(permission, role) for permission, row in PERMISSIONS.items() for role in row} == set(
        itertools.product(Permission, Role)
    )


@pytest.mark.parametrize("own", [True, False], ids=["own", "other's"])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_every_question_has_an_answer(permission: Permission, role: Role, *, own: bool) -> None:
    """The answer is ``None`` exactly where the table allows it, else one sentence."""
    reach = PERMISSIONS[permission][role]
    allowed = reach is Reach.ANY or (reach is Reach.OWN and own)
    answer = refusal(role, permission, own=own)
    if allowed:
        assert answer is None
    else:
        assert answer is not None
        assert answer.endswith(".")
        assert answer[0].isupper()


def test_no_administrator_creates_a_key_even_their_own() -> None:
    """Separation of duties has no exception."""
    sentence = "Administrators cannot create keys: separation of duties."
    assert refusal(Role.ADMINISTRATOR, Permission.CREATE_KEY, own=True) == sentence
    assert refusal(Role.ADMINISTRATOR, Permission.CREATE_KEY, own=False) == sentence


def test_there_are_two_roles() -> None:
    """There is a user and an administrator and no third role."""
    assert [str(role) for role in Role] == ["user", "administrator"]
