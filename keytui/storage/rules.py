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
    "kt_audit_key_final": "What tells the audit key never changes: use keytui audit new-key.",
    "kt_creator_is_owner": "A key belongs to whoever creates it: let its owner create it.",
    "kt_digest_length": "A key's digest has 32 bytes: create the key with keytui.",
    "kt_event_chained": "An audit event follows the one before it: let keytui write it.",
    "kt_event_final": "An audit event never changes and is never deleted: leave it as it is.",
    "kt_hash": "An audit event has a hash of 32 bytes: let keytui write it.",
    "kt_key_deactivation": "A deactivation says who, when and why: give all three.",
    "kt_key_end": "A key's end only ever comes nearer: rotate the key instead.",
    "kt_key_final": "A deactivated key stays as it is: create a new key instead.",
    "kt_key_frozen": "What a key is and whose it is never changes: create a new key instead.",
    "kt_key_kept": "A key is never deleted or replaced: deactivate it instead.",
    "kt_key_late": "A use after a rotation stays on record: leave it as it is.",
    "kt_key_replaces": "A key replaces one of the same owner's: let its owner rotate it.",
    "kt_last_administrator": (
        "The last active administrator can be neither demoted nor deactivated: add another first."
    ),
    "kt_last_four": "Of a key 4 characters are shown: create the key with keytui.",
    "kt_owner_role": "A key carries its owner's role: change the role of the owner instead.",
    "kt_policy_days": (
        "Keys last 1 to 36,500 days, by default no longer than the longest, and must end only "
        "where there is a longest: correct the policy."
    ),
    "kt_policy_final": "A policy never changes and is never deleted: make another one.",
    "kt_previous_hash": "An audit event has the hash of the one before: let keytui write it.",
    "kt_review_closed": "A closed access review stays as it is: open another instead.",
    "kt_review_closing": "A sign-off says who, when and how many of what: let keytui write it.",
    "kt_review_decision": "A decision is keep or deactivate, with who, when and why: give all.",
    "kt_review_final": "A key that a review deactivated stays so: its decision never changes.",
    "kt_review_fixed": "The keys of a review are those of its opening: open another instead.",
    "kt_review_frozen": "What an access review is about never changes: open another instead.",
    "kt_review_item_kept": "A key never leaves an access review: leave it not reviewed.",
    "kt_review_kept": "An access review is never deleted or replaced: open another instead.",
    "kt_review_own": "Nobody reviews their own keys: let another administrator decide.",
    "kt_role": "A person is a user or an administrator: choose one of the two.",
    "kt_ssh_key_final": "A removed SSH key stays as it is: add it again instead.",
    "kt_ssh_key_frozen": "What an SSH key is and whose it is never changes: add another instead.",
    "kt_ssh_key_kept": "An SSH key is one person's, never deleted or replaced: remove it instead.",
    "kt_ssh_key_removal": "The removal of an SSH key says who and when: give both.",
    "kt_status": "A person is active or inactive: choose one of the two.",
    "kt_use_day_kept": "The uses of a day only ever grow: leave them as they are.",
    "kt_use_day_place": "The uses of a day have a place of their own: let keytui count them.",
    "kt_user_deactivation": "An inactive person has a time of deactivation: give both or neither.",
    "kt_user_final": "A deactivated person stays deactivated: add another user instead.",
    "kt_user_frozen": "A User ID never changes: add another user instead.",
    "kt_user_id_lower": "A User ID is written in lower case: correct it.",
    "kt_user_kept": "A person is never deleted or replaced: deactivate them instead.",
}

CONSTRAINTS: Final = {
    "user": {
        "kt_user_id_lower": "CHECK (user_id = lower(user_id))",
        "kt_role": "CHECK (role IN ('user', 'administrator'))",
        "kt_status": "CHECK (status IN ('active', 'inactive'))",
        "kt_user_deactivation": "CHECK ((status = 'inactive') = (deactivated_at IS NOT NULL))",
    },
    "api_key": {
        "kt_creator_is_owner": "CHECK (created_by_id = owner_id)",
        "kt_last_four": "CHECK (length(last_four) = 4)",
        "kt_digest_length": "CHECK (length(digest) = 32)",
        "kt_key_deactivation": (
            "CHECK ((deactivated_at IS NULL) = (deactivated_by IS NULL) AND "
            "(deactivated_at IS NULL) = (deactivation_reason IS NULL))"
        ),
        "kt_administrator_holds_key": "CHECK (deactivated_at IS NOT NULL OR owner_role = 'user')",
        "kt_owner_role": (
            'FOREIGN KEY (owner_id, owner_role) REFERENCES "user" (id, role) ON UPDATE CASCADE'
        ),
    },
    "ssh_key": {
        "kt_ssh_key_removal": "CHECK ((removed_at IS NULL) = (removed_by IS NULL))",
    },
    "key_use_day": {
        "kt_use_day_place": "CHECK (id = key_id * 91 + day - day / 91 * 91 AND day >= 0 AND uses > 0)",
    },
    "policy": {
        "kt_policy_days": (
            "CHECK (default_days BETWEEN 1 AND coalesce(longest_days, 36500) AND "
            "coalesce(longest_days, 1) BETWEEN 1 AND 36500 AND no_end BETWEEN 0 AND 1 AND "
            "(no_end = 1 OR longest_days IS NOT NULL) AND binds_from >= changed_at)"
        ),
    },
    "audit_event": {
        "kt_previous_hash": "CHECK (length(previous_hash) = 32)",
        "kt_hash": "CHECK (length(hash) = 32)",
    },
    "audit_key": {},
    "access_review": {
        "kt_review_closing": (
            "CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND "
            "(closed_at IS NULL) = (kept IS NULL) AND "
            "(closed_at IS NULL) = (deactivated IS NULL) AND "
            "(closed_at IS NULL) = (ended IS NULL))"
        ),
    },
    "review_item": {
        "kt_review_decision": (
            "CHECK (decision IN ('', 'keep', 'deactivate') AND "
            "(decision = '') = (decided_at IS NULL) AND "
            "(decision = '') = (decided_by IS NULL) AND "
            "(decision = '') = (reason IS NULL))"
        ),
    },
}
"""By table: the rules that its constraints keep, as they stand there but for spaces; the triggers
stand in ``guards``."""

UNIQUE: Final = {
    "user_user_id": "user",
    "user_id_role": "user",
    "api_key_digest": "api_key",
    "api_key_replaces_id": "api_key",
    "ssh_key_body": "ssh_key",
    "audit_event_previous_hash": "audit_event",
    "audit_event_hash": "audit_event",
    "audit_key_fingerprint": "audit_key",
    "review_item_key": "review_item",
}
"""By name: the unique indexes, and of which table each is."""

PARTIAL: Final = {
    "api_key_replaces_id": "replaces_id IS NOT NULL",
    "ssh_key_body": "removed_at IS NULL",
}
"""By name: the unique indexes that hold only some rows, and which."""


def broken(report: str) -> str | None:
    """Return the sentence of the rule that a database's report names, if it names one."""
    named = re.search(r"\bkt_[a-z_]+", report)
    return SENTENCES.get(named[0]) if named else None
