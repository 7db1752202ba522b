"""The same recount by another engine: history and rollup are exported from one snapshot, DuckDB compares them.

It reads the same SQL as PostgreSQL (``rules/*.sql``, ``compare.sql``), so what it checks is the arithmetic: time zones,
sums, sets and joins. Only the columns that this SQL names leave the database, so no names of people.
"""

import re
from importlib import import_module
from pathlib import Path

from django.db import connection, transaction

from portal.metrics import recount

KEPT = ("metrics_cell", "metrics_sum", "metrics_serviceset", "metrics_standing", "workflow_delta")
TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp with time zone": "TIMESTAMPTZ",
    "jsonb": "JSON",
    "bit": "BIT",
}


class NotInstalled(RuntimeError):
    """DuckDB is for who develops and checks; it does not come with the portal."""

    def __init__(self):
        super().__init__(
            "DuckDB is not installed. Install requirements/dev.txt (make install-dev), "
            "or recount without --duckdb: PostgreSQL does it alone."
        )


def compare(folder):
    """What :func:`portal.metrics.recount.compare` gives, by DuckDB, from files written into ``folder``.

    Raises ``NotInstalled``.
    """
    try:
        duckdb = import_module("duckdb")
    except ModuleNotFoundError:
        raise NotInstalled()
    tables = export(Path(folder))
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'")  # no day may depend on where this runs
    engine.execute(f"SET temp_directory = '{folder}'")
    for table, columns in tables.items():
        named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        engine.execute(f"CREATE TABLE {table} ({named})")
        engine.execute(f"COPY {table} FROM '{folder}/{table}.csv' (FORMAT csv, HEADER)")
    statement = recount.COMPARE.replace(recount.BITS, "BIT")
    return recount.result(engine.execute(statement).fetchall())


def export(folder):
    """Write what the recount reads as ``<table>.csv``, all of one instant; ``{table: {column: type}}``."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL statement_timeout = 0")
        tables = {table: _columns(cursor, table) for table in _tables(cursor)}
        for table, columns in tables.items():
            named = ", ".join(f'"{name}"' for name in columns)
            with (
                (folder / f"{table}.csv").open("wb") as file,
                cursor.copy(
                    f"COPY (SELECT {named} FROM {table}) TO STDOUT (FORMAT csv, HEADER)"
                ) as rows,
            ):
                for block in rows:
                    file.write(block)
    return tables


def _tables(cursor):
    """The tables that the rules name, and those of the rollup."""
    known = set(connection.introspection.table_names(cursor))
    return sorted((known & _words()) | set(KEPT))


def _columns(cursor, table):
    """The columns of ``table`` that the SQL of the recount names."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "ORDER BY ordinal_position",
        [table],
    )
    return {
        name: TYPES.get(kind, "VARCHAR") for name, kind in cursor.fetchall() if name in _words()
    }


def _words():
    """Every word of the SQL, but for its comments."""
    return set(re.findall(r"\w+", re.sub(r"--[^\n]*", "", recount.COMPARE)))
