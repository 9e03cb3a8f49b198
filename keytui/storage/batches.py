"""Reading more rows than fit into memory: as plain values, batch by batch, all of one moment."""

from collections.abc import Generator
from contextlib import nullcontext
from typing import Any

from peewee import PostgresqlDatabase

from keytui.storage.models import database


def batches(query: Any, size: int) -> Generator[list[tuple[Any, ...]], None, None]:  # noqa: ANN401 - a Peewee query has no useful type
    """Yield the rows of a Peewee query, ``size`` at a time, past its models.

    One statement, so one snapshot, whatever others write meanwhile. Close the
    generator when it is not used up: until then its snapshot is kept.

    Args:
        query: what to select, and in which order.
        size: rows of a batch.
    """
    statement, values = query.sql()
    on_server = isinstance(database.obj, PostgresqlDatabase)
    # A named cursor keeps the rows on the server (it needs a transaction); a plain
    # one of psycopg would fetch all of them at once.
    with database.atomic() if on_server else nullcontext():
        cursor = database.connection().cursor(*(["keytui"] if on_server else []))
        try:
            cursor.execute(statement, values)
            while batch := cursor.fetchmany(size):
                yield batch
        finally:
            cursor.close()
