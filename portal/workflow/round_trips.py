"""Round trips to the database, as few and as cheap as they can be: they are what a move costs (docs/benchmarks.md).

What is asked is answered at once. What is only to be changed may wait, within :func:`one_commit`, for the next
question or for the commit, and goes with it; ``BEGIN`` goes with the first statement.

Whoever listens to the statements of a connection (tests, tools) hears these too: then they go Django's way, one by one.
"""

import threading
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from portal.workflow.line import Line

LONGEST_KEPT = 4096  # characters: longer ones are sets of rows, whose text rarely comes again

_here = threading.local()  # .line, and .waiting within one_commit()


class NotAllChanged(Exception):
    """A statement changed more or fewer rows than it had to: the transaction can only be rolled back."""


def rows(text, values):
    """The rows that the statement ``text`` gives with ``values``."""
    database = connections[DEFAULT_DB_ALIAS]
    if _is_heard(database, text):
        return _by_django(database, text, values, _all)
    with _ready(database):
        statement = _line(database).statement(text)
        sentence = statement.sentence(values)
        if sentence is None:
            return _by_psycopg(statement, values, _all)
        return statement.rows(_say(sentence)[-1])


def count(text, values):
    """How many rows the statement ``text`` changed with ``values``."""
    database = connections[DEFAULT_DB_ALIAS]
    if _is_heard(database, text):
        return _by_django(database, text, values, _number)
    with _ready(database):
        statement = _line(database).statement(text)
        sentence = statement.sentence(values)
        if sentence is None:
            return _by_psycopg(statement, values, _number)
        return _say(sentence)[-1].command_tuples


def change(text, values, *, number):
    """Change ``number`` rows, neither more nor fewer: now, or within :func:`one_commit` before the next answer.

    Raises ``NotAllChanged``, in the latter case where the answer is asked for.
    """
    database = connections[DEFAULT_DB_ALIAS]
    waiting = _waiting(database)
    if waiting is not None and not _is_heard(database, text):
        with _ready(database):
            sentence = _line(database).statement(text).sentence(values)
        if sentence is not None:
            waiting.append((sentence, number))
            return
    _expect(number, count(text, values))


@contextmanager
def one_commit():
    """``transaction.atomic()`` in which changes wait, and the last ones go out together with ``COMMIT``.

    Within another transaction it is that alone.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with transaction.atomic(), database.execute_wrapper(_after_what_waits):
        _here.waiting = []
        try:
            yield
            if _here.waiting and not database.needs_rollback:
                with _ready(database):
                    _say(commit=True)  # Django's own commit then finds nothing left to do
        finally:
            _here.waiting = None


def _after_what_waits(execute, sql, params, many, context):
    """Whatever Django sends itself finds done what was said before it."""
    if getattr(_here, "waiting", None):
        with _ready(context["connection"]):
            _say()
    return execute(sql, params, many, context)


def _say(*sentences, commit=False):
    """Send what waits and then ``sentences``; gives the results of all."""
    waited = getattr(_here, "waiting", None) or []
    numbers = [number for _sentence, number in waited]
    said = [sentence for sentence, _number in waited]
    waited.clear()
    results = _here.line.say([*said, *sentences], commit=commit)
    for number, result in zip(numbers, results, strict=False):
        _expect(number, result.command_tuples)
    return results


def _expect(number, changed):
    if changed != number:
        raise NotAllChanged(f"{changed} rows instead of {number}")


def _waiting(database):
    """The list of what waits, where something may: not within a savepoint, which may be undone alone."""
    return None if database.savepoint_ids else getattr(_here, "waiting", None)


def _is_heard(database, text):
    own = getattr(_here, "waiting", None) is not None  # then one of the wrappers is ours
    return (
        len(text) > LONGEST_KEPT or database.queries_logged or len(database.execute_wrappers) > own
    )


def _ready(database):
    """What Django does before a statement; gives what turns psycopg's errors into Django's."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    return database.wrap_database_errors


def _line(database):
    line = getattr(_here, "line", None)
    if line is None or line.connection is not database.connection:
        line = _here.line = Line(database.connection)
    return line


def _by_django(database, text, values, answer):
    with database.cursor() as cursor:
        cursor.execute(text, values)
        return answer(cursor)


def _by_psycopg(statement, values, answer):
    if getattr(_here, "waiting", None):
        _say()
    return answer(statement.cursor.execute(statement.text, values))


def _all(cursor):
    return cursor.fetchall()


def _number(cursor):
    return cursor.rowcount
