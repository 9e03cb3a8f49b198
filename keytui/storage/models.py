"""The tables as Peewee models: the one list of columns.

Only text, blob and integer columns, so that the same models mean the same on
SQLite and PostgreSQL; times are integer microseconds UTC. What a table must
never hold is said in the migrations that create it.
"""

from peewee import (
    BigAutoField,
    BigIntegerField,
    BlobField,
    DatabaseProxy,
    ForeignKeyField,
    Model,
    TextField,
)

database = DatabaseProxy()
"""Stands for the one open database; :mod:`keytui.storage.database` fills it."""


class _Row(Model):
    class Meta:
        database = database
        legacy_table_names = False


class UserRow(_Row):
    """A person. Never deleted; ``user_id`` is never used again."""

    id = BigAutoField()
    user_id = TextField(unique=True)
    role = TextField()
    status = TextField(default="active")
    epoch = BigIntegerField(default=0)
    password_hash = TextField(null=True)
    code_digest = BlobField(null=True)
    code_expires_at = BigIntegerField(null=True)
    created_at = BigIntegerField()
    last_sign_in_at = BigIntegerField(null=True)
    last_sign_in_from = TextField(null=True)
    reset_at = BigIntegerField(null=True)
    reset_by = TextField(null=True)
    deactivated_at = BigIntegerField(null=True)
    deactivated_by = TextField(null=True)
    deactivation_reason = TextField(null=True)

    class Meta:
        table_name = "user"


class ApiKeyRow(_Row):
    """An API key. Its number is the ``key_id`` people see; never deleted.

    ``owner_role`` follows the owner's role by itself: administrators own no active key.
    ``label_folded`` is the label as it is searched and sorted by. ``late_uses`` counts how often
    it was tried after another had replaced it and it had ended; of these ``late_told`` are events.
    """

    id = BigAutoField()
    owner = ForeignKeyField(UserRow, backref="api_keys")
    owner_role = TextField(default="user")
    created_by = ForeignKeyField(UserRow, backref="created_keys")
    label = TextField()
    label_folded = TextField(default="")
    scheme = BigIntegerField()
    digest = BlobField(unique=True)
    last_four = TextField()
    created_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    confirmed_at = BigIntegerField(null=True)
    first_used_at = BigIntegerField(null=True)
    last_used_at = BigIntegerField(null=True)
    last_used_from = TextField(null=True)
    deactivated_at = BigIntegerField(null=True)
    deactivated_by = TextField(null=True)
    deactivation_reason = TextField(null=True)
    replaces = ForeignKeyField("self", null=True)
    late_uses = BigIntegerField(default=0)
    late_used_at = BigIntegerField(null=True)
    late_used_from = TextField(null=True)
    late_told = BigIntegerField(default=0)
    late_told_at = BigIntegerField(null=True)

    class Meta:
        table_name = "api_key"


class KeyUseDayRow(_Row):
    """How often a key was used on a day; ``id`` is :func:`keytui.domain.daily_uses.place_of` them."""

    id = BigAutoField()
    key = ForeignKeyField(ApiKeyRow, index=False)
    day = BigIntegerField()
    uses = BigIntegerField()

    class Meta:
        table_name = "key_use_day"


class SshKeyRow(_Row):
    """A public SSH key that a person signs in with. Never deleted; one not removed is one person's.

    ``body`` is the key in base64 as in ``authorized_keys``; ``fingerprint`` is ``SHA256:...``.
    """

    id = BigAutoField()
    owner = ForeignKeyField(UserRow, backref="ssh_keys")
    type = TextField()
    body = TextField()
    fingerprint = TextField()
    label = TextField()
    added_at = BigIntegerField()
    last_used_at = BigIntegerField(null=True)
    removed_at = BigIntegerField(null=True)
    removed_by = TextField(null=True)

    class Meta:
        table_name = "ssh_key"


class PolicyRow(_Row):
    """How long keys may last from ``changed_at`` on; the newest row counts, and none ever changes.

    Keys that were there before keep working until ``binds_from`` at least.
    """

    id = BigAutoField()
    changed_at = BigIntegerField()
    changed_by = TextField()
    reason = TextField()
    default_days = BigIntegerField()
    longest_days = BigIntegerField(null=True)
    no_end = BigIntegerField()
    binds_from = BigIntegerField()

    class Meta:
        table_name = "policy"


class AuditEventRow(_Row):
    """One audit event. ``about`` is the person it concerns besides the actor."""

    id = BigAutoField()
    at = BigIntegerField()
    actor_row = ForeignKeyField(UserRow, null=True, backref="acts")
    actor = TextField()
    action = TextField()
    outcome = TextField()
    target = TextField()
    about = ForeignKeyField(UserRow, null=True, backref="events")
    detail = TextField()
    origin = TextField()
    previous_hash = BlobField(null=True, unique=True)
    hash = BlobField(null=True, unique=True)

    class Meta:
        table_name = "audit_event"


class AccessReviewRow(_Row):
    """An access review. Never deleted; ``items`` is ``NULL`` only while its items are being added.

    The three counts are of its close: ``ended`` are those that ended without a decision.
    """

    id = BigAutoField()
    scope = TextField()
    items = BigIntegerField(null=True)
    opened_at = BigIntegerField()
    opened_by = TextField()
    closed_at = BigIntegerField(null=True)
    closed_by = TextField(null=True)
    kept = BigIntegerField(null=True)
    deactivated = BigIntegerField(null=True)
    ended = BigIntegerField(null=True)

    class Meta:
        table_name = "access_review"


class ReviewItemRow(_Row):
    """A key in an access review; ``label`` and ``last_used_at`` are what they were at its opening."""

    id = BigAutoField()
    review = ForeignKeyField(AccessReviewRow, index=False)
    key = ForeignKeyField(ApiKeyRow, index=False)
    label = TextField()
    last_used_at = BigIntegerField(null=True)
    decision = TextField()
    decided_at = BigIntegerField(null=True)
    decided_by = TextField(null=True)
    reason = TextField(null=True)

    class Meta:
        table_name = "review_item"


class AuditKeyRow(_Row):
    """The fingerprint of an audit key; the newest is of the key in use."""

    id = BigAutoField()
    fingerprint = BlobField(unique=True)

    class Meta:
        table_name = "audit_key"


class SignInAttemptRow(_Row):
    """An attempt to sign in that failed, or is being looked at; kept for a day."""

    id = BigAutoField()
    target = TextField()
    origin = TextField()
    at = BigIntegerField()
    forgiven = BigIntegerField(default=0)

    class Meta:
        table_name = "sign_in_attempt"
