"""One connection, spoken to in prepared statements, several of them in one round trip where nobody waits for each.

What psycopg does for every statement takes longer in Python than the server takes to answer a small one. Here a
statement that psycopg has prepared is sent by its name, straight through libpq, as ``BEGIN`` and ``COMMIT`` are with
it (docs/benchmarks.md). Values are written and read by psycopg's own adapters, so both ways say the same.
"""

from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

MOST_KEPT = 100  # statements: as many as psycopg keeps prepared


class Line:
    """One connection of psycopg and the statements that go over it again and again."""

    def __init__(self, connection):
        self.connection = connection
        self.kept = {}  # text → Statement

    def statement(self, text):
        statement = self.kept.get(text)
        if statement is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            statement = self.kept[text] = Statement(self.connection, text)
        return statement

    def say(self, sentences, *, commit=False):
        """Send all of them in one round trip, after ``BEGIN`` where that is due; gives a result of libpq for each.

        Raises psycopg's error of the first that failed; the server has done nothing after it, ``COMMIT`` least of all.
        """
        pgconn = self.connection.pgconn
        begin = not self.connection.autocommit and (
            pgconn.transaction_status == TransactionStatus.IDLE
        )
        if len(sentences) == 1 and not begin and not commit:
            sentences[0].send(pgconn)
            return good(self.connection.wait(execute(pgconn)))
        pgconn.enter_pipeline_mode()
        try:
            if begin:
                pgconn.send_query_params(b"BEGIN", None)
            for sentence in sentences:
                sentence.send(pgconn)
            if commit:
                pgconn.send_query_params(b"COMMIT", None)
            pgconn.pipeline_sync()
            results = self.connection.wait(_results(pgconn, begin + len(sentences) + commit))
        except BaseException:
            self.connection.close()  # nobody knows what of it has been done or is still to come
            raise
        pgconn.exit_pipeline_mode()
        good(results)
        return results[begin : begin + len(sentences)]

    def begin(self, sentence):
        """Send it and do not wait for the answer: :meth:`end` does. Nothing else may be said meanwhile."""
        try:
            sentence.send(self.connection.pgconn)
            self.connection.wait(send(self.connection.pgconn))
        except BaseException:
            self.connection.close()  # as in say()
            raise

    def end(self):
        """The results of what was begun, good or not."""
        return self.connection.wait(fetch_many(self.connection.pgconn))


class Statement:
    """A statement with its adapters, found out once."""

    def __init__(self, connection, text):
        self.text, self.prepared = text, connection._prepared._names  # psycopg's own: key → name
        self.cursor = connection.cursor()
        # psycopg's own: the same instants in UTC, without a step through Python for each.
        self.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        first, *others = text.split("%s")
        self.query = (
            first + "".join(f"${place}{part}" for place, part in enumerate(others, 1))
        ).encode()
        self.formats = [PyFormat.AUTO] * len(others)
        self.adapters = Transformer(self.cursor)
        self.has_loaders = False

    def sentence(self, values):
        """This statement with its values, ready to be sent by name; ``None`` while psycopg has not prepared it."""
        params = self.adapters.dump_sequence(values, self.formats)
        key = self.query, self.adapters.types or ()
        name = self.prepared.get(key)
        if name is None:
            return None
        self.prepared.move_to_end(key)  # as psycopg does: what is used stays prepared
        return Sentence(name, params, self.adapters.formats)

    def rows(self, result):
        # Its columns are what they were the first time: the server refuses a prepared statement otherwise.
        self.adapters.set_pgresult(result, set_loaders=not self.has_loaders)
        self.has_loaders = True
        return self.adapters.load_rows(0, result.ntuples, tuple)


class Sentence:
    """A prepared statement and the values of one use of it."""

    __slots__ = ("formats", "name", "params")

    def __init__(self, name, params, formats):
        self.name, self.params, self.formats = name, params, formats

    def send(self, pgconn):
        pgconn.send_query_prepared(self.name, self.params, param_formats=self.formats)


def _results(pgconn, number):
    """Send what is still to be sent, then one result for each of ``number`` commands, and the end of them."""
    yield from send(pgconn)
    results = []
    for _command in range(number):
        results += yield from fetch_many(pgconn)
    yield from fetch_many(pgconn)
    return results


def good(results):
    """The results; raises psycopg's error of the first that is none."""
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result, encoding="utf-8")
    return results
