"""The story in the database: whether it is loaded, a copy of it as it was then, and its return.

What state a database is in is written on the database itself, as its comment, so that it can be
neither lost nor mixed up with another. A copy made with ``CREATE DATABASE … TEMPLATE`` is kept
beside it; a reset puts the copy back within a second.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.embedded.errors import StartRefused
from portal.embedded.home import Home

OLDEST_SERVER = 15_00_00  # PostgreSQL 15, as server_version_num
LOADING, LOADED = "loading", "loaded"


class Story:
    """The database at ``owner_url``, seen by its owner, and the stored files that belong to it."""

    def __init__(self, home: Home, owner_url: str, application_role: str):
        self.home, self.application_role = home, application_role
        self.url = owner_url
        self.name = unquote(urlsplit(owner_url).path.lstrip("/"))
        self.copy = f"{self.name}_story"
        self.copied_media = home.story / "media"

    def check_server(self) -> None:
        """Refuse a server that is too old or does not answer, in one sentence."""
        with self._administration() as server:
            version = server.info.server_version
        if version < OLDEST_SERVER:
            raise StartRefused(
                f"DATABASE_URL names PostgreSQL {version // 10000}; the portal needs 15 or later."
            )

    def mark(self) -> dict:
        """What is written on the database: ``{}``, or ``state`` and what goes with it."""
        with self._administration() as server:
            row = server.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [self.name],
            ).fetchone()
        try:
            return json.loads(row[0]) if row and row[0] else {}
        except ValueError:
            return {}  # somebody else's comment

    def write_mark(self, **content) -> None:
        """Replace what is written on the database."""
        with self._administration() as server:
            self._comment(server, self.name, content)

    def keep_copy(self) -> None:
        """Keep the database and its stored files as they are now. Nobody may be connected to it."""
        mark = self.mark()
        with self._administration() as server:
            self._drop(server, self.copy)
            _execute(
                server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", self.copy, self.name
            )
            self._comment(server, self.copy, mark)
            _execute(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", self.copy)
        _link_tree(self.home.media, self.copied_media)

    def has_copy(self) -> bool:
        """Whether a copy is kept."""
        with self._administration() as server:
            return self._exists(server, self.copy)

    def put_back(self) -> dict:
        """Replace the database and the stored files by the kept copy; returns the copy's mark."""
        with self._administration() as server:
            mark = self._mark_of(server, self.copy)
            self._drop(server, self.name)
            _execute(
                server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", self.name, self.copy
            )
            self._let_application_in(server)
            self._comment(server, self.name, mark)
        _link_tree(self.copied_media, self.home.media)
        return mark

    def begin_anew(self) -> None:
        """An empty database, no stored files, no copy."""
        with self._administration() as server:
            self._drop(server, self.copy)
            self._drop(server, self.name)
            _execute(server, "CREATE DATABASE {}", self.name)
            self._let_application_in(server)
        _empty(self.home.media)
        shutil.rmtree(self.home.story, ignore_errors=True)

    def _let_application_in(self, server) -> None:
        _execute(server, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", self.name)
        _execute(server, "GRANT CONNECT ON DATABASE {} TO {}", self.name, self.application_role)

    def _mark_of(self, server, name) -> dict:
        row = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
        return json.loads(row[0]) if row and row[0] else {}

    def _comment(self, server, name, content) -> None:
        server.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(json.dumps(content))
            )
        )

    def _exists(self, server, name) -> bool:
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return found.rowcount == 1

    def _drop(self, server, name) -> None:
        _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextlib.contextmanager
    def _administration(self) -> Iterator[psycopg.Connection]:
        """The owner's connection to the server, not to the database: that one may come and go."""
        elsewhere = urlunsplit(urlsplit(self.url)._replace(path="/postgres"))
        try:
            with psycopg.connect(elsewhere, autocommit=True, connect_timeout=5) as server:
                yield server
        except psycopg.OperationalError as error:
            raise StartRefused(
                f"PostgreSQL does not do what the portal's owner asks of it: {_first_line(error)}"
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise StartRefused(
                "The role of DATABASE_OWNER_URL must own the database and may create databases: "
                f"{_first_line(error)}"
            ) from error


def fingerprint(files: Iterator[Path]) -> str:
    """Changes when the content of any of the files does."""
    seen = hashlib.sha256()
    for file in sorted(files):
        seen.update(file.name.encode())
        seen.update(file.read_bytes())
    return seen.hexdigest()[:16]


def _execute(server, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _link_tree(source: Path, target: Path) -> None:
    """Make ``target`` the same tree; stored files are never changed, so both may share them."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=os.link)
