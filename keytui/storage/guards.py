"""The guards: triggers for what a constraint cannot say, because it needs the old row.

One list, written once for SQLite and PostgreSQL. Some guards say again what a
constraint says: the ``sqlite3`` shell ignores foreign keys unless told
otherwise, and can be told to ignore CHECKs. They are put in anew after every
migration; a change of this list needs a migration too, were it an empty one.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from peewee import Database


class Guard(NamedTuple):
    """A change that the database refuses.

    Attributes:
        rule: the name it is refused by, of :data:`keytui.storage.rules.SENTENCES`.
        change: ``INSERT``, ``UPDATE`` or ``DELETE``.
        table: of what.
        when: the condition, in the SQL that both engines share.
    """

    rule: str
    change: str
    table: str
    when: str

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{self.rule}_on_{self.table}_{self.change.lower()}"


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns) + ")"


_DEACTIVATION: Final = ("deactivated_at", "deactivated_by", "deactivation_reason")
_ACTIVE_KEY_OF_ADMINISTRATOR: Final = (
    "NEW.deactivated_at IS NULL AND "
    "(SELECT role FROM \"user\" WHERE id = NEW.owner_id) = 'administrator'"
)
_HALF_DEACTIVATED: Final = (
    "(NEW.deactivated_at IS NULL) <> (NEW.deactivated_by IS NULL) OR "
    "(NEW.deactivated_at IS NULL) <> (NEW.deactivation_reason IS NULL)"
)
_HALF_REMOVED: Final = "(NEW.removed_at IS NULL) <> (NEW.removed_by IS NULL)"

GUARDS: Final = (
    Guard("kt_user_kept", "DELETE", "user", "true"),
    # REPLACE deletes what is in its way without asking the guard against deleting,
    # unless the connection says recursive_triggers.
    Guard(
        "kt_user_kept",
        "INSERT",
        "user",
        'EXISTS (SELECT 1 FROM "user" WHERE id = NEW.id OR user_id = NEW.user_id)',
    ),
    Guard("kt_user_frozen", "UPDATE", "user", _changed("id", "user_id", "created_at")),
    Guard(
        "kt_user_final",
        "UPDATE",
        "user",
        "OLD.deactivated_at IS NOT NULL AND " + _changed("status", "role", *_DEACTIVATION),
    ),
    Guard(
        "kt_administrator_holds_key",
        "UPDATE",
        "user",
        "NEW.role = 'administrator' AND OLD.role <> 'administrator' AND EXISTS "
        "(SELECT 1 FROM api_key WHERE owner_id = NEW.id AND deactivated_at IS NULL)",
    ),
    Guard(
        "kt_last_administrator",
        "UPDATE",
        "user",
        "OLD.role = 'administrator' AND OLD.status = 'active' AND "
        "NOT (NEW.role = 'administrator' AND NEW.status = 'active') AND NOT EXISTS "
        "(SELECT 1 FROM \"user\" WHERE role = 'administrator' AND status = 'active' "
        "AND id <> OLD.id)",
    ),
    Guard("kt_key_kept", "DELETE", "api_key", "true"),
    Guard(
        "kt_key_kept",
        "INSERT",
        "api_key",
        "EXISTS (SELECT 1 FROM api_key WHERE id = NEW.id OR digest = NEW.digest)",
    ),
    Guard("kt_administrator_holds_key", "INSERT", "api_key", _ACTIVE_KEY_OF_ADMINISTRATOR),
    Guard("kt_creator_is_owner", "INSERT", "api_key", "NEW.created_by_id <> NEW.owner_id"),
    Guard("kt_digest_length", "INSERT", "api_key", "length(NEW.digest) <> 32"),
    Guard("kt_key_deactivation", "INSERT", "api_key", _HALF_DEACTIVATED),
    Guard("kt_key_deactivation", "UPDATE", "api_key", _HALF_DEACTIVATED),
    Guard(
        "kt_key_frozen",
        "UPDATE",
        "api_key",
        _changed(
            "id",
            "owner_id",
            "created_by_id",
            "scheme",
            "digest",
            "last_four",
            "created_at",
            "replaces_id",
        )
        + " OR (OLD.confirmed_at IS NOT NULL AND "
        + _changed("confirmed_at")
        + ")",
    ),
    Guard(
        "kt_key_final",
        "UPDATE",
        "api_key",
        "OLD.deactivated_at IS NOT NULL AND "
        + _changed("label", "label_folded", "expires_at", "confirmed_at", *_DEACTIVATION),
    ),
    # An end that passed stays passed: nobody revives a key.
    Guard(
        "kt_key_end",
        "UPDATE",
        "api_key",
        "OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)",
    ),
    Guard(
        "kt_key_replaces",
        "INSERT",
        "api_key",
        "NEW.replaces_id IS NOT NULL AND (EXISTS "
        "(SELECT 1 FROM api_key WHERE replaces_id = NEW.replaces_id) OR NOT EXISTS "
        "(SELECT 1 FROM api_key WHERE id = NEW.replaces_id AND owner_id = NEW.owner_id))",
    ),
    Guard(
        "kt_key_late",
        "UPDATE",
        "api_key",
        "NEW.late_uses < OLD.late_uses OR NEW.late_told < OLD.late_told "
        "OR NEW.late_told > NEW.late_uses",
    ),
    # Without a guard against REPLACE: it would stop the adding up, which is an upsert, as well.
    Guard("kt_use_day_kept", "DELETE", "key_use_day", "true"),
    Guard(
        "kt_use_day_kept",
        "UPDATE",
        "key_use_day",
        _changed("id", "key_id")
        + " OR NEW.day < OLD.day OR (NEW.day = OLD.day AND NEW.uses < OLD.uses)",
    ),
    Guard("kt_ssh_key_kept", "DELETE", "ssh_key", "true"),
    Guard(
        "kt_ssh_key_kept",
        "INSERT",
        "ssh_key",
        "EXISTS (SELECT 1 FROM ssh_key WHERE id = NEW.id OR "
        "(body = NEW.body AND removed_at IS NULL AND NEW.removed_at IS NULL))",
    ),
    Guard("kt_ssh_key_removal", "INSERT", "ssh_key", _HALF_REMOVED),
    Guard("kt_ssh_key_removal", "UPDATE", "ssh_key", _HALF_REMOVED),
    Guard(
        "kt_ssh_key_frozen",
        "UPDATE",
        "ssh_key",
        _changed("id", "owner_id", "type", "body", "fingerprint", "added_at"),
    ),
    Guard(
        "kt_ssh_key_final",
        "UPDATE",
        "ssh_key",
        "OLD.removed_at IS NOT NULL AND "
        + _changed("label", "last_used_at", "removed_at", "removed_by"),
    ),
    Guard("kt_policy_final", "DELETE", "policy", "true"),
    Guard("kt_policy_final", "UPDATE", "policy", "true"),
    Guard(
        "kt_policy_final",
        "INSERT",
        "policy",
        "EXISTS (SELECT 1 FROM policy WHERE id = NEW.id)",
    ),
    Guard("kt_review_kept", "DELETE", "access_review", "true"),
    Guard(
        "kt_review_kept",
        "INSERT",
        "access_review",
        "EXISTS (SELECT 1 FROM access_review WHERE id = NEW.id)",
    ),
    Guard(
        "kt_review_frozen",
        "UPDATE",
        "access_review",
        _changed("id", "scope", "opened_at", "opened_by")
        + " OR (OLD.items IS NOT NULL AND "
        + _changed("items")
        + ")",
    ),
    Guard(
        "kt_review_closed",
        "UPDATE",
        "access_review",
        "OLD.closed_at IS NOT NULL AND "
        + _changed("closed_at", "closed_by", "kept", "deactivated", "ended"),
    ),
    Guard("kt_review_item_kept", "DELETE", "review_item", "true"),
    Guard(
        "kt_review_item_kept",
        "INSERT",
        "review_item",
        "EXISTS (SELECT 1 FROM review_item WHERE id = NEW.id) OR EXISTS "
        "(SELECT 1 FROM review_item WHERE review_id = NEW.review_id AND key_id = NEW.key_id)",
    ),
    Guard(
        "kt_review_fixed",
        "INSERT",
        "review_item",
        "(SELECT items FROM access_review WHERE id = NEW.review_id) IS NOT NULL",
    ),
    Guard(
        "kt_review_fixed",
        "UPDATE",
        "review_item",
        _changed("id", "review_id", "key_id", "label", "last_used_at"),
    ),
    Guard(
        "kt_review_closed",
        "UPDATE",
        "review_item",
        "(SELECT closed_at FROM access_review WHERE id = OLD.review_id) IS NOT NULL",
    ),
    Guard("kt_review_final", "UPDATE", "review_item", "OLD.decision = 'deactivate'"),
    Guard(
        "kt_review_own",
        "UPDATE",
        "review_item",
        'NEW.decided_by = (SELECT user_id FROM "user" WHERE id = '
        "(SELECT owner_id FROM api_key WHERE id = NEW.key_id))",
    ),
    Guard("kt_audit_key_final", "DELETE", "audit_key", "true"),
    Guard("kt_audit_key_final", "UPDATE", "audit_key", "true"),
    Guard(
        "kt_audit_key_final",
        "INSERT",
        "audit_key",
        "EXISTS (SELECT 1 FROM audit_key WHERE id = NEW.id OR fingerprint = NEW.fingerprint)",
    ),
    Guard("kt_event_final", "DELETE", "audit_event", "true"),
    Guard("kt_event_final", "UPDATE", "audit_event", "true"),
    Guard(
        "kt_event_final",
        "INSERT",
        "audit_event",
        "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)",
    ),
    Guard(
        "kt_event_chained",
        "INSERT",
        "audit_event",
        "NOT EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) AND "
        "(NEW.hash IS NULL OR NEW.previous_hash IS NULL OR "
        "NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM audit_event) OR "
        "NEW.previous_hash <> (SELECT hash FROM audit_event ORDER BY id DESC LIMIT 1))",
    ),
)


def remove(database: "Database") -> None:
    """Take the guards out of the way of a migration. Nobody else may write meanwhile."""
    with database.atomic():
        for name, table in _present(database):
            on_table = "" if _is_sqlite(database) else f' ON "{table}"'
            database.execute_sql(f"DROP TRIGGER {name}{on_table}")


def install(database: "Database") -> None:
    """Put the guards in, in place of those that are there."""
    with database.atomic():
        remove(database)
        for guard in GUARDS:
            # Past Peewee, which would take a percent sign for a parameter.
            for statement in _statements(guard, database):
                database.cursor().execute(statement)


def _statements(guard: Guard, database: "Database") -> list[str]:
    # Late: both need the list above.
    if _is_sqlite(database):
        from keytui.storage.guards_sqlite import statements
    else:
        from keytui.storage.guards_postgresql import statements

    return statements(guard)


def _present(database: "Database") -> list[tuple[str, str]]:
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if _is_sqlite(database)
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE pg_table_is_visible(tgrelid)"
    )
    return [(name, table) for name, table in database.execute_sql(query) if name[:3] == "kt_"]


def _is_sqlite(database: "Database") -> bool:
    from peewee import SqliteDatabase  # late: verification has no Peewee

    return isinstance(database, SqliteDatabase)
