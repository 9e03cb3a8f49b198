"""What the database itself must refuse, in SQL that SQLite and PostgreSQL share."""

from typing import Final, NamedTuple

PERSON: Final = "id, user_id, role, status, epoch, created_at"
KEY: Final = "owner_id, created_by_id, label, scheme, digest, last_four, created_at"
EVENT: Final = "id, at, actor, action, outcome, target, detail, origin, previous_hash, hash"
ENDED: Final = "deactivated_at, deactivated_by, deactivation_reason"

POLICY: Final = "changed_at, changed_by, reason, default_days, longest_days, no_end, binds_from"
ITEM: Final = "id, review_id, key_id, label, decision"
DECIDED: Final = "decided_at, decided_by, reason"
SSH_KEY: Final = "owner_id, type, body, fingerprint, label, added_at"

ROWS: Final = (
    f"""INSERT INTO "user" ({PERSON}) VALUES (1, 'maria', 'user', 'active', 0, 1)""",
    f"""INSERT INTO "user" ({PERSON}) VALUES (2, 'noor', 'user', 'active', 0, 1)""",
    f"""INSERT INTO "user" ({PERSON}) VALUES (3, 'adam', 'administrator', 'active', 0, 1)""",
    f"""INSERT INTO "user" ({PERSON}, {ENDED})
        VALUES (4, 'tom', 'user', 'inactive', 0, 1, 5, 'adam', 'left')""",
    f"INSERT INTO api_key (id, {KEY}, confirmed_at) VALUES (1, 1, 1, 'CI', 1, [aa], 'x7Qz', 1, 2)",
    f"INSERT INTO api_key (id, {KEY}) VALUES (3, 1, 1, 'new', 1, [cc], 'Kq3v', 1)",
    f"""INSERT INTO api_key (id, {KEY}, {ENDED})
        VALUES (2, 1, 1, 'old', 1, [bb], '9aLm', 1, 5, 'maria', 'lost')""",
    f"""INSERT INTO api_key (id, {KEY}, expires_at, replaces_id, late_uses)
        VALUES (4, 1, 1, 'next', 1, [ee], 'c3Po', 1, 100, 2, 2)""",
    f"INSERT INTO ssh_key (id, {SSH_KEY}) VALUES (1, 1, 'ssh-rsa', 'AAAA', 'SHA256:a', 'pc', 1)",
    f"""INSERT INTO ssh_key (id, {SSH_KEY}, removed_at, removed_by)
        VALUES (2, 1, 'ssh-rsa', 'BBBB', 'SHA256:b', 'old', 1, 5, 'adam')""",
    "INSERT INTO access_review (id, scope, opened_at, opened_by) VALUES (1, 'x', 1, 'adam')",
    "INSERT INTO access_review (id, scope, opened_at, opened_by) VALUES (2, 'x', 1, 'adam')",
    f"INSERT INTO review_item ({ITEM}) VALUES (1, 1, 1, 'CI', '')",
    f"INSERT INTO review_item ({ITEM}) VALUES (2, 2, 1, 'CI', '')",
    f"""INSERT INTO review_item ({ITEM}, {DECIDED})
        VALUES (3, 1, 2, 'old', 'deactivate', 5, 'adam', 'lost')""",
    "UPDATE access_review SET items = 2 WHERE id = 1",
    """UPDATE access_review SET items = 1, closed_at = 9, closed_by = 'adam', kept = 0,
        deactivated = 0, ended = 0 WHERE id = 2""",
    "INSERT INTO access_review (id, scope, opened_at, opened_by) VALUES (3, 'x', 1, 'adam')",
    f"INSERT INTO review_item ({ITEM}) VALUES (4, 3, 1, 'CI', '')",
    f"INSERT INTO audit_event ({EVENT}) VALUES (1, 1, 'maria', 'a', 'done', '', '', '', [00], [a1])",
    "UPDATE api_key SET expires_at = 9 WHERE id = 3",
    "INSERT INTO key_use_day (id, key_id, day, uses) VALUES (93, 1, 93, 5)",
    f"INSERT INTO policy (id, {POLICY}) VALUES (1, 1, 'adam', 'so', 90, 365, 0, 1)",
)
"""Two users, an administrator, one who left; maria's keys 1, 3 and 4 are active, 2 is not, and 4
replaces it, and 1 was used on one day; of her SSH keys the second is removed. Key 3 has an end, and there is a policy. Review
1 is open (key 2 was deactivated in it), 2 is closed, 3 is being opened."""


