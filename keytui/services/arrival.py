"""The first look at a database, before anything is drawn: can it be used, and who may come in?

It loads no Peewee (where there is nothing to create or to upgrade), which the
first screen need not wait for: opening the database comes after it.
"""

from typing import NamedTuple

from keytui.domain.permissions import Role
from keytui.services import boundary
from keytui.storage import audit_key
from keytui.storage.engine import BUSY_SECONDS, engine_of
from keytui.storage.faults import explained


class Arrival(NamedTuple):
    """What was found.

    Attributes:
        has_administrator: whether somebody can sign in; else the first comer becomes the first.
        remark: what to say of a database that other accounts can open, a sentence; or empty.
    """

    has_administrator: bool
    remark: str


def look(location: str, audit_key_file: str = "") -> Arrival:
    """Leave a usable, current database at ``location`` and look into it; nothing stays open.

    Args:
        location: a path, or a ``sqlite:///`` or ``postgresql://`` URL.
        audit_key_file: where the audit key is; beside a database file by default.

    Raises:
        BadInput: as :func:`.open_database` does.
        DatabaseUnusable: one sentence on what is wrong and what to do.
    """
    engine = engine_of(location, BUSY_SECONDS)
    key = engine.key_path(audit_key_file)
    audit_key.use(key, engine.file)
    engine.prepare(create=True)
    with explained(), engine.reader() as connection:
        (found,) = connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM \"user\" WHERE role = '{Role.ADMINISTRATOR}')"  # noqa: S608 - a constant
        ).fetchone()
    return Arrival(bool(found), boundary.remark(engine.host_file(key)))
