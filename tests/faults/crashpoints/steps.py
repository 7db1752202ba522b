"""The steps of a process: SQL statements, commits, publishes, HTTP sends. The process kills itself at one of them.

Nothing in the code under test knows of it: the database connection, kombu and httpx are wrapped from outside. Works in
any Django process, the portal's or the sandbox's.
"""

import functools
import os
import signal
import socket
from collections import Counter

import httpx
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

BEFORE, AFTER = "before", "after"


class Steps:
    """Counts steps; at number ``place`` on this ``side`` the process is gone. ``place`` 0: nothing happens."""

    def __init__(self, place=0, side=BEFORE):
        self.place, self.side = place, side
        self.number, self.kinds = 0, Counter()

    def install(self):
        """Wrap what makes a step, for the rest of this process's life."""
        connection.execute_wrappers.append(self._statement)
        self._wrap(BaseDatabaseWrapper, "_commit", "commit")
        self._wrap(httpx.Client, "send", "http")
        self._wrap_coroutine(httpx.AsyncClient, "send", "http")
        self._wrap(socket, "create_connection", "connect")
        try:
            from kombu.messaging import Producer
        except ImportError:  # the sandbox publishes nothing
            return
        self._wrap(Producer, "publish", "publish")

    def _statement(self, execute, sql, params, many, context):
        number = self._begin("sql")
        result = execute(sql, params, many, context)
        self._end(number)
        return result

    def _wrap(self, owner, name, kind):
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args, **kwargs):
            number = self._begin(kind)
            result = original(*args, **kwargs)
            self._end(number)
            return result

        setattr(owner, name, wrapped)

    def _wrap_coroutine(self, owner, name, kind):
        original = getattr(owner, name)

        @functools.wraps(original)
        async def wrapped(*args, **kwargs):
            number = self._begin(kind)
            result = await original(*args, **kwargs)
            self._end(number)
            return result

        setattr(owner, name, wrapped)

    def _begin(self, kind):
        self.number += 1
        self.kinds[kind] += 1
        if (self.number, self.side) == (self.place, BEFORE):
            os.kill(os.getpid(), signal.SIGKILL)
        return self.number

    def _end(self, number):
        if (number, self.side) == (self.place, AFTER):
            os.kill(os.getpid(), signal.SIGKILL)
