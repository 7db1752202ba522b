"""Threads for tests of races: each with connections of its own, begun together, ended before the test goes on."""

import threading

from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

PATIENCE_SECONDS = 60


def in_a_thread(work):
    """``work`` as the target of a thread, which leaves no connection open."""

    def run(*args):
        try:
            work(*args)
        finally:
            connections.close_all()

    return run


def patiently(work, *args, **details):
    """``work(…)``, asked again as people do whom a crowd kept waiting for a lock longer than a page may take."""
    while True:
        try:
            return work(*args, **details)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise


def run_together(work, arguments):
    """Call ``work(argument)`` in one thread per argument, all at the same moment; the values, or what was raised."""
    arguments = list(arguments)
    start, answers = threading.Barrier(len(arguments)), [None] * len(arguments)

    def begin(place, argument):
        start.wait(PATIENCE_SECONDS)
        try:
            answers[place] = work(argument)
        except Exception as error:
            answers[place] = error

    threads = [
        threading.Thread(target=in_a_thread(begin), args=(place, argument))
        for place, argument in enumerate(arguments)
    ]
    [thread.start() for thread in threads]
    [thread.join(PATIENCE_SECONDS) for thread in threads]
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return answers
