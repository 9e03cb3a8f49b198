"""The first tables: user, api_key, audit_event.

The models are frozen here on purpose: the application's own move on, and this
step must always build what it built on its first day.
"""

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    BlobField,
    ForeignKeyField,
    Model,
    SqliteDatabase,
    TextField,
)


def up(migrator, db):
    """Create the tables and their indexes."""
    strict = isinstance(db, SqliteDatabase)

    class Base(Model):
        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False

    class User(Base):
        id = BigAutoField()
        # In the same order everywhere: SQLite compares bytes, a server by its locale.
        user_id = TextField(unique=True, collation=None if strict else '"C"')
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
            constraints = [
                SQL("CONSTRAINT kt_user_id_lower CHECK (user_id = lower(user_id))"),
                SQL("CONSTRAINT kt_role CHECK (role IN ('user', 'administrator'))"),
                SQL("CONSTRAINT kt_status CHECK (status IN ('active', 'inactive'))"),
                SQL(
                    "CONSTRAINT kt_user_deactivation "
                    "CHECK ((status = 'inactive') = (deactivated_at IS NOT NULL))"
                ),
            ]

    class ApiKey(Base):
        id = BigAutoField()
        owner = ForeignKeyField(User)
        created_by = ForeignKeyField(User)
        label = TextField()
        scheme = BigIntegerField()
        digest = BlobField(unique=True)
        last_four = TextField()
        created_at = BigIntegerField()
        last_used_at = BigIntegerField(null=True)
        last_used_from = TextField(null=True)
        deactivated_at = BigIntegerField(null=True)
        deactivated_by = TextField(null=True)
        deactivation_reason = TextField(null=True)

        class Meta:
            table_name = "api_key"
            constraints = [
                SQL("CONSTRAINT kt_creator_is_owner CHECK (created_by_id = owner_id)"),
                SQL("CONSTRAINT kt_last_four CHECK (length(last_four) = 4)"),
                SQL(
                    "CONSTRAINT kt_key_deactivation CHECK ("
                    "(deactivated_at IS NULL) = (deactivated_by IS NULL) AND "
                    "(deactivated_at IS NULL) = (deactivation_reason IS NULL))"
                ),
            ]

    class AuditEvent(Base):
        id = BigAutoField()
        at = BigIntegerField()
        actor_row = ForeignKeyField(User, null=True)
        actor = TextField()
        action = TextField()
        outcome = TextField()
        target = TextField()
        about = ForeignKeyField(User, null=True)
        detail = TextField()
        origin = TextField()

        class Meta:
            table_name = "audit_event"
            indexes = (
                # The slow-down counts failed sign-ins by person and by origin.
                (("action", "target", "id"), False),
                (("action", "origin", "id"), False),
            )

    db.create_tables([User, ApiKey, AuditEvent])
