"""Peewee without PostgreSQL's driver, until a PostgreSQL database is opened.

Peewee imports psycopg wherever it is installed, whatever the database: 150 ms,
as much as all of Textual.
"""

import importlib
import sys
from contextlib import suppress
from typing import Any


def import_peewee_alone() -> None:
    """Import Peewee as if there were no psycopg, in a program that is ours alone.

    It does nothing where either is imported already.
    """
    if {"peewee", "psycopg"} & sys.modules.keys():
        return
    sys.modules["psycopg"] = None  # type: ignore[assignment]  # importing it fails: see importlib's docs
    try:
        importlib.import_module("peewee")
    finally:
        del sys.modules["psycopg"]


def give_psycopg() -> None:
    """Give Peewee the psycopg that it was imported without, as its own import would have."""
    peewee: Any = importlib.import_module("peewee")
    if peewee.psycopg is not None:
        return
    with suppress(ImportError):  # an extra: whoever connects says that it is not there
        status = importlib.import_module("psycopg.pq").TransactionStatus
        kinds = importlib.import_module("psycopg.types.json")
        peewee.psycopg = importlib.import_module("psycopg")
        peewee.TransactionStatus = status
        peewee.Json_pg3, peewee.Jsonb_pg3 = kinds.Json, kinds.Jsonb
        adapter = peewee.Psycopg3Adapter
        adapter.txn_idle, adapter.txn_inerror = status.IDLE, status.INERROR
        adapter.txn_unknown = status.UNKNOWN
