"""Access reviews: ``access_review``, and the keys that each is about, ``review_item``.

And the index by which the audit trail is read one family of events at a time.
"""

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    ForeignKeyField,
    Model,
    SqliteDatabase,
    TextField,
)

INDEXES = (
    "CREATE UNIQUE INDEX review_item_key ON review_item (review_id, key_id)",
    """
    CREATE INDEX audit_event_family ON audit_event ((
        CASE WHEN action IN
            ('user:sign_in', 'user:sign_out', 'user:unlock', 'user:choose_password') THEN 1
        WHEN substr(action, 1, 8) = 'api_key:' THEN 2
        ELSE 3 END
    ), id)
    """,
    "CREATE INDEX review_item_decision ON review_item (review_id, decision, id)",
)


def up(migrator, db):
    """Create the tables and their indexes."""
    strict = isinstance(db, SqliteDatabase)

    class Base(Model):
        class Meta:
            database = db
            strict_tables = strict
            legacy_table_names = False

    class ApiKey(Base):
        id = BigAutoField()

        class Meta:
            table_name = "api_key"

    class AccessReview(Base):
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
            constraints = [
                SQL(
                    "CONSTRAINT kt_review_closing CHECK ("
                    "(closed_at IS NULL) = (closed_by IS NULL) AND "
                    "(closed_at IS NULL) = (kept IS NULL) AND "
                    "(closed_at IS NULL) = (deactivated IS NULL) AND "
                    "(closed_at IS NULL) = (ended IS NULL))"
                ),
            ]

    class ReviewItem(Base):
        id = BigAutoField()
        review = ForeignKeyField(AccessReview, index=False)
        key = ForeignKeyField(ApiKey, index=False)
        label = TextField()
        last_used_at = BigIntegerField(null=True)
        decision = TextField()
        decided_at = BigIntegerField(null=True)
        decided_by = TextField(null=True)
        reason = TextField(null=True)

        class Meta:
            table_name = "review_item"
            constraints = [
                SQL(
                    "CONSTRAINT kt_review_decision CHECK ("
                    "decision IN ('', 'keep', 'deactivate') AND "
                    "(decision = '') = (decided_at IS NULL) AND "
                    "(decision = '') = (decided_by IS NULL) AND "
                    "(decision = '') = (reason IS NULL))"
                ),
            ]

    db.create_tables([AccessReview, ReviewItem])
    for statement in INDEXES:
        db.execute_sql(statement)
