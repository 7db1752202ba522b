"""One round trip to the database, without what makes a small statement dear.

Django makes a cursor for every statement, and a cursor finds out anew how each value is written and each column read.
Here a cursor is kept for every statement that moves send again and again (docs/benchmarks.md). Whoever listens to the
statements of a connection (tests, tools) hears these too: then they go Django's way.
"""

import threading

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.types.datetime import TimestamptzLoader

MOST_KEPT = 100  # statements: as many as psycopg keeps prepared
LONGEST_KEPT = 4096  # characters: longer ones are sets of rows, whose text rarely comes again

_here = threading.local()  # .connection and .cursors, one for each text


def rows(text, values):
    """The rows that the statement ``text`` gives with ``values``."""
    return _executed(text, values, _rows_of)


def count(text, values):
    """How many rows the statement ``text`` changed with ``values``."""
    return _executed(text, values, _count_of)


def _executed(text, values, answer):
    database = connections[DEFAULT_DB_ALIAS]
    if len(text) > LONGEST_KEPT or database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.execute(text, values)
            return answer(cursor)
    # What Django does before a statement, and with an error of the database.
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        text, cursor = _kept(database.connection, text)
        return answer(cursor.execute(text, values))


def _kept(connection, text):
    """The cursor of ``text`` on this connection, with the very text for which it is prepared."""
    if getattr(_here, "connection", None) is not connection:
        _here.connection, _here.cursors = connection, {}
    cursors = _here.cursors
    if text not in cursors:
        if len(cursors) >= MOST_KEPT:
            cursors.clear()
        cursor = connection.cursor()
        # psycopg's own: the same instants in UTC, without a step through Python for each.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursors[text] = text, cursor
    return cursors[text]


def _rows_of(cursor):
    return cursor.fetchall()


def _count_of(cursor):
    return cursor.rowcount