class Refusal(NamedTuple):
    """A statement that must fail.

    Attributes:
        statement: in which ``[aa]`` stands for a digest of 32 bytes, ``[aa:5]`` for one of 5.
        words: what the engine says: a rule's name, or a pattern for its own words.
        guarded: whether a guard refuses it, even where constraints are ignored.
    """

    statement: str
    words: str
    guarded: bool = True


REFUSALS: Final = {
    "a key of an administrator": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (3, 3, 'x', 1, [dd], 'aaaa', 1)",
        "kt_administrator_holds_key",
    ),
    "a key of an administrator, said to be a user": Refusal(
        f"INSERT INTO api_key ({KEY}, owner_role) VALUES (3, 3, 'x', 1, [dd], 'aaaa', 1, 'user')",
        "kt_administrator_holds_key",
    ),
    "promoting somebody who holds active keys": Refusal(
        "UPDATE \"user\" SET role = 'administrator' WHERE id = 1", "kt_administrator_holds_key"
    ),
    "a key that lies about its owner's role": Refusal(
        "UPDATE api_key SET owner_role = 'administrator' WHERE id = 2",
        "(?i)foreign key",
        guarded=False,
    ),
    "a key for somebody else": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (1, 2, 'x', 1, [dd], 'aaaa', 1)",
        "kt_creator_is_owner",
    ),
    "a key of nobody": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (9, 9, 'x', 1, [dd], 'aaaa', 1)",
        "(?i)foreign key",
        guarded=False,
    ),
    "a key with a short digest": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (1, 1, 'x', 1, [dd:31], 'aaaa', 1)",
        "kt_digest_length",
    ),
    "a key born half deactivated": Refusal(
        f"INSERT INTO api_key ({KEY}, deactivated_at) VALUES (1, 1, 'x', 1, [dd], 'aaaa', 1, 5)",
        "kt_key_deactivation",
    ),
    "more than four characters to show": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (1, 1, 'x', 1, [dd], 'aaaaa', 1)",
        "kt_last_four",
        guarded=False,
    ),
    "a key without a label": Refusal(
        "UPDATE api_key SET label = NULL WHERE id = 1", "(?i)not.null", guarded=False
    ),
    "the same digest twice": Refusal(
        f"INSERT INTO api_key ({KEY}) VALUES (2, 2, 'x', 1, [aa], 'aaaa', 1)", "kt_key_kept"
    ),
    "reactivating a key": Refusal(
        "UPDATE api_key SET deactivated_at = NULL, deactivated_by = NULL, "
        "deactivation_reason = NULL WHERE id = 2",
        "kt_key_final",
    ),
    "another time of deactivation": Refusal(
        "UPDATE api_key SET deactivated_at = 6 WHERE id = 2", "kt_key_final"
    ),
    "another reason of deactivation": Refusal(
        "UPDATE api_key SET deactivation_reason = 'none' WHERE id = 2", "kt_key_final"
    ),
    "another person who deactivated": Refusal(
        "UPDATE api_key SET deactivated_by = 'noor' WHERE id = 2", "kt_key_final"
    ),
    "another label of a deactivated key": Refusal(
        "UPDATE api_key SET label = 'mine' WHERE id = 2", "kt_key_final"
    ),
    "a deactivation without who and why": Refusal(
        "UPDATE api_key SET deactivated_at = 5 WHERE id = 1", "kt_key_deactivation"
    ),
    "a deactivation without why": Refusal(
        "UPDATE api_key SET deactivated_at = 5, deactivated_by = 'noor' WHERE id = 1",
        "kt_key_deactivation",
    ),
    "another digest": Refusal("UPDATE api_key SET digest = [dd] WHERE id = 1", "kt_key_frozen"),
    "another scheme": Refusal("UPDATE api_key SET scheme = 2 WHERE id = 1", "kt_key_frozen"),
    "other characters to show": Refusal(
        "UPDATE api_key SET last_four = 'aaaa' WHERE id = 1", "kt_key_frozen"
    ),
    "another key number": Refusal("UPDATE api_key SET id = 9 WHERE id = 1", "kt_key_frozen"),
    "another day of creation": Refusal(
        "UPDATE api_key SET created_at = 9 WHERE id = 1", "kt_key_frozen"
    ),
    "another owner": Refusal(
        "UPDATE api_key SET owner_id = 2, created_by_id = 2 WHERE id = 1", "kt_key_frozen"
    ),
    "taking back a confirmation": Refusal(
        "UPDATE api_key SET confirmed_at = NULL WHERE id = 1", "kt_key_frozen"
    ),
    "a later end of a key": Refusal(
        "UPDATE api_key SET expires_at = 10 WHERE id = 3", "kt_key_end"
    ),
    "taking a key's end away": Refusal(
        "UPDATE api_key SET expires_at = NULL WHERE id = 3", "kt_key_end"
    ),
    "a policy by which keys last no day": Refusal(
        f"INSERT INTO policy (id, {POLICY}) VALUES (9, 1, 'adam', 'so', 0, 365, 0, 1)",
        "kt_policy_days",
        guarded=False,
    ),
    "a policy whose default is longer than its longest": Refusal(
        f"INSERT INTO policy (id, {POLICY}) VALUES (9, 1, 'adam', 'so', 366, 365, 0, 1)",
        "kt_policy_days",
        guarded=False,
    ),
    "a policy by which keys must end, but nobody knows when": Refusal(
        f"INSERT INTO policy (id, {POLICY}) VALUES (9, 1, 'adam', 'so', 90, NULL, 0, 1)",
        "kt_policy_days",
        guarded=False,
    ),
    "a policy that binds before it is made": Refusal(
        f"INSERT INTO policy (id, {POLICY}) VALUES (9, 5, 'adam', 'so', 90, 365, 0, 4)",
        "kt_policy_days",
        guarded=False,
    ),
    "changing a policy": Refusal("UPDATE policy SET no_end = 1", "kt_policy_final"),
    "deleting a policy": Refusal("DELETE FROM policy", "kt_policy_final"),
    "a policy in place of another": Refusal(
        f"INSERT INTO policy (id, {POLICY}) VALUES (1, 1, 'adam', 'so', 90, 365, 0, 1)",
        "kt_policy_final",
    ),
    "a later end of a replacing key": Refusal(
        "UPDATE api_key SET expires_at = 101 WHERE id = 4", "kt_key_end"
    ),
    "no end of a key any more": Refusal(
        "UPDATE api_key SET expires_at = NULL WHERE id = 4", "kt_key_end"
    ),
    "a second key in place of one": Refusal(
        f"INSERT INTO api_key ({KEY}, replaces_id) VALUES (1, 1, 'x', 1, [dd], 'aaaa', 1, 2)",
        "kt_key_replaces",
    ),
    "a key in place of somebody else's": Refusal(
        f"INSERT INTO api_key ({KEY}, replaces_id) VALUES (2, 2, 'x', 1, [dd], 'aaaa', 1, 1)",
        "kt_key_replaces",
    ),
    "a key in place of none": Refusal(
        f"INSERT INTO api_key ({KEY}, replaces_id) VALUES (1, 1, 'x', 1, [dd], 'aaaa', 1, 99)",
        "kt_key_replaces",
    ),
    "in place of another key": Refusal(
        "UPDATE api_key SET replaces_id = 1 WHERE id = 4", "kt_key_frozen"
    ),
    "in place of a key after all": Refusal(
        "UPDATE api_key SET replaces_id = 1 WHERE id = 3", "kt_key_frozen"
    ),
    "fewer uses after a rotation": Refusal(
        "UPDATE api_key SET late_uses = 1 WHERE id = 4", "kt_key_late"
    ),
    "more uses told than there were": Refusal(
        "UPDATE api_key SET late_told = 3 WHERE id = 4", "kt_key_late"
    ),
    "deleting a key": Refusal("DELETE FROM api_key WHERE id = 1", "kt_key_kept"),
    "deleting all keys": Refusal("DELETE FROM api_key", "kt_key_kept"),
    "a key in place of another": Refusal(
        f"INSERT INTO api_key (id, {KEY}) VALUES (2, 1, 1, 'x', 1, [dd], 'aaaa', 1)",
        "kt_key_kept",
    ),
    "an upsert that reactivates": Refusal(
        f"INSERT INTO api_key (id, {KEY}) VALUES (2, 1, 1, 'old', 1, [bb], '9aLm', 1) "
        "ON CONFLICT (id) DO UPDATE SET deactivated_at = NULL, deactivated_by = NULL, "
        "deactivation_reason = NULL",
        "kt_key_kept",
    ),
    "fewer uses of a day": Refusal(
        "UPDATE key_use_day SET uses = 1 WHERE id = 93", "kt_use_day_kept"
    ),
    "uses of a day that is over": Refusal(
        "UPDATE key_use_day SET day = day - 91, uses = 9 WHERE id = 93", "kt_use_day_kept"
    ),
    "uses of another key": Refusal(
        "UPDATE key_use_day SET key_id = 2, id = id + 91 WHERE id = 93", "kt_use_day_kept"
    ),
    "uses in another day's place": Refusal(
        "INSERT INTO key_use_day VALUES (94, 1, 182, 1)", "kt_use_day_place", guarded=False
    ),
    "a day of no use": Refusal(
        "INSERT INTO key_use_day VALUES (94, 1, 94, 0)", "kt_use_day_place", guarded=False
    ),
    "uses of no key": Refusal(
        "INSERT INTO key_use_day VALUES (9009, 99, 91, 1)", "(?i)foreign key", guarded=False
    ),
    "deleting the uses of a day": Refusal("DELETE FROM key_use_day", "kt_use_day_kept"),
    "deleting an SSH key": Refusal("DELETE FROM ssh_key WHERE id = 2", "kt_ssh_key_kept"),
    "an SSH key in place of another": Refusal(
        f"INSERT INTO ssh_key (id, {SSH_KEY}) VALUES (2, 2, 'ssh-rsa', 'CCCC', 'SHA256:c', 'x', 1)",
        "kt_ssh_key_kept",
    ),
    "an SSH key of two people": Refusal(
        f"INSERT INTO ssh_key (id, {SSH_KEY}) VALUES (9, 2, 'ssh-rsa', 'AAAA', 'SHA256:a', 'x', 1)",
        "kt_ssh_key_kept",
    ),
    "an SSH key of nobody": Refusal(
        f"INSERT INTO ssh_key (id, {SSH_KEY}) VALUES (9, 9, 'ssh-rsa', 'CCCC', 'SHA256:c', 'x', 1)",
        "(?i)foreign key",
        guarded=False,
    ),
    "an SSH key born half removed": Refusal(
        f"INSERT INTO ssh_key (id, {SSH_KEY}, removed_at) "
        "VALUES (9, 2, 'ssh-rsa', 'CCCC', 'SHA256:c', 'x', 1, 5)",
        "kt_ssh_key_removal",
    ),
    "a removal without who": Refusal(
        "UPDATE ssh_key SET removed_at = 5 WHERE id = 1", "kt_ssh_key_removal"
    ),
    "a removal without when": Refusal(
        "UPDATE ssh_key SET removed_by = 'adam' WHERE id = 1", "kt_ssh_key_removal"
    ),
    "another SSH key number": Refusal(
        "UPDATE ssh_key SET id = 9 WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "another owner of an SSH key": Refusal(
        "UPDATE ssh_key SET owner_id = 3 WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "another type of an SSH key": Refusal(
        "UPDATE ssh_key SET type = 'ssh-ed25519' WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "another body of an SSH key": Refusal(
        "UPDATE ssh_key SET body = 'CCCC' WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "another fingerprint of an SSH key": Refusal(
        "UPDATE ssh_key SET fingerprint = 'SHA256:c' WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "another time of adding an SSH key": Refusal(
        "UPDATE ssh_key SET added_at = 9 WHERE id = 1", "kt_ssh_key_frozen"
    ),
    "taking back a removal": Refusal(
        "UPDATE ssh_key SET removed_at = NULL, removed_by = NULL WHERE id = 2", "kt_ssh_key_final"
    ),
    "another time of removal": Refusal(
        "UPDATE ssh_key SET removed_at = 6 WHERE id = 2", "kt_ssh_key_final"
    ),
    "another person who removed": Refusal(
        "UPDATE ssh_key SET removed_by = 'noor' WHERE id = 2", "kt_ssh_key_final"
    ),
    "another label of a removed SSH key": Refusal(
        "UPDATE ssh_key SET label = 'mine' WHERE id = 2", "kt_ssh_key_final"
    ),
    "a use of a removed SSH key": Refusal(
        "UPDATE ssh_key SET last_used_at = 9 WHERE id = 2", "kt_ssh_key_final"
    ),
    "deleting a review": Refusal("DELETE FROM access_review WHERE id = 1", "kt_review_kept"),
    "a review in place of another": Refusal(
        "INSERT INTO access_review (id, scope, opened_at, opened_by) VALUES (1, 'y', 1, 'adam')",
        "kt_review_kept",
    ),
    "another scope of a review": Refusal(
        "UPDATE access_review SET scope = 'y' WHERE id = 1", "kt_review_frozen"
    ),
    "another who opened it": Refusal(
        "UPDATE access_review SET opened_by = 'noor' WHERE id = 1", "kt_review_frozen"
    ),
    "another number of keys of a review": Refusal(
        "UPDATE access_review SET items = 3 WHERE id = 1", "kt_review_frozen"
    ),
    "taking back a sign-off": Refusal(
        "UPDATE access_review SET closed_at = NULL, closed_by = NULL, kept = NULL, "
        "deactivated = NULL, ended = NULL WHERE id = 2",
        "kt_review_closed",
    ),
    "another count of a sign-off": Refusal(
        "UPDATE access_review SET kept = 1 WHERE id = 2", "kt_review_closed"
    ),
    "a sign-off without who": Refusal(
        "UPDATE access_review SET closed_at = 5 WHERE id = 1",
        "kt_review_closing",
        guarded=False,
    ),
    "a key that leaves a review": Refusal(
        "DELETE FROM review_item WHERE id = 1", "kt_review_item_kept"
    ),
    "a key that comes to a review later": Refusal(
        f"INSERT INTO review_item ({ITEM}) VALUES (9, 1, 3, 'new', '')", "kt_review_fixed"
    ),
    "a key twice in a review": Refusal(
        f"INSERT INTO review_item ({ITEM}) VALUES (9, 3, 1, 'CI', '')",
        "kt_review_item_kept",
    ),
    "an item in place of another": Refusal(
        f"INSERT INTO review_item ({ITEM}) VALUES (4, 3, 3, 'CI', '')",
        "kt_review_item_kept",
    ),
    "another key of an item": Refusal(
        "UPDATE review_item SET key_id = 3 WHERE id = 1", "kt_review_fixed"
    ),
    "another label of an item": Refusal(
        "UPDATE review_item SET label = 'x' WHERE id = 1", "kt_review_fixed"
    ),
    "a decision in a closed review": Refusal(
        "UPDATE review_item SET decision = 'keep', decided_at = 5, decided_by = 'adam', "
        "reason = 'x' WHERE id = 2",
        "kt_review_closed",
    ),
    "taking back a deactivation in a review": Refusal(
        "UPDATE review_item SET decision = 'keep' WHERE id = 3", "kt_review_final"
    ),
    "a decision by the owner of the key": Refusal(
        "UPDATE review_item SET decision = 'keep', decided_at = 5, decided_by = 'maria', "
        "reason = 'x' WHERE id = 1",
        "kt_review_own",
    ),
    "a decision without a reason": Refusal(
        "UPDATE review_item SET decision = 'keep', decided_at = 5, decided_by = 'adam' "
        "WHERE id = 1",
        "kt_review_decision",
        guarded=False,
    ),
    "a third decision": Refusal(
        "UPDATE review_item SET decision = 'maybe', decided_at = 5, decided_by = 'adam', "
        "reason = 'x' WHERE id = 1",
        "kt_review_decision",
        guarded=False,
    ),
    "deleting a person": Refusal('DELETE FROM "user" WHERE id = 2', "kt_user_kept"),
    "deleting a person who holds keys": Refusal('DELETE FROM "user" WHERE id = 1', "kt_user_kept"),
    "a User ID twice": Refusal(
        f"""INSERT INTO "user" ({PERSON}) VALUES (9, 'maria', 'user', 'active', 0, 1)""",
        "kt_user_kept",
    ),
    "another User ID": Refusal(
        "UPDATE \"user\" SET user_id = 'mallory' WHERE id = 1", "kt_user_frozen"
    ),
    "a new person with a User ID in capitals": Refusal(
        f"""INSERT INTO "user" ({PERSON}) VALUES (9, 'ZOE', 'user', 'active', 0, 1)""",
        "kt_user_id_lower",
        guarded=False,
    ),
    "a third role": Refusal(
        "UPDATE \"user\" SET role = 'root' WHERE id = 2", "kt_role", guarded=False
    ),
    "a third status": Refusal(
        "UPDATE \"user\" SET status = 'asleep' WHERE id = 2", "kt_status", guarded=False
    ),
    "inactive without a time": Refusal(
        "UPDATE \"user\" SET status = 'inactive' WHERE id = 2",
        "kt_user_deactivation",
        guarded=False,
    ),
    "active with a time of deactivation": Refusal(
        'UPDATE "user" SET deactivated_at = 5 WHERE id = 2', "kt_user_deactivation", guarded=False
    ),
    "reactivating a person": Refusal(
        "UPDATE \"user\" SET status = 'active', deactivated_at = NULL WHERE id = 4",
        "kt_user_final",
    ),
    "demoting the last administrator": Refusal(
        "UPDATE \"user\" SET role = 'user' WHERE id = 3", "kt_last_administrator"
    ),
    "deactivating the last administrator": Refusal(
        "UPDATE \"user\" SET status = 'inactive', deactivated_at = 5 WHERE id = 3",
        "kt_last_administrator",
    ),
    "changing an event": Refusal("UPDATE audit_event SET outcome = 'refused'", "kt_event_final"),
    "an event about somebody else": Refusal(
        "UPDATE audit_event SET about_id = 2", "kt_event_final"
    ),
    "deleting an event": Refusal("DELETE FROM audit_event", "kt_event_final"),
    "an event in place of another": Refusal(
        f"INSERT INTO audit_event ({EVENT}) VALUES (1, 1, 'noor', 'a', 'done', '', '', '', [00], [a2])",
        "kt_event_final",
    ),
    "an upsert of an event": Refusal(
        f"INSERT INTO audit_event ({EVENT}) VALUES (1, 1, 'noor', 'a', 'done', '', '', '', [00], [a2]) "
        "ON CONFLICT (id) DO UPDATE SET actor = 'noor'",
        "kt_event_final",
    ),
    "an event about nobody": Refusal(
        f"INSERT INTO audit_event ({EVENT}, about_id) "
        "VALUES (2, 1, 'maria', 'a', 'done', '', '', '', [a1], [a2], 99)",
        "(?i)foreign key",
        guarded=False,
    ),
    "an event outside the chain": Refusal(
        "INSERT INTO audit_event (id, at, actor, action, outcome, target, detail, origin) "
        "VALUES (2, 1, 'noor', 'a', 'done', '', '', '')",
        "kt_event_chained",
    ),
    "an event that leaves a number out": Refusal(
        f"INSERT INTO audit_event ({EVENT}) "
        "VALUES (3, 1, 'noor', 'a', 'done', '', '', '', [a1], [a2])",
        "kt_event_chained",
    ),
    "an event that does not follow the last one": Refusal(
        f"INSERT INTO audit_event ({EVENT}) "
        "VALUES (2, 1, 'noor', 'a', 'done', '', '', '', [00], [a2])",
        "kt_event_chained",
    ),
}
