"""Round trips to the database, as few and as cheap as they can be: they are what a move costs (docs/benchmarks.md).

What is asked is answered at once. What is only to be changed may wait, within :func:`one_commit`, for the next
question or for the commit, and goes with it; or it is begun, and the server is at it while Python goes on. ``BEGIN``
goes with the first statement.

Whoever listens to the statements of a connection (tests, tools) hears these too: then they go Django's way, one by one.
"""

import threading
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg.types.datetime import TimestamptzLoader

from portal.workflow.line import Line, good

LONGEST_KEPT = 4096  # characters: longer ones are sets of rows, whose text rarely comes again

_here = threading.local()  # .line, and within one_commit() .waiting, .begun and .checks_at_once


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


def all_rows(text, values):
    """The rows of a statement that Django wrote and that may be long; instants are read as in :func:`rows`."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(text, values)
        return cursor.fetchall()


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


def begin(text, values, *, number):
    """:func:`change`, but within :func:`one_commit` without waiting for the server to be done.

    ``NotAllChanged`` is raised, or the server's refusal, by whatever is said next. From here on foreign keys are
    checked with each statement, also while Python goes on, and not all at ``COMMIT``.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if _waiting(database) is not None and not _is_heard(database, text):
        with _ready(database):
            _say()  # what came before
            sentence = _line(database).statement(text).sentence(values)
            if sentence is not None:
                _check_at_once(database)
                _here.line.begin(sentence)
                _here.begun = number
                return
    change(text, values, number=number)


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
        _here.waiting, _here.begun, _here.checks_at_once = [], None, False
        try:
            yield
            if not database.needs_rollback:
                with _ready(database):
                    # Django's own commit then finds nothing left to do.
                    _say(commit=bool(_here.waiting))
        finally:
            begun, _here.waiting, _here.begun = _here.begun, None, None
            if begun is not None:  # a rollback follows, whatever the answer is
                _here.line.end()


def _after_what_waits(execute, sql, params, many, context):
    """Whatever Django sends itself finds done what was said before it."""
    if _unsaid() or _here.begun is not None:
        with _ready(context["connection"]):
            _say()
    return execute(sql, params, many, context)


def _check_at_once(database):
    if not _here.checks_at_once:
        with database.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _here.checks_at_once = True


def _unsaid():
    return getattr(_here, "waiting", None)


def _say(*sentences, commit=False):
    """Wait for what was begun, then send what waits and ``sentences``; gives the results of all that was sent."""
    _end_what_was_begun()
    waited = _unsaid() or []
    if not (waited or sentences or commit):
        return []
    numbers = [number for _sentence, number in waited]
    said = [sentence for sentence, _number in waited]
    waited.clear()
    results = _here.line.say([*said, *sentences], commit=commit)
    for number, result in zip(numbers, results, strict=False):
        _expect(number, result.command_tuples)
    return results


def _end_what_was_begun():
    number = getattr(_here, "begun", None)
    if number is not None:
        _here.begun = None
        [result] = good(_here.line.end())
        _expect(number, result.command_tuples)


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
    _say()
    return answer(statement.cursor.execute(statement.text, values))


def _all(cursor):
    return cursor.fetchall()


def _number(cursor):
    return cursor.rowcount
