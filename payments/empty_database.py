"""A second database with every table and every rule of the portal and nobody's rows, for as long as it is needed."""

from contextlib import contextmanager

import psycopg
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections

ALIAS = "empty"
LOCK = 770_204  # advisory: one second database beside each database at a time
LONGEST_NAME = 63  # bytes, of PostgreSQL


@contextmanager
def empty_database(beside, *, template=""):
    """The name of a connection to a new database, migrated by the owner and dropped at the end.

    ``beside`` is the owner's connection to the database that it is made next to; no transaction may be open there.
    ``template`` names an empty, migrated database to copy, which is quicker than to migrate. What a killed run left
    behind is dropped by the next. Raises ``CommandError`` where another one is there already, or none may be made.
    """
    name = f"{beside.settings_dict['NAME'][: LONGEST_NAME - 7]}_replay"
    quoted = beside.ops.quote_name(name)
    with beside.cursor() as server:
        server.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not server.fetchone()[0]:
            raise CommandError("Another replay is running. Wait for it to end, then try again.")
        try:
            server.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            _create(server, quoted, beside.ops.quote_name(template) if template else "")
            # It need not outlive a crash, and what is played there is nobody's to read but the owner's.
            server.execute(f"ALTER DATABASE {quoted} SET synchronous_commit = off")
            server.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted} FROM PUBLIC")
            connections.settings[ALIAS] = {**beside.settings_dict, "NAME": name}
            call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
            yield ALIAS
        finally:
            if ALIAS in connections.settings:
                connections[ALIAS].close()
                del connections[ALIAS], connections.settings[ALIAS]
            server.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            server.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _create(server, quoted, template):
    copy = f" TEMPLATE {template} STRATEGY file_copy" if template else ""
    try:
        server.execute(f"CREATE DATABASE {quoted}{copy}")
    except ProgrammingError as problem:
        if not isinstance(problem.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise CommandError(
            "The owner of the tables may not create a database. Allow it for this run: ALTER ROLE … CREATEDB."
        ) from problem
