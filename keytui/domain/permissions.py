"""Who may do what: the program's one source of permissions.

Separation of duties: whoever oversees keys (administrator) creates none, and
whoever creates keys (user) oversees only their own. No door and no service
decides otherwise; they ask :func:`refusal`.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person is. There are two roles and no third."""

    USER = "user"
    ADMINISTRATOR = "administrator"

    @property
    def with_article(self) -> str:
        """The role in a sentence: ``a user`` or ``an administrator``."""
        return "an administrator" if self is Role.ADMINISTRATOR else "a user"


class Permission(StrEnum):
    """What a person may be allowed to do, alphabetised."""

    ADD_SSH_KEY = "add SSH key"
    CHANGE_POLICY = "change policy"
    CHECK_AUDIT = "check audit chain"
    CREATE_KEY = "create key"
    DEACTIVATE_KEY = "deactivate key"
    EDIT_LABEL = "edit label"
    EXPORT_REPORT = "export account API key"
    MANAGE_USERS = "manage users"
    READ_AUDIT = "read audit trail"
    REMOVE_SSH_KEY = "remove SSH key"
    REVIEW_ACCESS = "review access"
    ROTATE_KEY = "rotate key"
    VIEW_KEYS = "view API keys"
    VIEW_SSH_KEYS = "view SSH keys"


class Reach(StrEnum):
    """Whose things an allowed action may touch."""

    NOT_ALLOWED = "not allowed"
    OWN = "own"
    ANY = "any"


_NO, _OWN, _ANY = Reach.NOT_ALLOWED, Reach.OWN, Reach.ANY

PERMISSIONS: dict[Permission, dict[Role, Reach]] = {
    # action                     user               administrator
    Permission.ADD_SSH_KEY: {Role.USER: _OWN, Role.ADMINISTRATOR: _OWN},
    Permission.CHANGE_POLICY: {Role.USER: _NO, Role.ADMINISTRATOR: _ANY},
    Permission.CHECK_AUDIT: {Role.USER: _NO, Role.ADMINISTRATOR: _ANY},
    Permission.CREATE_KEY: {Role.USER: _OWN, Role.ADMINISTRATOR: _NO},
    Permission.DEACTIVATE_KEY: {Role.USER: _OWN, Role.ADMINISTRATOR: _ANY},
    Permission.EDIT_LABEL: {Role.USER: _OWN, Role.ADMINISTRATOR: _NO},
    Permission.EXPORT_REPORT: {Role.USER: _NO, Role.ADMINISTRATOR: _ANY},
    Permission.MANAGE_USERS: {Role.USER: _NO, Role.ADMINISTRATOR: _ANY},
    Permission.READ_AUDIT: {Role.USER: _OWN, Role.ADMINISTRATOR: _ANY},
    Permission.REMOVE_SSH_KEY: {Role.USER: _OWN, Role.ADMINISTRATOR: _ANY},
    Permission.REVIEW_ACCESS: {Role.USER: _NO, Role.ADMINISTRATOR: _ANY},
    Permission.ROTATE_KEY: {Role.USER: _OWN, Role.ADMINISTRATOR: _NO},
    Permission.VIEW_KEYS: {Role.USER: _OWN, Role.ADMINISTRATOR: _ANY},
    Permission.VIEW_SSH_KEYS: {Role.USER: _OWN, Role.ADMINISTRATOR: _ANY},
}

_WHY_NOT = {
    (Permission.CHANGE_POLICY, Role.USER): "Only an administrator changes the policy on keys.",
    (Permission.CHECK_AUDIT, Role.USER): "Only an administrator checks the audit chain.",
    (Permission.CREATE_KEY, Role.ADMINISTRATOR): (
        "Administrators cannot create keys: separation of duties."
    ),
    (Permission.EDIT_LABEL, Role.ADMINISTRATOR): (
        "Administrators cannot edit a key's label: it is its owner's."
    ),
    (Permission.EXPORT_REPORT, Role.USER): "Only an administrator exports the report.",
    (Permission.MANAGE_USERS, Role.USER): "Only an administrator manages users.",
    (Permission.REVIEW_ACCESS, Role.USER): "Only an administrator reviews access.",
    (Permission.ROTATE_KEY, Role.ADMINISTRATOR): (
        "Administrators cannot rotate keys, nor end an overlap: separation of duties."
    ),
}

_NOT_YOURS = {
    Permission.ADD_SSH_KEY: "You can add and label only your own SSH keys.",
    Permission.CREATE_KEY: "You can create keys only for your own profile.",
    Permission.DEACTIVATE_KEY: "You can deactivate only your own keys.",
    Permission.EDIT_LABEL: "You can edit only the labels of your own keys.",
    Permission.READ_AUDIT: "You can read only your own audit events.",
    Permission.REMOVE_SSH_KEY: "You can remove only your own SSH keys.",
    Permission.ROTATE_KEY: "You can rotate only your own keys, and end only their overlap.",
    Permission.VIEW_KEYS: "You can view only your own API keys.",
    Permission.VIEW_SSH_KEYS: "You can view only your own SSH keys.",
}


def refusal(role: Role, permission: Permission, *, own: bool) -> str | None:
    """Say why ``role`` may not do it, or ``None`` when it may.

    Args:
        role: what the person is *now*, read inside the transaction that acts.
        permission: what they want to do.
        own: whether the thing they want to touch is their own.

    Returns:
        One sentence for the person, or ``None`` for "go ahead".
    """
    reach = PERMISSIONS[permission][role]
    if reach is Reach.ANY or (reach is Reach.OWN and own):
        return None
    if reach is Reach.OWN:
        return _NOT_YOURS[permission]
    return _WHY_NOT[permission, role]
