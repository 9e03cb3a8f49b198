"""The rules that stand in the database: their names, and what a broken one says.

A rule's name is that of its constraint or of what its trigger raises; the
database reports it, and the person reads the sentence. This guards against
bugs and careless scripts: whoever owns an SQLite file can take any rule away.
"""

import re
from typing import Final

SENTENCES: Final = {
    "kt_administrator_holds_key": (
        "An administrator holds no active key: deactivate the keys before the promotion."
    ),
    "kt_creator_is_owner": "A key belongs to whoever creates it: let its owner create it.",
    "kt_digest_length": "A key's digest has 32 bytes: create the key with keytui.",
    "kt_event_chained": "An audit event follows the one before it: let keytui write it.",
    "kt_event_final": "An audit event never changes and is never deleted: leave it as it is.",
    "kt_hash": "An audit event has a hash of 32 bytes: let keytui write it.",
    "kt_key_deactivation": "A deactivation says who, when and why: give all three.",
    "kt_key_final": "A deactivated key stays as it is: create a new key instead.",
    "kt_key_frozen": "What a key is and whose it is never changes: create a new key instead.",
    "kt_key_kept": "A key is never deleted or replaced: deactivate it instead.",
    "kt_last_administrator": (
        "The last active administrator can be neither demoted nor deactivated: add another first."
    ),
    "kt_last_four": "Of a key 4 characters are shown: create the key with keytui.",
    "kt_owner_role": "A key carries its owner's role: change the role of the owner instead.",
    "kt_previous_hash": "An audit event has the hash of the one before: let keytui write it.",
    "kt_role": "A person is a user or an administrator: choose one of the two.",
    "kt_status": "A person is active or inactive: choose one of the two.",
    "kt_user_deactivation": "An inactive person has a time of deactivation: give both or neither.",
    "kt_user_final": "A deactivated person stays deactivated: add another user instead.",
    "kt_user_frozen": "A User ID never changes: add another user instead.",
    "kt_user_id_lower": "A User ID is written in lower case: correct it.",
    "kt_user_kept": "A person is never deleted or replaced: deactivate them instead.",
}

CONSTRAINTS: Final = {
    "user": ("kt_user_id_lower", "kt_role", "kt_status", "kt_user_deactivation"),
    "api_key": (
        "kt_creator_is_owner",
        "kt_last_four",
        "kt_digest_length",
        "kt_key_deactivation",
        "kt_administrator_holds_key",
        "kt_owner_role",
    ),
    "audit_event": ("kt_previous_hash", "kt_hash"),
}
"""By table: the rules that its constraints keep; the triggers stand in ``guards``."""


def broken(report: str) -> str | None:
    """Return the sentence of the rule that a database's report names, if it names one."""
    named = re.search(r"\bkt_[a-z_]+", report)
    return SENTENCES.get(named[0]) if named else None
